import Fixtures
import Glibc
import Support
import Testing
import Throttle
import ZooKeeper

/// Sentinels that come back elsewhere, as a scheduler does it: Redis never forgets one, so they must not multiply.
@Suite(.inTurn, .taking(3)) struct SentinelReplacementFaults {
    @Test("F35: after nine replacements on new ports each sentinel knows two peers, and failover works")
    func f35_after_nine_replacements_each_knows_two_peers_and_failover_works() async throws {
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

    /// Two of three at once, as when a machine is lost, and the third only looks on.
    @Test("F35: two sentinels are replaced per round, three rounds: each knows two peers, and failover works")
    func f35_two_of_three_are_replaced_in_each_of_three_rounds() async throws {
        try await WatchedCluster.with(downAfter: .seconds(1), failoverTimeout: .seconds(5)) { watched in
            var sentinels = watched.sentinels
            for round in 1...3 {
                for sentinel in sentinels.prefix(2) { try await watched.kill(sentinel) }
                sentinels.removeFirst(2)
                for _ in 0..<2 { sentinels.append(try watched.startSentinel()) }
                for sentinel in sentinels {
                    let others = sentinels.map(\.port).filter { $0 != sentinel.port }.sorted()
                    try await eventually("\(sentinel.port) knows \(others) in round \(round)", within: .seconds(30)) {
                        await sentinel.peerPorts == others
                    }
                }
            }
            #expect(try await watched.cluster.children("/redis/identities").count == 3)
            for sentinel in sentinels {
                #expect(try await redis(sentinel.port, "SENTINEL", "CKQUORUM", "mymaster").hasPrefix("OK 3 usable"))
            }
            let old = watched.master
            try await watched.kill(old)
            try await recovery { try await watched.agree(onOtherThan: old) }
        }
    }

    /// Its identity is lost with ZooKeeper's data; Redis then replaces the entry of the address (sentinel.c, 2898).
    @Test("F37: a sentinel comes back on its port with a new id: the others count no more than before")
    func f37_a_sentinel_with_a_new_id_on_its_old_port_is_counted_once() async throws {
        try await TestCluster.with { cluster in
            let master = try await cluster.redis(quickRedis).ready()
            var sentinels = try (0..<3).map { _ in try cluster.sentinel(quickSentinel) }
            try await sentinels.know(replicas: 0)
            let old = sentinels[2]
            let id = try await redis(old.port, "SENTINEL", "MYID")
            await old.stop()
            try await eventually("its lease is gone") { try await cluster.leases("sentinels").count == 2 }
            for name in try await cluster.children("/redis/identities")
            where id.hasPrefix(name.replacing("-", with: "")) {
                try await cluster.session.delete("/redis/identities/\(name)")
            }
            sentinels[2] = try await cluster.sentinel(quickSentinel, port: old.port).ready()
            #expect(try await redis(old.port, "SENTINEL", "MYID") != id)
            for sentinel in sentinels {
                let others = sentinels.map(\.port).filter { $0 != sentinel.port }.sorted()
                try await eventually("\(sentinel.port) knows \(others)") { await sentinel.peerPorts == others }
                #expect(try await redis(sentinel.port, "SENTINEL", "CKQUORUM", "mymaster").hasPrefix("OK 3 usable"))
            }
            #expect(await master.role == "master")
        }
    }
}

extension [Launched] {
    /// Waits until one of them, all replicas until now, answers master.
    func promoted(within limit: Duration = .seconds(40)) async throws -> Launched {
        try await eventually("one of \(map(\.port)) is promoted", within: limit) { try await masters().first }
    }
}
