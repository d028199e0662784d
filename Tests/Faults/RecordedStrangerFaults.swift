import Fixtures
import Glibc
import Support
import Testing
import Throttle
import ZooKeeper

/// `/redis/master` names a port that somebody else has taken: what a launcher does.
@Suite(.inTurn) struct RecordedStrangerFaults {
    @Test("F45: another cluster's server has the recorded port: a launcher claims and leaves it alone")
    func f45_another_clusters_server_on_the_recorded_port_is_left_alone() async throws {
        try await TestCluster.with { cluster in
            try await TestCluster.with { other in
                let stranger = try await other.redis(quickRedis, ["MASTER_NAME": "other"]).ready()
                try await redis(stranger.port, "SET", "theirs", "kept")
                try await cluster.leaveDeadMaster()
                try await cluster.session.set("/redis/master", Array(stranger.address.utf8))
                let server = try await cluster.redis(quickRedis, briefWait).ready(within: .seconds(60))
                #expect(await server.role == "master")
                #expect(try await cluster.recordedMaster() == server.address)
                #expect(await stranger.role == "master")
                #expect(try await redis(stranger.port, "KEYS", "*") == "theirs")
                #expect(await stranger.info("replication")["connected_slaves"] == "0")
            }
        }
    }

    @Test("F45: what is no Redis on the recorded port counts as dead")
    func f45_what_is_no_redis_on_the_recorded_port_counts_as_dead() async throws {
        let peer = try ScriptedPeer { peer in
            peer.receive(until: "\r\n")
            peer.send("HTTP/1.1 400 Bad Request\r\n\r\n")
        }
        try await TestCluster.with { cluster in
            try await cluster.leaveDeadMaster()
            try await cluster.session.set("/redis/master", Array("127.0.0.1 \(peer.port)".utf8))
            let server = try await cluster.redis(quickRedis, briefWait).ready(within: .seconds(60))
            #expect(await server.role == "master")
            #expect(try await cluster.recordedMaster() == server.address)
        }
    }

    @Test("F45: a Redis without a mark on the recorded port is refused, with what to check")
    func f45_a_redis_without_a_mark_is_refused_with_what_to_check() async throws {
        let foreign = try await RedisServer.start()
        try await redis(foreign.port, "SET", "theirs", "kept")
        try await TestCluster.with { cluster in
            try await cluster.session.create("/redis", [])
            try await cluster.session.create("/redis/master", Array("127.0.0.1 \(foreign.port)".utf8))
            let server = try cluster.redis(quickRedis, ["MASTER_TIMEOUT": "1s"])
            #expect(try await server.process.wait() == 75)
            let last = try #require(server.lines.last)
            #expect(last.contains("127.0.0.1:\(foreign.port)") && last.contains("MASTER_TIMEOUT"))
            #expect(last.contains("if another tool started it, mark it") && !last.hasSuffix("…"), "\(last)")
            for kind in ["members", "candidates"] { #expect(try await cluster.children("/redis/\(kind)").isEmpty) }
            #expect(try await cluster.recordedMaster() == "127.0.0.1 \(foreign.port)")
            #expect(try await redis(foreign.port, "KEYS", "*") == "theirs")
        }
    }

    /// Whose server it is that does not let us in nobody can tell: it may be ours, with a password that was changed.
    @Test("F45: a Redis with another password has the recorded port: a launcher refuses and leaves it alone")
    func f45_a_redis_with_another_password_on_the_recorded_port_is_refused() async throws {
        try await TestCluster.with(["REDIS_PASSWORD": "ours"]) { cluster in
            let dead = try freePort()
            let stranger = try await Stranger.locked.take(dead)
            try await cluster.session.create("/redis", [])
            try await cluster.session.create("/redis/master", Array("127.0.0.1 \(dead)".utf8))
            for launch in [cluster.redis, cluster.sentinel] {
                let server = try launch(nil, nil, nil, nil, ["MASTER_TIMEOUT": "1s"], [])
                #expect(try await server.process.wait() == 75)
                let last = try #require(server.lines.last)
                #expect(last.contains("127.0.0.1:\(dead)") && last.contains("REDIS_PASSWORD"))
            }
            #expect(try await cluster.recordedMaster() == "127.0.0.1 \(dead)")
            for kind in ["members", "sentinels", "candidates"] {
                #expect(try await cluster.children("/redis/\(kind)").isEmpty)
            }
            #expect(try await stranger.isUntouched)
            await stranger.end()
        }
    }

    /// The recorded master comes back, and its port is somebody else's: nothing is claimed that could not be served.
    @Test(
        "F45: a stranger has the port of the recorded master, which is started there again: it claims nothing",
        arguments: Stranger.allCases)
    func f45_a_stranger_on_the_port_of_the_recorded_master_itself(stranger: Stranger) async throws {
        try await TestCluster.with { cluster in
            let master = try await cluster.redis(quickRedis).ready()
            let replica = try await cluster.redis(quickRedis).linked(to: master)
            try await redis(master.port, "SET", "key", "kept")
            try await master.isReplicated(to: 1)
            let version = try await cluster.node("/redis/master")?.stat.version
            master.process.signal(SIGKILL)
            try await master.process.wait()
            let taken = try await stranger.take(master.port)
            let returned = try cluster.redis(quickRedis, port: master.port, folder: master.folder)
            #expect(try await returned.process.wait() == 78)
            #expect(returned.lines.last?.contains("\(master.port)") == true)
            #expect(try await cluster.node("/redis/master")?.stat.version == version)
            try await eventually("only the replica has a lease") {
                try await cluster.leases("members").keys.sorted() == [replica.address]
            }
            #expect(try await taken.isUntouched)
            // A Redis without a password gives its data to any replica that asks: nobody but a password prevents that.
            if stranger != .marked { #expect(try await redis(replica.port, "GET", "key") == "kept") }
            await taken.end()
        }
    }
}
