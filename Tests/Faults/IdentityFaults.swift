import Cluster
import Fixtures
import Glibc
import Succession
import Support
import Testing
import Throttle
import Vocabulary
import ZooKeeper

/// Two sentinels with one identity would drive each other out of their peers' memory: each is taken once.
@Suite(.inTurn) struct IdentityFaults {
    /// The transaction itself, at the level of the registry: two sessions that read the same free identity.
    @Test("F38: of two sessions that take one identity, one gets it, each of 50 times")
    func f38_one_of_two_takers_gets_an_identity_each_of_50_times() async throws {
        try await TestCluster.with { cluster in
            let settings = RegistrySettings(
                servers: try ConnectString(cluster.servers), root: "/redis", digest: nil, sessionTimeout: .seconds(6))
            let first = try await Registry.open(settings, within: .seconds(10))
            let second = try await Registry.open(settings, within: .seconds(10))
            try await first.createParents()
            let ids = (0..<50).map { _ in UUIDText.random() }
            for id in ids { try await cluster.session.create("/redis/identities/\(id)", Array("127.0.0.1 1".utf8)) }
            let identities = try await first.identities()
            #expect(identities.count == 50 && identities.allSatisfy { !$0.isLocked })
            var winners: [Int] = []
            for identity in identities {
                async let one = first.take(identity, for: Address("127.0.0.1:1001")!)
                async let other = second.take(identity, for: Address("127.0.0.1:1002")!)
                let outcomes = try await [one, other]
                #expect(outcomes.count { $0 == .done } == 1 && outcomes.count { $0 == .overtaken } == 1)
                winners.append(outcomes[0] == .done ? 1_001 : 1_002)
            }
            for (identity, winner) in zip(try await first.identities(), winners) {
                #expect(identity.isLocked && identity.address == Address("127.0.0.1:\(winner)"))
            }
            await first.session.close()
            #expect(try await second.identities().count { $0.isLocked } == winners.count { $0 == 1_002 })
            await second.session.close()
        }
    }

    /// Real launchers: more of them than identities that the dead have left.
    @Test("F38: sentinels that are released together have different identities")
    func f38_sentinels_that_are_released_together_have_different_identities() async throws {
        try await TestCluster.with { cluster in
            try await cluster.redis(quickRedis).ready()
            for round in 1...3 {
                let gate = try StartingGate()
                let sentinels = try (0..<4).map { _ in try cluster.sentinel(quickSentinel, wrapper: gate.wrapper) }
                try await gate.open(for: sentinels.map(\.process))
                var ids: Set<String> = []
                for sentinel in sentinels { ids.insert(try await redis(sentinel.ready().port, "SENTINEL", "MYID")) }
                #expect(ids.count == 4)
                try await eventually("all are registered") { try await cluster.leases("sentinels").count == 4 }
                // The second and third four take over what the four before them left.
                #expect(try await cluster.children("/redis/identities").count == 4, "round \(round)")
                for sentinel in sentinels { sentinel.process.signal(SIGKILL) }
                try await eventually("the locks go") { try await self.locks(cluster) == 0 }
            }
        }
    }

    @Test("F38: a sentinel whose identity is locked by another is ended by its lease")
    func f38_a_sentinel_whose_identity_is_locked_by_another_is_ended() async throws {
        let proxy = try TCPProxy(to: await ZooKeeperServer.shared().port)
        try await TestCluster.with(shortSession, through: proxy) { cluster in
            let master = try await cluster.redis(quickRedis).ready()
            let sentinel = try await cluster.sentinel(quickSentinel).ready()
            _ = try await cluster.registered(2)
            let lease = try await sentinel.lease
            let identity = try #require(try await cluster.children("/redis/identities").first)
            let lock = "/redis/identities/\(identity)/lock"
            proxy.goSilent()
            try await eventually("the sessions expire") { try await cluster.node(lock) == nil }
            try await cluster.session.create(lock, Array("127.0.0.1 \(try freePort())".utf8), .ephemeral)
            proxy.speak()
            #expect(try await sentinel.process.wait(within: .seconds(15)) == 0)
            #expect(sentinel.lines.last?.contains("identity \(identity) is used by another sentinel") == true)
            try await eventually("the lease leaves", within: .seconds(5)) { !lease.isRunning }
            #expect(try await cluster.leases("sentinels").isEmpty)
            #expect(try await cluster.node(lock)?.stat.ephemeralOwner == cluster.session.credentials.id)
            try await eventually("the redis-server's lease goes on") {
                try await cluster.leases("members").keys.sorted() == [master.address]
            }
        }
    }

    private func locks(_ cluster: TestCluster) async throws -> Int {
        var count = 0
        for id in try await cluster.children("/redis/identities") {
            count += try await cluster.children("/redis/identities/\(id)").count
        }
        return count
    }
}
