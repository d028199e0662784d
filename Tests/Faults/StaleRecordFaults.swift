import Fixtures
import Glibc
import Support
import Testing
import Throttle
import ZooKeeper

/// `/redis/master` names one that is no master any more.
@Suite(.inTurn) struct StaleRecordFaults {
    @Test("F40: a replica is recorded: a launcher follows its master, as it follows a recorded master")
    func f40_the_master_of_a_recorded_replica_is_followed() async throws {
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

    @Test("F40: a replica is recorded: a sentinel monitors its master, and finds every replica")
    func f40_a_sentinel_monitors_the_master_of_a_recorded_replica() async throws {
        try await TestCluster.with { cluster in
            let master = try await cluster.redis(quickRedis).ready()
            let replica = try await cluster.redis(quickRedis).linked(to: master)
            try await cluster.session.set("/redis/master", Array(replica.address.utf8))
            let sentinels = try (0..<2).map { _ in try cluster.sentinel(quickSentinel) }
            try await sentinels.know(replicas: 1)
            for sentinel in sentinels { #expect(await sentinel.named == master.address) }
            #expect(try await cluster.recordedMaster() == replica.address, "only a watcher records")
        }
    }

    /// A replica of a replica would never be found by Sentinel, and a sentinel that monitors one does nothing.
    @Test("F40: a replica of a dead master is recorded: launchers wait, and name the reason when they give up")
    func f40_a_replica_of_a_dead_master_is_followed_by_nobody() async throws {
        try await TestCluster.with { cluster in
            let master = try await cluster.redis(quickRedis).ready()
            let replica = try await cluster.redis(quickRedis).linked(to: master)
            master.process.signal(SIGKILL)
            try await master.process.wait()
            try await cluster.session.set("/redis/master", Array(replica.address.utf8))
            for launch in [cluster.redis, cluster.sentinel] {
                let server = try launch(nil, nil, nil, nil, ["MASTER_TIMEOUT": "1s"], [])
                #expect(try await server.process.wait() == 75)
                #expect(server.lines.last?.contains("\(replica.port)") == true, "\(server.process.text)")
            }
            #expect(await replica.info("replication")["connected_slaves"] == "0")
            #expect(try await cluster.leases("members").keys.sorted() == [replica.address])
        }
    }

    /// Alone it would know nobody for ever: what it needs is a live replica that can be promoted.
    @Test("F39: a dead master is recorded and nobody can be promoted: a sentinel waits for the next master")
    func f39_a_sentinel_waits_for_the_master_that_follows_a_dead_one() async throws {
        try await TestCluster.with { cluster in
            try await cluster.leaveDeadMaster()
            let sentinels = try (0..<2).map { _ in try cluster.sentinel(quickSentinel) }
            try await eventually("they wait") { sentinels.allSatisfy { $0.process.text.contains("waiting") } }
            #expect(try await cluster.leases("sentinels").isEmpty)
            let master = try await cluster.redis(quickRedis, briefWait).ready(within: .seconds(60))
            try await sentinels.know(replicas: 0)
            for sentinel in sentinels { #expect(await sentinel.named == master.address) }
        }
    }

    /// It can't know that it has lost anything; that others were there, it does.
    @Test("F48: recorded, empty, all others still away: it waits for them, and the one with the data is master")
    func f48_a_recorded_master_without_data_waits_for_the_others() async throws {
        let settings = """
            appendonly yes
            repl-diskless-sync yes
            repl-diskless-sync-delay 0

            """
        try await WatchedCluster.with(downAfter: .seconds(2), redisSettings: settings) { watched in
            let (master, replica) = (watched.master, watched.replicas[0])
            try await fill(master.port, keys: 100)
            try await master.isReplicated(to: 2)
            try await replica.isNoted()
            for server in watched.watchers + watched.sentinels + watched.members { try await watched.kill(server) }
            try await eventually("all leases are gone") { try await watched.cluster.registrations().isEmpty }
            let returned = try watched.cluster.redis(settings, port: master.port)
            try await eventually("it waits") { returned.process.text.contains("waiting") }
            try await watched.stays("it is still a launcher", for: .seconds(3)) { returned.children.isEmpty }
            let holder = try await watched.cluster.redis(settings, folder: replica.folder).ready(within: .seconds(60))
            try await returned.linked(to: holder, within: .seconds(60))
            #expect(await holder.role == "master")
            #expect(try await watched.cluster.recordedMaster() == holder.address)
            for server in [holder, returned] { #expect(try await redis(server.port, "DBSIZE") == "100") }
        }
    }
}
