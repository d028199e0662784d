import Fixtures
import Glibc
import Succession
import Support
import Testing
import Throttle

/// Servers whose commands have other names, and servers that can't be commanded.
@Suite(.inTurn) struct CommandedTests {
    /// Those that no helper of the tests sends.
    private static let names = ["RENAMED_COMMANDS": "CONFIG=cf,REPLICAOF=rf,SCRIPT=sc,SLAVEOF=sf"]
    private static let settings =
        quickRedis + """
            rename-command CONFIG cf
            rename-command REPLICAOF rf
            rename-command SCRIPT sc
            rename-command SLAVEOF sf

            """

    @Test func a_cluster_with_renamed_commands_replaces_a_crashed_master_at_once() async throws {
        try await WatchedCluster.with(downAfter: .seconds(30), Self.names, redisSettings: Self.settings) { cluster in
            let old = cluster.master
            try await cluster.kill(old)
            let new = try await cluster.agree(onOtherThan: old)
            #expect(try await cluster.history().last?.cause == "succession")
            try await cluster.restart(old).ready().linked(to: new)
        }
    }

    @Test func its_sentinels_do_so_without_a_watcher() async throws {
        try await WatchedCluster.with(
            watchers: 0, downAfter: .seconds(1), failoverTimeout: .seconds(5), Self.names, redisSettings: Self.settings
        ) { cluster in
            let old = cluster.master
            try await cluster.kill(old)
            try await cluster.replicas.united()
        }
    }

    /// `MONITOR` makes a new instance of Sentinel's, which has none of the names.
    @Test func a_sentinel_that_is_pointed_back_keeps_the_names() async throws {
        try await WatchedCluster.with(downAfter: .seconds(30), Self.names, redisSettings: Self.settings) { cluster in
            let misled = cluster.sentinels[0]
            _ = try await cluster.quietVersions()
            let file = try #require(
                try await misled.ask("INFO", "server").split(whereSeparator: \.isNewline)
                    .first { $0.hasPrefix("config_file:") }?.dropFirst("config_file:".count))
            func names() -> Set<Substring> {
                Set(
                    contents(of: String(file)).split(separator: "\n")
                        .filter { $0.hasPrefix("sentinel rename-command mymaster ") })
            }
            let before = names()
            #expect(before.count == 4)
            try await misled.ask("SENTINEL", "REMOVE", "mymaster")
            #expect(names().isEmpty)
            try await eventually("it names the master again, and knows the names", within: .seconds(20)) {
                let isBack = await misled.named == cluster.master.address
                return isBack && names() == before
            }
        }
    }

    /// It would start without a word, and no failover of its own would ever work.
    @Test(arguments: ["", "CONFIG=wrong,REPLICAOF=rf,SCRIPT=sc,SLAVEOF=sf"])
    func a_sentinel_that_is_told_other_names_is_78(told: String) async throws {
        try await TestCluster.with(Self.names) { cluster in
            let master = try await cluster.redis(Self.settings).ready()
            let sentinel = try cluster.sentinel(quickSentinel, ["RENAMED_COMMANDS": told])
            #expect(try await sentinel.process.wait(within: .seconds(30)) == 78, "\(sentinel.process.text)")
            let unknown = told.isEmpty ? "CONFIG, SLAVEOF" : "wrong (for CONFIG)"
            for text in ["127.0.0.1:\(master.port) knows no command \(unknown), ", "set RENAMED_COMMANDS"] {
                #expect(sentinel.process.text.contains(text), "\(sentinel.process.text)")
            }
            #expect(try await cluster.leases("sentinels").isEmpty)
        }
    }

    @Test func where_no_server_tells_its_names_a_sentinel_starts_all_the_same() async throws {
        try await TestCluster.with { cluster in
            try await cluster.redis(quickRedis + "rename-command COMMAND \"\"\n").ready()
            try await cluster.sentinel(quickSentinel).ready()
        }
    }

    @Test func a_server_that_refuses_what_it_is_told_has_an_alert_of_its_own() async throws {
        try await WatchedCluster.with { cluster in
            let replica = cluster.replicas[0]
            try await redis(replica.port, "ACL", "SETUSER", "default", "-config|get")
            let text = "\(replica.colonAddress) refuses CONFIG GET to our user"
            try await eventually("the watcher says so", within: .seconds(30)) {
                cluster.watcher.process.text.contains(text)
            }
            try await redis(replica.port, "ACL", "SETUSER", "default", "+@all")
        }
    }

    @Test func a_sentinel_that_can_not_be_told_of_a_new_master_has_an_alert_as_well() async throws {
        try await WatchedCluster.with(downAfter: .seconds(30)) { cluster in
            let sentinel = cluster.sentinels[0]
            try await sentinel.ask("ACL", "SETUSER", "default", "resetchannels")
            let old = cluster.master
            try await cluster.kill(old)
            let text = "sentinel \(sentinel.colonAddress) refuses PUBLISH to our user"
            try await eventually("the watcher says so", within: .seconds(30)) {
                cluster.watcher.process.text.contains(text)
            }
        }
    }
}
