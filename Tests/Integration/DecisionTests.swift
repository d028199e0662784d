import Glibc
import Support
import Testing
import ZooKeeper

/// What `/redis/master` may name when a launcher with an empty folder looks: the table of DESIGN.md 3.3, on real servers.
@Suite(.inTurn) struct DecisionTests {
    @Test func a_dead_master_without_a_successor_is_replaced() async throws {
        try await TestCluster.with { cluster in
            try await leaveDeadMaster(cluster)
            let server = try await cluster.redis(quickRedis).ready(within: .seconds(60))
            #expect(await server.role == "master")
            #expect(try await cluster.recordedMaster() == server.address)
            #expect(try await cluster.node("/redis/master")?.stat.version == 1)
        }
    }

    @Test func a_live_master_is_followed_and_so_is_the_master_of_a_recorded_replica() async throws {
        try await TestCluster.with { cluster in
            let master = try await cluster.redis(quickRedis).ready()
            let replica = try await cluster.redis(quickRedis).linked(to: master)
            try await cluster.session.set("/redis/master", Array(replica.address.utf8))
            let server = try await cluster.redis(quickRedis).linked(to: master)
            #expect(server.lines.contains { $0.contains("rule 4b") })
            #expect(await replica.role == "slave")
            #expect(try await cluster.recordedMaster() == replica.address, "a launcher that follows writes nothing")
        }
    }

    @Test func another_clusters_server_on_the_recorded_port_is_left_alone() async throws {
        try await TestCluster.with { cluster in
            try await TestCluster.with { other in
                let stranger = try await other.redis(quickRedis, ["MASTER_NAME": "other"]).ready()
                try await redis(stranger.port, "SET", "theirs", "kept")
                try await leaveDeadMaster(cluster)
                try await cluster.session.set("/redis/master", Array(stranger.address.utf8))
                let server = try await cluster.redis(quickRedis).ready(within: .seconds(60))
                #expect(await server.role == "master")
                #expect(try await cluster.recordedMaster() == server.address)
                #expect(await stranger.role == "master")
                #expect(try await redis(stranger.port, "KEYS", "*") == "theirs")
                #expect(await stranger.info("replication")["connected_slaves"] == "0")
            }
        }
    }

    @Test func what_is_no_redis_on_the_recorded_port_counts_as_dead() async throws {
        let peer = try ScriptedPeer { peer in
            peer.receive(until: "\r\n")
            peer.send("HTTP/1.1 400 Bad Request\r\n\r\n")
        }
        try await TestCluster.with { cluster in
            try await leaveDeadMaster(cluster)
            try await cluster.session.set("/redis/master", Array("127.0.0.1 \(peer.port)".utf8))
            let server = try await cluster.redis(quickRedis).ready(within: .seconds(60))
            #expect(await server.role == "master")
            #expect(try await cluster.recordedMaster() == server.address)
        }
    }

    @Test func a_redis_without_a_mark_is_refused_with_what_to_check() async throws {
        let foreign = try await RedisServer.start()
        try await redis(foreign.port, "SET", "theirs", "kept")
        try await TestCluster.with { cluster in
            try await cluster.session.create("/redis", [])
            try await cluster.session.create("/redis/master", Array("127.0.0.1 \(foreign.port)".utf8))
            let server = try cluster.redis(quickRedis, ["MASTER_TIMEOUT": "1s"])
            #expect(try await server.process.wait() == 75)
            let last = try #require(server.lines.last)
            #expect(last.contains("127.0.0.1:\(foreign.port)") && last.contains("MASTER_TIMEOUT"))
            #expect(last.contains("check whether another tool started it"))
            for kind in ["members", "candidates"] { #expect(try await cluster.children("/redis/\(kind)").isEmpty) }
            #expect(try await cluster.recordedMaster() == "127.0.0.1 \(foreign.port)")
            #expect(try await redis(foreign.port, "KEYS", "*") == "theirs")
        }
    }

    @Test func a_dead_master_whose_lease_lives_is_waited_for() async throws {
        try await TestCluster.with { cluster in
            let master = try await cluster.redis(quickRedis).ready()
            // A container that is killed takes the lease along: the node stays until the session ends.
            for pid in [try await master.lease.pid, master.process.pid] { kill(pid, SIGKILL) }
            try await master.process.wait()
            let server = try cluster.redis(quickRedis)
            try await eventually("it says that it waits", within: .seconds(5)) {
                server.lines.contains { $0.contains("holds its lease") }
            }
            #expect(server.children.isEmpty, "still a launcher")
            #expect(try await cluster.recordedMaster() == master.address)
            try await server.ready(within: .seconds(60))
            #expect(try await cluster.leases("members").keys.sorted() == [server.address])
            #expect(try await cluster.recordedMaster() == server.address)
        }
    }

    /// A cluster whose only server, empty, has been killed.
    private func leaveDeadMaster(_ cluster: TestCluster) async throws {
        let dead = try await cluster.redis(quickRedis).ready()
        dead.process.signal(SIGKILL)
        try await dead.process.wait()
        try await eventually("its lease is gone") { try await cluster.leases("members").isEmpty }
    }
}
