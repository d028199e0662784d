import Cluster
import Fixtures
import Glibc
import Support
import Testing
import Throttle
import ZooKeeper

/// Which of the identities in ZooKeeper a new sentinel takes.
@Suite(.inTurn) struct IdentityChoiceTests {
    private let early = "00000000-0000-4000-8000-000000000001"
    private let late = "ffffffff-ffff-4fff-bfff-ffffffffffff"

    @Test(arguments: 1...3)
    func of_two_sentinels_one_takes_a_dead_ones_identity_and_one_a_new(round: Int) async throws {
        try await TestCluster.with { cluster in
            try await cluster.redis(quickRedis).ready()
            try await cluster.leave(early, at: freePort())
            let gate = try StartingGate()
            let sentinels = try (0..<2).map { _ in try cluster.sentinel(quickSentinel, wrapper: gate.wrapper) }
            try await gate.open(for: sentinels.map(\.process))
            var runIDs: [String] = []
            for sentinel in sentinels { runIDs.append(try await redis(sentinel.ready().port, "SENTINEL", "MYID")) }
            #expect(Set(runIDs).count == 2 && runIDs.contains(Identity.runID(early)))
            let identities = try await cluster.children("/redis/identities")
            #expect(identities.count == 2 && Set(identities.map(Identity.runID)) == Set(runIDs))
        }
    }

    @Test func on_the_same_port_it_takes_its_own() async throws {
        try await TestCluster.with { cluster in
            try await cluster.redis(quickRedis).ready()
            let port = try freePort()
            try await cluster.leave(early, at: freePort())
            try await cluster.leave(late, at: port)
            #expect(try await cluster.taken(by: cluster.sentinel(quickSentinel, port: port)) == late)
            // One on another port takes the other: the first was not taken for its port alone.
            #expect(try await cluster.taken(by: cluster.sentinel(quickSentinel)) == early)
            #expect(try await cluster.children("/redis/identities") == [early, late])
        }
    }

    @Test func one_whose_address_answers_is_left_alone() async throws {
        try await TestCluster.with { cluster in
            let master = try await cluster.redis(quickRedis).ready()
            // Somebody whom nobody registered: cut off from ZooKeeper, for what this sentinel knows.
            let other = try await SentinelServer.start(monitor: master.port)
            try await cluster.leave(early, at: other.port)
            let taken = try await cluster.taken(by: cluster.sentinel(quickSentinel))
            #expect(taken != early)
            #expect(try await cluster.children("/redis/identities").count == 2)
            #expect(try await cluster.text("/redis/identities/\(early)") == "127.0.0.1 \(other.port)")
            await other.stop()
            #expect(try await cluster.taken(by: cluster.sentinel(quickSentinel)) == early)
        }
    }

    @Test func one_whose_address_is_another_sentinels_by_now_is_taken() async throws {
        try await TestCluster.with { cluster in
            try await cluster.redis(quickRedis).ready()
            let other = try cluster.sentinel(quickSentinel)
            let others = try await cluster.taken(by: other)
            try await cluster.leave(early, at: other.port)
            let new = try cluster.sentinel(quickSentinel)
            #expect(try await cluster.taken(by: new) == early)
            #expect(try await cluster.text("/redis/identities/\(early)") == new.address)
            #expect(try await redis(other.port, "SENTINEL", "MYID") == Identity.runID(others))
            #expect(try await cluster.children("/redis/identities").count == 2)
        }
    }

    /// A node that anybody may write: name and address of an identity stand in ZooKeeper.
    @Test func a_node_that_copies_a_dead_one_s_identity_is_not_waited_for() async throws {
        try await TestCluster.with { cluster in
            try await cluster.redis(quickRedis).ready()
            let nobody = try freePort()
            try await cluster.leave(early, at: nobody)
            try await cluster.session.create(
                "/redis/sentinels/\(early)", Array("127.0.0.1 \(nobody)".utf8), .ephemeral, parents: true)
            let start = ContinuousClock.now
            let new = try await cluster.sentinel(quickSentinel).ready(within: .seconds(40))
            #expect(ContinuousClock.now - start < .seconds(10))
            #expect(!new.lines.contains { $0.contains("refuses connections") })
            #expect(try await redis(new.port, "SENTINEL", "MYID") == Identity.runID(early))
        }
    }

    @Test func a_registered_sentinel_that_refuses_connections_is_waited_for() async throws {
        try await TestCluster.with(["ZK_SESSION_TIMEOUT": "4s"]) { cluster in
            try await cluster.redis(quickRedis).ready()
            let dead = try cluster.sentinel(quickSentinel)
            let identity = try await cluster.taken(by: dead)
            let lease = try await dead.lease
            for pid in [lease.pid, dead.process.pid] { kill(pid, SIGKILL) }
            try await dead.process.wait()
            #expect(try await cluster.leases("sentinels").keys.sorted() == [dead.address])

            let new = try cluster.sentinel(quickSentinel)
            try await eventually("it says what it waits for") {
                new.lines.contains { $0.contains("\(dead.port) refuses connections; its node is about to go") }
            }
            #expect(try await cluster.taken(by: new) == identity)
            #expect(try await cluster.children("/redis/identities") == [identity])
            #expect(try await cluster.leases("sentinels").keys.sorted() == [new.address])
        }
    }
}

extension TestCluster {
    /// An identity that nobody locks, last used on `port`.
    fileprivate func leave(_ id: String, at port: Int) async throws {
        try await session.create("/redis/identities/\(id)", Array("127.0.0.1 \(port)".utf8), parents: true)
    }

    /// The identity that `sentinel` runs under: it is registered with it, has locked it, and answers by it.
    fileprivate func taken(by sentinel: Launched) async throws -> String {
        try await sentinel.ready(within: .seconds(40))
        let id: String = try await eventually("\(sentinel.port) is registered") {
            for name in try await self.children("/redis/sentinels") {
                if try await self.text("/redis/sentinels/\(name)") == sentinel.address { return name }
            }
            return nil
        }
        let lock = try await node("/redis/identities/\(id)/lock")
        let owner = try await leases("sentinels")[sentinel.address]
        guard let owner, lock?.stat.ephemeralOwner == owner else {
            throw TestFailure("\(id) is not locked by its sentinel")
        }
        let runID = try await Support.redis(sentinel.port, "SENTINEL", "MYID")
        guard runID == Identity.runID(id) else { throw TestFailure("\(sentinel.port) runs as \(runID), not as \(id)") }
        return id
    }
}
