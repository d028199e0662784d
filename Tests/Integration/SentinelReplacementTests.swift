import Glibc
import Support
import Testing

/// Sentinels that come back elsewhere, as a scheduler does it: Redis never forgets one, so they must not multiply.
@Suite(.alone) struct SentinelReplacementTests {
    @Test func after_nine_replacements_each_knows_two_peers_and_failover_works() async throws {
        try await TestCluster.with { cluster in
            var servers = try (0..<3).map { _ in try cluster.redis(quickRedis) }
            let master = try await servers.united()
            var sentinels = try (0..<3).map { _ in try cluster.sentinel(quickSentinel) }
            try await sentinels.know(replicas: 2)
            let identities = try await cluster.children("/redis/identities")
            for replacement in 0..<9 {
                let index = replacement % 3
                await sentinels[index].stop()
                sentinels[index] = try await cluster.sentinel(quickSentinel).ready()
                // Told of the new one, none of the others has one more to count.
                for sentinel in sentinels {
                    let others = sentinels.map(\.port).filter { $0 != sentinel.port }.sorted()
                    try await eventually("\(sentinel.port) knows \(others), after replacement \(replacement)") {
                        await sentinel.peerPorts == others
                    }
                }
            }
            #expect(identities.count == 3)
            #expect(try await cluster.children("/redis/identities") == identities)
            try await sentinels.know(replicas: 2)
            for sentinel in sentinels {
                #expect(try await redis(sentinel.port, "SENTINEL", "CKQUORUM", "mymaster").hasPrefix("OK 3 usable"))
            }

            master.process.signal(SIGKILL)
            servers.removeAll { $0.port == master.port }
            let start = ContinuousClock.now
            let next = try await servers.promoted()
            let duration = ContinuousClock.now - start
            // down-after is 1 s; an election that fails is held again after 10 s.
            #expect(duration < .seconds(15))
            try await eventually("all sentinels name the new master") {
                for sentinel in sentinels { guard await sentinel.named == next.address else { return false } }
                return true
            }
            // A launcher believes them, whatever ZooKeeper still says.
            let late = try cluster.redis(quickRedis)
            try await late.linked(to: next)
            #expect(try await cluster.recordedMaster() == master.address)
        }
    }
}

extension [Launched] {
    /// Waits until one of them, all replicas until now, answers master.
    func promoted(within limit: Duration = .seconds(40)) async throws -> Launched {
        try await eventually("one of \(map(\.port)) is promoted", within: limit) { try await masters().first }
    }
}
