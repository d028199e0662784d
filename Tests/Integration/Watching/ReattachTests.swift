import Fixtures
import Glibc
import Support
import Testing
import Throttle

/// Members that went astray: who follows nobody of use, and a second master, are brought home.
@Suite(.inTurn) struct ReattachTests {
    @Test func who_follows_a_dead_port_or_another_replica_is_attached_to_the_master() async throws {
        // Sentinel mends this itself after failover-timeout.
        try await WatchedCluster.with(failoverTimeout: .seconds(120)) { watched in
            let (first, second) = (watched.replicas[0], watched.replicas[1])
            let dead = try freePort()
            let start = ContinuousClock.now
            try await redis(second.port, "REPLICAOF", "127.0.0.1", "\(first.port)")
            try await redis(first.port, "REPLICAOF", "127.0.0.1", "\(dead)")
            for replica in [first, second] { try await replica.linked(to: watched.master, within: .seconds(40)) }
            // What lasts less may be somebody's intermediate step.
            #expect(ContinuousClock.now - start > .seconds(3))
            for replica in [first, second] {
                let line = "told 127.0.0.1:\(replica.port) to replicate from 127.0.0.1:\(watched.master.port)"
                #expect(watched.watcher.process.text.contains(line))
            }
            #expect(await watched.master.role == "master")
            #expect(try await watched.history().isEmpty)
        }
    }

    @Test func a_second_master_that_nobody_names_becomes_a_replica_and_the_real_masters_keys_stay() async throws {
        try await WatchedCluster.with { watched in
            let master = watched.master
            try await fill(master.port, keys: 50)
            let versions = try await watched.versions()
            // New, so that the sentinels, which ask the master every 10 s, don't know it yet; where one does, it may be
            // the one that mends this.
            let second = try await watched.startMember().ready().linked(to: master)
            try await redis(second.port, "REPLICAOF", "NO", "ONE")
            try await fill(second.port, keys: 3, prefix: "other")
            try await eventually("it is a replica", within: .seconds(40)) {
                guard await master.role == "master", try await redis(master.port, "DBSIZE") == "50" else {
                    throw TestFailure(await watched.situation())
                }
                return await second.isLinked(to: master)
            }
            let line = "told 127.0.0.1:\(second.port) to replicate from 127.0.0.1:\(master.port)"
            let bySentinel = "+convert-to-slave slave 127.0.0.1:\(second.port)"
            #expect(
                watched.watcher.process.text.contains(line)
                    || watched.sentinels.contains { $0.process.text.contains(bySentinel) })
            #expect(try await redis(second.port, "DBSIZE") == "50")
            #expect(try await watched.versions()["master"] == versions["master"])
        }
    }
}
