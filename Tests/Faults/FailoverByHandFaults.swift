import Fixtures
import Glibc
import Succession
import Support
import Testing
import Throttle

/// What a person does to the sentinels, of which not all is announced.
@Suite(.inTurn) struct FailoverByHandFaults {
    @Test("F51: a failover by hand is recorded")
    func f51_a_failover_by_hand_is_recorded() async throws {
        try await WatchedCluster.with { cluster in
            let old = cluster.master
            #expect(try await redis(cluster.sentinels[1].port, "SENTINEL", "FAILOVER", "mymaster") == "OK")
            let new = try await cluster.agree(onOtherThan: old)
            #expect(await old.isLinked(to: new))
            let history = try await cluster.history()
            #expect(history.map(\.new) == [new.colonAddress])
            #expect(history.first?.cause == "agreed")
            #expect(cluster.watcher.count(of: "(succession)") == 0)
        }
    }

    /// Without any `+switch-master`: replication turned round by hand, and the sentinels pointed to the new master.
    @Test("F51: sentinels that were pointed to another master, without +switch-master, are followed")
    func f51_sentinels_that_were_pointed_to_another_master_are_followed() async throws {
        try await WatchedCluster.with { cluster in
            let (old, new, other) = (cluster.members[0], cluster.members[1], cluster.members[2])
            for sentinel in cluster.sentinels { try await redis(sentinel.port, "SENTINEL", "REMOVE", "mymaster") }
            try await redis(new.port, "REPLICAOF", "NO", "ONE")
            for server in [old, other] { try await redis(server.port, "REPLICAOF", "127.0.0.1", "\(new.port)") }
            for sentinel in cluster.sentinels {
                let answer = try await redis(
                    sentinel.port, "SENTINEL", "MONITOR", "mymaster", "127.0.0.1", "\(new.port)", "2")
                #expect(answer == "OK")
            }
            #expect(try await cluster.agree(onOtherThan: old).port == new.port)
            #expect(try await cluster.history().map(\.new) == [new.colonAddress])
            try await cluster.stays("\(new.port) is the only master", for: .seconds(5)) {
                try await cluster.agreedMaster()?.port == new.port
            }
        }
    }

    /// All epochs are 0 here, and equal ones never reconcile: left alone, that sentinel would make a replica of the
    /// master.
    @Test("F51: one sentinel that was pointed to a replica is pointed back")
    func f51_one_sentinel_that_was_pointed_to_a_replica_is_pointed_back() async throws {
        try await WatchedCluster.with { cluster in
            let (master, replica, sentinel) = (cluster.master, cluster.members[1], cluster.sentinels[2])
            let versions = try await cluster.versions()
            try await redis(sentinel.port, "SENTINEL", "REMOVE", "mymaster")
            try await redis(sentinel.port, "SENTINEL", "MONITOR", "mymaster", "127.0.0.1", "\(replica.port)", "2")
            try await eventually("\(sentinel.port) names \(master.port)") { await sentinel.named == master.address }
            try await cluster.isComplete()
            try await cluster.stays("\(master.port) is the only master", for: .seconds(10)) {
                try await cluster.agreedMaster()?.port == master.port
            }
            #expect(await sentinel.monitored["down-after-milliseconds"] == "30000")
            #expect(try await cluster.versions() == versions)
        }
    }
}
