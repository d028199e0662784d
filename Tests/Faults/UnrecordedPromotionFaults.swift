import Fixtures
import Glibc
import Support
import Testing
import Throttle

/// A replica was promoted, and died with all sentinels before anybody recorded it: the recorded master follows it
/// still.
@Suite(.inTurn) struct UnrecordedPromotionFaults {
    private static let settings = """
        appendonly yes
        repl-diskless-sync yes
        repl-diskless-sync-delay 0

        """

    /// `recorded` with two keys, and `promoted`, killed, with two more that nobody else has.
    private static func with(
        _ body: (TestCluster, _ recorded: Launched, _ promoted: Launched) async throws -> Void
    ) async throws {
        try await WatchedCluster.with(members: 2, redisSettings: settings) { watched in
            let (cluster, recorded, promoted) = (watched.cluster, watched.master, watched.replicas[0])
            try await recorded.ask("MSET", "one", "1", "two", "2")
            try await recorded.isReplicated(to: 1)
            try await promoted.isNoted()
            try await eventually("the watcher has seen what it holds") {
                try await cluster.text("/redis/cluster")?.contains(#""at":"127.0.0.1:\#(promoted.port)""#) ?? false
            }
            for server in watched.watchers + watched.sentinels { try await watched.kill(server) }
            try await promoted.ask("REPLICAOF", "NO", "ONE")
            try await promoted.ask("MSET", "three", "3", "four", "4")
            try await promoted.isNoted()
            promoted.process.signal(SIGSTOP)
            try await recorded.ask("REPLICAOF", "127.0.0.1", "\(promoted.port)")
            try await watched.kill(promoted)
            try await eventually("all other leases are gone") {
                let leases = try await (cluster.leases("members"), cluster.leases("sentinels"))
                return leases.0.keys.sorted() == [recorded.address] && leases.1.isEmpty
            }
            try await body(cluster, recorded, promoted)
        }
    }

    @Test("F40: a replica of one that was promoted is recorded: that one comes back as master, with every key")
    func f40_who_was_promoted_comes_back_as_master() async throws {
        try await Self.with { cluster, recorded, promoted in
            let sentinels = try (0..<3).map { _ in try cluster.sentinel() }
            let again = try await cluster.redis(Self.settings, port: promoted.port, folder: promoted.folder).ready()
            #expect(again.lines.contains { $0.contains("rule 4b-us") }, "\(again.process.text)")
            #expect(await again.role == "master")
            #expect(try await cluster.recordedMaster() == again.address)
            try await recorded.linked(to: again)
            for server in [again, recorded] { #expect(try await server.ask("DBSIZE") == "4") }
            try await sentinels.know(replicas: 1)
            for sentinel in sentinels { #expect(await sentinel.named == again.address) }
        }
    }

    @Test("F40: the same, and it comes back with a snapshot alone: the recorded one is promoted again")
    func f40_a_snapshot_shows_no_promotion() async throws {
        try await Self.with { cluster, recorded, promoted in
            _ = try (0..<3).map { _ in try cluster.sentinel(quickSentinel) }
            let again = try cluster.redis(quickRedis, port: promoted.port)
            try await again.linked(to: recorded, within: .seconds(60))
            #expect(try await again.ask("DBSIZE") == "2")
            #expect(try await cluster.recordedMaster() == recorded.address)
        }
    }

    @Test("F40: the same, and it does not come back: new sentinels have the recorded one promoted")
    func f40_who_was_promoted_is_gone_for_good() async throws {
        try await Self.with { cluster, recorded, _ in
            let sentinels = try (0..<3).map { _ in try cluster.sentinel(quickSentinel) }
            _ = try cluster.watcher()
            try await eventually("it is master again") { await recorded.role == "master" }
            for sentinel in sentinels {
                try await eventually("a sentinel names it") { await sentinel.named == recorded.address }
            }
            #expect(try await cluster.recordedMaster() == recorded.address)
            let joined = try await cluster.redis(Self.settings).linked(to: recorded)
            #expect(try await joined.ask("DBSIZE") == "2")
        }
    }
}
