import Fixtures
import Glibc
import Support
import Testing
import Throttle
import ZooKeeper

/// What `/redis/master` may name when a launcher with an empty folder looks: the rules of a launch, on real servers.
@Suite(.inTurn) struct DecisionTests {
    @Test func a_dead_master_without_a_successor_is_replaced() async throws {
        try await TestCluster.with { cluster in
            try await cluster.leaveDeadMaster()
            let server = try await cluster.redis(quickRedis, briefWait).ready(within: .seconds(60))
            #expect(await server.role == "master")
            #expect(try await cluster.recordedMaster() == server.address)
            #expect(try await cluster.node("/redis/master")?.stat.version == 1)
        }
    }

    @Test func a_dead_master_whose_lease_lives_is_waited_for() async throws {
        try await TestCluster.with { cluster in
            let master = try await cluster.redis(quickRedis).ready()
            // A container that is killed takes the lease along: the node stays until the session ends.
            for pid in [try await master.lease.pid, master.process.pid] { kill(pid, SIGKILL) }
            try await master.process.wait()
            let server = try cluster.redis(quickRedis, ["MASTER_TIMEOUT": "16s"])
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
}
