import Fixtures
import Glibc
import Succession
import Support
import Testing
import Throttle

/// Servers that outlive their lease.
@Suite(.inTurn) struct DeadLeaseTests {
    private func killLease(of server: Launched, _ watched: WatchedCluster, _ kind: String) async throws {
        kill(try await server.lease.pid, SIGKILL)
        try await eventually("the node of \(server.port) is gone", within: .seconds(20)) {
            try await watched.cluster.leases(kind)[server.address] == nil
        }
    }

    @Test func each_server_without_a_lease_is_named() async throws {
        try await WatchedCluster.with(shortSession) { watched in
            try await watched.isHealthy()
            let (master, replica, sentinel) = (watched.master, watched.replicas[0], watched.sentinels[0])
            for server in [master, replica] { try await killLease(of: server, watched, "members") }
            try await killLease(of: sentinel, watched, "sentinels")
            for server in [master, replica, sentinel] {
                try await watched.alerts("no-lease", about: server.colonAddress, saying: "interrex renew-lease PID")
            }
            #expect(try await watched.metric("interrex_servers_without_lease", #"kind="redis""#) == 2)
            #expect(try await watched.metric("interrex_servers_without_lease", #"kind="sentinel""#) == 1)
            let health = try await watched.health()
            #expect(health.failoverPossible && health.titles.count == 3, "\(health.titles)")

            // Of the others, too: then no registered sentinel knows of any.
            for sentinel in watched.sentinels.dropFirst() { try await killLease(of: sentinel, watched, "sentinels") }
            for sentinel in watched.sentinels { try await watched.alerts("no-lease", about: sentinel.colonAddress) }
        }
    }

    /// Their mark tells that they are ours.
    @Test func a_crash_is_over_as_soon_when_the_replicas_have_lost_their_leases() async throws {
        try await WatchedCluster.with(shortSession) { watched in
            let old = watched.master
            for replica in watched.replicas { try await killLease(of: replica, watched, "members") }
            try await watched.alerts("no-lease", about: watched.replicas[1].colonAddress)
            let crash = ContinuousClock.now
            old.process.signal(SIGKILL)
            try await watched.takesWrites(otherThan: old)
            let time = ContinuousClock.now - crash
            #expect(time < .seconds(2), "\(time)")
            try await watched.agree(onOtherThan: old)
            #expect(try await watched.history().map(\.cause) == ["succession"])
        }
    }
}
