import Cluster
import Glibc
import Succession
import Support
import Testing
import ZooKeeper

/// Two sentinels with one identity would drive each other out of their peers' memory: each is taken once.
@Suite(.inTurn) struct IdentityTests {
    /// The transaction itself, at the level of the registry: two sessions that read the same free identity.
    @Test func one_of_two_takers_gets_an_identity_each_of_50_times() async throws {
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
    @Test func sentinels_that_are_released_together_have_different_identities() async throws {
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

    private func locks(_ cluster: TestCluster) async throws -> Int {
        var count = 0
        for id in try await cluster.children("/redis/identities") {
            count += try await cluster.children("/redis/identities/\(id)").count
        }
        return count
    }
}
