import Fixtures
import Glibc
import Support
import Testing
import Throttle
import ZooKeeper

/// SIGTERM ends a watcher within a second, whatever ZooKeeper does.
@Suite(.inTurn) struct WatcherStopTests {
    @Test("F70: a watcher that leads ends with code 0, and its node is gone")
    func f70_a_watcher_that_leads_ends_with_code_0_and_its_node_is_gone() async throws {
        try await WatchedCluster.with(members: 2, watchers: 0) { watched in
            try await expectStops { _ in
                let watcher = try await watched.startWatcher()
                try await eventually("it leads") { watcher.process.text.contains("this watcher leads") }
                return watcher
            } afterwards: {
                // The session lasts 6 s where nobody ends it.
                try await eventually("its node is gone", within: .seconds(4)) {
                    try await watched.candidacies().isEmpty
                }
            }
            #expect(await watched.master.role == "master")
        }
    }

    @Test("F70: a watcher ends while ZooKeeper is frozen")
    func f70_a_watcher_ends_while_zookeeper_is_frozen() async throws {
        let zookeeper = try await ZooKeeperServer.start()
        try await TestCluster.with(on: zookeeper) { cluster in
            try await expectStops { _ in
                let watcher = try cluster.watcher()
                try await eventually("it leads") { watcher.process.text.contains("this watcher leads") }
                zookeeper.freeze()
                return watcher
            } afterwards: {
                zookeeper.thaw()
            }
        }
        try await zookeeper.stop()
    }

    /// Nobody listens there, or nobody ever answers.
    @Test("F70: a watcher ends that never reached ZooKeeper", arguments: ["refused", "silent"])
    func f70_a_watcher_ends_that_never_reached_zookeeper(why: String) async throws {
        let silent = try SilentPort()
        let port = why == "silent" ? silent.port : try freePort()
        try await expectStops { _ in
            let watcher = try Launched(.watcher, zookeeper: "127.0.0.1:\(port)", root: "/redis")
            try await eventually("it is up") { try? await get("/livez", from: watcher.port).code == 200 }
            return watcher
        } afterwards: {
        }
    }

    /// Three watchers, one after the other: each ends with 0, and the middle one of their times is below a second.
    private func expectStops(
        _ start: (Int) async throws -> Launched, afterwards check: () async throws -> Void
    ) async throws {
        var times: [Duration] = []
        for number in 0..<3 {
            let watcher = try await start(number)
            let sent = ContinuousClock.now
            watcher.process.signal(SIGTERM)
            let code = try await watcher.process.wait(within: .seconds(10))
            times.append(ContinuousClock.now - sent)
            #expect(code == 0, "\(watcher.process.text)")
            try await check()
        }
        // Half a second of grace for two busy cores; the watcher's own limit is 0.9 s.
        #expect(times.sorted()[1] < .milliseconds(1_500), "\(times)")
    }
}
