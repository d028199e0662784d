import FoundationEssentials
import Glibc
import Support
import Testing
import ZooKeeper

/// The recorded master that comes back: rules 5a-5d, and on another port.
@Suite(.inTurn) struct ReturnTests {
    private let snapshots = """
        appendonly no
        save 3600 1
        repl-diskless-sync-delay 0

        """

    @Test func alone_with_its_data_it_resumes() async throws {
        try await TestCluster.with { cluster in
            let master = try await cluster.redis().ready()
            try await redis(master.port, "SET", "key", "kept")
            await master.stop()
            let returned = try await cluster.redis(port: master.port, folder: master.folder).ready()
            #expect(returned.lines.contains { $0.contains("rule 5d") })
            #expect(await returned.role == "master")
            #expect(try await redis(returned.port, "GET", "key") == "kept")
            #expect(try await cluster.node("/redis/master")?.stat.version == 1, "written again: an older claim fails")
            #expect(try await cluster.leases("members").keys.sorted() == [master.address])
        }
    }

    @Test func on_another_port_it_is_recorded_there_with_its_data() async throws {
        try await TestCluster.with { cluster in
            let master = try await cluster.redis().ready()
            try await redis(master.port, "SET", "key", "kept")
            await master.stop()
            let returned = try await cluster.redis(folder: master.folder).ready(within: .seconds(60))
            #expect(returned.port != master.port)
            #expect(await returned.role == "master")
            #expect(try await redis(returned.port, "GET", "key") == "kept")
            #expect(try await cluster.recordedMaster() == returned.address)
            #expect(try await cluster.children("/redis/candidates").isEmpty)
        }
    }

    /// An empty master that came back at once would empty its replicas (FACTS.md A1).
    @Test func with_its_data_lost_it_waits_until_its_replica_is_promoted_and_follows_it() async throws {
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

    @Test func with_its_data_lost_and_nobody_to_promote_the_replica_it_refuses() async throws {
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

    @Test func a_replica_that_was_promoted_from_it_is_followed() async throws {
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
