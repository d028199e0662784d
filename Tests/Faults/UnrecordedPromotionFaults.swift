import Fixtures
import Glibc
import Support
import Testing
import Throttle
import ZooKeeper

/// A replica was promoted, and died before anybody recorded it: the recorded master follows it still.
@Suite(.inTurn) struct UnrecordedPromotionFaults {
    private static let settings = """
        appendonly yes
        repl-diskless-sync yes
        repl-diskless-sync-delay 0

        """

    /// `recorded` with two keys, and `promoted`, killed, with two more that nobody else has.
    private func leave(in cluster: TestCluster) async throws -> (recorded: Launched, promoted: Launched) {
        let recorded = try await cluster.redis(Self.settings).ready()
        try await recorded.ask("MSET", "one", "1", "two", "2")
        let promoted = try await cluster.redis(Self.settings).linked(to: recorded)
        try await recorded.isReplicated(to: 1)
        try await promoted.isNoted()
        try await promoted.ask("REPLICAOF", "NO", "ONE")
        try await promoted.ask("MSET", "three", "3", "four", "4")
        try await promoted.isNoted()
        promoted.process.signal(SIGSTOP)
        try await recorded.ask("REPLICAOF", "127.0.0.1", "\(promoted.port)")
        promoted.process.signal(SIGKILL)
        try await promoted.process.wait()
        try await eventually("its lease is gone") {
            try await cluster.leases("members").keys.sorted() == [recorded.address]
        }
        return (recorded, promoted)
    }

    @Test("F40: a replica of one that was promoted is recorded: that one comes back as master, with every key")
    func f40_who_was_promoted_comes_back_as_master() async throws {
        try await TestCluster.with { cluster in
            let (recorded, promoted) = try await leave(in: cluster)
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

    @Test("F40: the same, and it does not come back: new sentinels have the recorded one promoted")
    func f40_who_was_promoted_is_gone_for_good() async throws {
        try await TestCluster.with(["SENTINEL_QUORUM": "2"]) { cluster in
            let (recorded, _) = try await leave(in: cluster)
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
