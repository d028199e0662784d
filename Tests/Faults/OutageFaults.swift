import Fixtures
import Glibc
import Support
import Testing
import Throttle

/// All sentinels gone, and the master too: new sentinels have nothing but ZooKeeper to begin with.
@Suite(.alone) struct OutageFaults {
    /// Together, and one after the other: the first are then told of nobody, the last of all others.
    @Test(
        "F39: new sentinels that find a dead master recorded know its replicas and each other, and fail over",
        arguments: [true, false])
    func f39_new_sentinels_fail_over_from_a_dead_master(together: Bool) async throws {
        try await TestCluster.with { cluster in
            let master = try await cluster.redis(quickRedis).ready()
            try await fill(master.port, keys: 10)
            let replicas = try (0..<2).map { _ in try cluster.redis(quickRedis) }
            for replica in replicas { try await replica.ready().linked(to: master) }
            let old = try (0..<3).map { _ in try cluster.sentinel(quickSentinel) }
            try await old.know(replicas: 2)
            let identities = try await cluster.children("/redis/identities")
            #expect(identities.count == 3)

            // The sentinels first: none of them may see the master's end.
            for server in old + [master] {
                server.process.signal(SIGKILL)
                try await server.process.wait()
            }
            try await eventually("only the replicas' leases are left") {
                let sentinels = try await cluster.leases("sentinels")
                return try await cluster.leases("members").count == 2 && sentinels.isEmpty
            }

            var sentinels: [Launched] = []
            for _ in 0..<3 {
                sentinels.append(try cluster.sentinel(quickSentinel))
                if !together { try await sentinels.last!.ready() }
            }
            for sentinel in sentinels { try await sentinel.ready() }
            let start = ContinuousClock.now
            let promoted = try await eventually("one is promoted: \(events(sentinels))", within: .seconds(60)) {
                try await replicas.masters().first
            }
            let time = ContinuousClock.now - start
            // down-after is 1 s. Sentinels that begin at the same moment may split the votes of an election: then the
            // next is held after twice failover-timeout, which is 5 s.
            let hasSplit = together && sentinels.contains { $0.process.text.contains("-failover-abort-not-elected") }
            let limit = Duration.seconds(hasSplit ? 1 + 15 + 2 * 5 : 1 + 3)
            #expect(time < limit, "a master \(time) after the last sentinel's start:\n\(events(sentinels))")

            #expect(try await replicas.united().port == promoted.port)
            for server in replicas { #expect(try await redis(server.port, "DBSIZE") == "10") }
            for sentinel in sentinels {
                try await eventually("\(sentinel.port) names the new master") {
                    await sentinel.named == promoted.address
                }
                try await eventually("\(sentinel.port) knows its two peers") {
                    await sentinel.monitored["num-other-sentinels"] == "2"
                }
            }
            // They are the dead ones, moved: nobody has one more to count.
            #expect(try await cluster.children("/redis/identities") == identities)
            #expect(try await cluster.recordedMaster() == master.address, "nothing but a watcher records a failover")
        }
    }

    /// What they wrote, without the drawing at the top.
    private func events(_ sentinels: [Launched]) -> String {
        sentinels.flatMap { sentinel in
            sentinel.process.text.split(separator: "\n").filter { $0.contains(" # ") || $0.contains("interrex") }
        }.sorted().joined(separator: "\n")
    }
}
