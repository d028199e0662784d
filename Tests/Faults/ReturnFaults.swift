import Fixtures
import FoundationEssentials
import Glibc
import Support
import Testing
import Throttle
import ZooKeeper

/// The recorded master that comes back, where its return could cost data.
@Suite(.inTurn) struct ReturnFaults {
    private let snapshots = """
        appendonly no
        save 3600 1
        repl-diskless-sync-delay 0

        """

    /// An empty master that came back at once would empty its replicas (docs/facts.md,
    /// an-empty-master-empties-its-replicas).
    @Test("F46: a master that comes back empty within down-after waits until its replica is promoted, and follows it")
    func f46_with_its_data_lost_it_waits_until_its_replica_is_promoted_and_follows_it() async throws {
        try await TestCluster.with { cluster in
            let master = try await cluster.redis(quickRedis).ready()
            try await redis(master.port, "SET", "key", "kept")
            let replica = try await cluster.redis(quickRedis).linked(to: master)
            let sentinels = try (0..<3).map { _ in try cluster.sentinel(quickSentinel) }
            try await sentinels.know(replicas: 1)
            try await eventually("the replica may be promoted") {
                try await redis(replica.port, "CONFIG", "GET", "replica-priority").hasSuffix("\n100")
            }
            master.process.signal(SIGKILL)
            try await master.process.wait()
            // Within down-after, as a scheduler restarts it, with nothing on disk.
            let returned = try cluster.redis(quickRedis, port: master.port)
            try await returned.linked(to: replica, within: .seconds(60))
            #expect(
                returned.process.text.contains(
                    "we are the recorded master, but 127.0.0.1:\(replica.port) holds fresher data"))
            for server in [replica, returned] { #expect(try await redis(server.port, "GET", "key") == "kept") }
        }
    }

    @Test("F48: recorded, empty, and nobody to promote the replica that has the data: it refuses")
    func f48_with_its_data_lost_and_nobody_to_promote_the_replica_it_refuses() async throws {
        try await TestCluster.with { cluster in
            let master = try await cluster.redis(quickRedis).ready()
            try await redis(master.port, "SET", "key", "kept")
            let replica = try await cluster.redis(quickRedis).linked(to: master)
            master.process.signal(SIGKILL)
            try await master.process.wait()
            let returned = try cluster.redis(quickRedis, port: master.port, ["MASTER_TIMEOUT": "2s"])
            #expect(try await returned.process.wait() == 75)
            #expect(returned.lines.last?.contains("127.0.0.1:\(replica.port) holds fresher data") == true)
            #expect(try await redis(replica.port, "GET", "key") == "kept")
            #expect(try await cluster.leases("members").keys.sorted() == [replica.address])
        }
    }

    @Test("F47: the old master comes back with its old file and follows the replica that was promoted from it")
    func f47_a_replica_that_was_promoted_from_it_is_followed() async throws {
        try await TestCluster.with { cluster in
            let master = try await cluster.redis(snapshots).ready()
            try await redis(master.port, "SET", "key", "kept")
            let replica = try await cluster.redis(snapshots).linked(to: master)
            // The snapshot that it writes at its end bears the id under which the replica copied.
            try await redis(master.port, "SET", "key", "kept still")
            await master.stop()
            try await redis(replica.port, "REPLICAOF", "NO", "ONE")
            try await redis(replica.port, "SET", "later", "kept")
            let returned = try await cluster.redis(snapshots, port: master.port, folder: master.folder)
                .linked(to: replica)
            #expect(returned.lines.contains { $0.contains("rule 5a") })
            #expect(try await redis(returned.port, "GET", "later") == "kept")
            #expect(try await redis(replica.port, "GET", "key") == "kept still")
            #expect(
                !entries(of: master.folder.path).contains { $0.contains("aside") }, "its data is of the same history")
        }
    }
}
