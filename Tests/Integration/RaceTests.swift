import Support
import Testing
import ZooKeeper

/// Many launchers at the same moment, into nothing: exactly one may become master.
@Suite(.alone, .serialized) struct RaceTests {
    @Test(arguments: [(5, 12), (20, 4), (50, 1)])
    func launchers_that_are_released_together_make_one_cluster(count: Int, rounds: Int) async throws {
        for _ in 0..<rounds {
            try await TestCluster.with { cluster in
                let gate = try StartingGate()
                let servers = try (0..<count).map { _ in try cluster.redis(quickRedis, wrapper: gate.wrapper) }
                try await gate.open(for: servers.map(\.process))
                let master = try await servers.united(within: .seconds(120))
                #expect(try await cluster.recordedMaster() == master.address)
                #expect(try await cluster.node("/redis/master")?.stat.version == 0, "claimed once")
                #expect(try await cluster.leases("members").keys.sorted() == servers.map(\.address).sorted())
                #expect(servers.count { $0.process.text.contains("starting as master") } == 1)
                #expect(await master.info("replication")["connected_slaves"] == "\(count - 1)")
            }
        }
    }
}
