import Fixtures
import Support
import Testing
import Throttle
import ZooKeeper

/// Many launchers at the same moment, into nothing: exactly one may become master.
@Suite(.alone) struct RaceFaults {
    @Test(
        "F02: launchers that are released together make one cluster with one master",
        arguments: [(2, 3), (5, 12), (20, 4), (100, 1)])
    func f02_launchers_that_are_released_together_make_one_cluster(count: Int, rounds: Int) async throws {
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

    @Test("F03: of 100 launchers at a ZooKeeper that takes 60 connections of an address, each serves or ends with 69")
    func f03_of_100_launchers_and_60_connections_each_serves_or_ends_with_69() async throws {
        let zookeeper = try await ZooKeeperServer.start(maxClientConnections: 60)
        try await TestCluster.with(["MASTER_TIMEOUT": "15s"], on: zookeeper) { cluster in
            let gate = try StartingGate()
            let servers = try (0..<100).map { _ in try cluster.redis(quickRedis, wrapper: gate.wrapper) }
            try await gate.open(for: servers.map(\.process))
            // A launcher lets go of its connection before its lease takes one: more than 60 may come up, one by one.
            try await recovery {
                for server in servers {
                    try await eventually("\(server.port) serves or has ended: \(server.lines)", within: .seconds(60)) {
                        if server.process.exitCode != nil { return true }
                        return try? await redis(server.port, "PING") == "PONG"
                    }
                }
            }
            let codes = servers.compactMap(\.process.exitCode)
            #expect(codes.count <= 41 && codes.allSatisfy { $0 == 69 }, "\(codes)")
            let running = servers.filter { $0.process.exitCode == nil }
            let master = try await running.united()
            #expect(try await cluster.recordedMaster() == master.address)
        }
        try await zookeeper.stop()
    }
}
