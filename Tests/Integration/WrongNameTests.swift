import Fixtures
import Support
import Testing
import Throttle

/// A MASTER_NAME or ZK_ROOT that differs looks like a dead master, or like another cluster: it is named.
@Suite(.inTurn) struct WrongNameTests {
    @Test(arguments: [Launched.Kind.redis, .sentinel])
    func a_launcher_with_another_name_says_so(kind: Launched.Kind) async throws {
        try await TestCluster.with { cluster in
            let master = try await cluster.redis(quickRedis).ready()
            let variables = ["MASTER_NAME": "other", "MASTER_TIMEOUT": "2s"]
            let launch =
                kind == .redis
                ? try cluster.redis(quickRedis, variables) : try cluster.sentinel(quickSentinel, variables)
            #expect(try await launch.process.wait(within: .seconds(20)) == 75)
            let what =
                "127.0.0.1:\(master.port) bears MASTER_NAME mymaster and ZK_ROOT /redis, and ours are other and /redis: "
                + "check MASTER_NAME and ZK_ROOT here and there"
            let said = launch.lines.filter { $0.contains(what) }
            #expect(said.contains { $0.contains(" waiting, ") } && said.contains { $0.contains(" error ") }, "\(said)")
            #expect(await master.role == "master")
        }
    }

    @Test func a_watcher_with_another_name_says_so() async throws {
        try await WatchedCluster.with(watchers: 0) { cluster in
            let watcher = try await cluster.startWatcher(["MASTER_NAME": "other"])
            try await eventually("it says so: \(watcher.process.text)", within: .seconds(20)) {
                watcher.count(of: "bears MASTER_NAME mymaster and ZK_ROOT /redis, and ours are other and /redis") > 0
            }
        }
    }
}
