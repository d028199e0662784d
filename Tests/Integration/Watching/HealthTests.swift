import Fixtures
import Glibc
import Support
import Testing
import Throttle

/// What takes the cluster's ability to fail over is said, with the reason, and taken back when it is mended.
@Suite(.inTurn) struct HealthTests {
    @Test func replicas_that_are_gone_frozen_or_locked_are_named_until_they_are_back() async throws {
        try await WatchedCluster.with { watched in
            try await watched.isHealthy()
            let (master, root) = (watched.master, watched.cluster.root)
            let (frozen, locked) = (watched.replicas[0], watched.replicas[1])

            frozen.process.signal(SIGSTOP)
            var health = try await watched.alerts(
                "replica-not-linked", about: frozen.colonAddress, saying: "does not answer")
            #expect(health.failoverPossible && health.replicasLinked == 1 && health.replicasExpected == 2)

            try await locked.ask("CONFIG", "SET", "requirepass", "another")
            try await redis(locked.port, "CLIENT", "KILL", "TYPE", "normal", password: "another")
            try await watched.alerts(
                "replica-not-linked", about: locked.colonAddress, saying: "does not let us in; check REDIS_PASSWORD")
            health = try await watched.alerts("nobody-promotable", about: root, saying: frozen.colonAddress)
            #expect(!health.failoverPossible && health.failoverBlockedBy.count == 1)
            #expect(health.titles.contains("missing-replicas \(root)"))
            #expect(try await watched.metric("interrex_failover_possible") == 0)
            #expect(try await watched.metric("interrex_healthy") == 0)
            #expect(try await watched.metric("interrex_replicas", #"state="expected""#) == 2)
            #expect(try await watched.metric("interrex_alerts", #"alert="replica-not-linked""#) == 2)
            // The watcher is needed now.
            #expect(try await get("/readyz", from: watched.watcher.port).code == 200)

            frozen.process.signal(SIGCONT)
            try await redis(locked.port, "CONFIG", "SET", "requirepass", "", password: "another")
            try await watched.isHealthy()
            #expect(try await watched.metric("interrex_healthy") == 1)
            let said = watched.watcher.process.text
            #expect(said.contains("replica-not-linked \(frozen.colonAddress)") && said.contains("over after "))

            for replica in watched.replicas { try await watched.kill(replica) }
            health = try await watched.alerts("nobody-promotable", about: root, saying: "there is none")
            #expect(health.titles == ["nobody-promotable \(root)", "missing-replicas \(root)"])
            #expect(health.alerts.contains { $0.text.contains("0 of 2 replicas are linked") })
            for replica in watched.replicas { try await watched.restart(replica).ready().linked(to: master) }
            try await watched.isHealthy()
        }
    }

    @Test func replicas_that_cannot_link_or_be_promoted_are_named_with_the_reason() async throws {
        try await WatchedCluster.with { watched in
            try await watched.isHealthy()
            let (root, lame) = (watched.cluster.root, watched.replicas[0])
            // Its master asks for no password, and takes none.
            try await lame.ask("CONFIG", "SET", "masterauth", "wrong")
            try await watched.master.ask("CLIENT", "KILL", "TYPE", "replica")
            try await watched.alerts(
                "replica-not-linked", about: lame.colonAddress, saying: "has no link to the master")
            try await lame.ask("CONFIG", "SET", "masterauth", "")
            try await watched.isHealthy()

            for replica in watched.replicas { try await replica.ask("CONFIG", "SET", "replica-priority", "0") }
            let health = try await watched.alerts("nobody-promotable", about: root, saying: "replica-priority 0")
            #expect(!health.failoverPossible && health.replicasLinked == 2)
            try await lame.ask("CONFIG", "SET", "replica-priority", "50")
            try await watched.isHealthy()
        }
    }

    @Test func sentinels_that_are_silent_or_differ_are_named() async throws {
        try await WatchedCluster.with { watched in
            try await watched.isHealthy()
            let odd = watched.sentinels[0]
            try await odd.ask("SENTINEL", "SET", "mymaster", "quorum", "3")
            try await watched.alerts(
                "sentinel-settings-differ", about: "quorum", saying: "3 at \(odd.colonAddress)")
            #expect(try await watched.metric("interrex_sentinel_settings_differing") == 1)
            try await odd.ask("SENTINEL", "SET", "mymaster", "quorum", "2")
            try await watched.isHealthy()

            odd.process.signal(SIGSTOP)
            let health = try await watched.alerts(
                "sentinel-unreachable", about: odd.colonAddress, saying: "does not answer")
            // Two of three can elect still.
            #expect(health.failoverPossible)
            odd.process.signal(SIGCONT)
            try await watched.isHealthy()
        }
    }

    @Test func a_root_with_nothing_below_is_said_and_not_ready_until_there_is_something() async throws {
        try await TestCluster.with { cluster in
            let watcher = try cluster.watcher()
            try await eventually("it says that there is nothing") {
                guard let answer = try? await get("/readyz", from: watcher.port) else { return false }
                return answer.code == 503 && answer.body.hasPrefix("there is nothing below /redis in ZooKeeper")
            }
            #expect(watcher.process.text.contains("set ZK_ROOT"))
            #expect(try await get("/livez", from: watcher.port).code == 200)
            let server = try await cluster.redis(quickRedis).ready()
            try await eventually("it is ready") { try await get("/readyz", from: watcher.port).code == 200 }
            // One server is no cluster that could fail over.
            try await eventually("it says so") {
                let status = try await get("/status", from: watcher.port).body
                return status.contains(#""failover_possible":false"#) && status.contains("no-sentinels")
            }
            #expect(server.process.exitCode == nil)
        }
    }
}
