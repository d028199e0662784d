import Fixtures
import Glibc
import Support
import Testing
import Throttle

/// The process that stays beside a server, as the machine sees it.
@Suite(.inTurn) struct LeaseProcessTests {
    @Test(
        .enabled(if: Requirement.releaseBuild.isMetOrDemanded, "a debug build's code alone is larger than the budget"))
    func it_is_at_most_8_MiB_resident() async throws {
        try #require(Requirement.releaseBuild.isMet, "INTERREX_BIN must name a release build")
        try await TestCluster.with { cluster in
            let lease = try await attachedLease(of: cluster.redis().ready())
            // It drops its clean pages once it holds the nodes.
            try await eventually("at most 8 MiB, not \(lease["VmRSS"])", within: .seconds(5)) {
                lease.kilobytes("VmRSS") <= 8_192
            }
        }
    }

    @Test func it_has_little_memory_of_its_own_in_any_build() async throws {
        try await TestCluster.with { cluster in
            let lease = try await attachedLease(of: cluster.redis().ready())
            #expect(lease.kilobytes("RssAnon") > 0 && lease.kilobytes("RssAnon") < 4_096)
        }
    }

    @Test("F73: the lease has none of the launcher's descriptors but standard error")
    func f73_the_lease_has_none_of_the_launchers_descriptors_but_standard_error() async throws {
        try await TestCluster.with { cluster in
            let server = try await cluster.redis().ready()
            let lease = try await server.lease
            let expected = [
                // The lock on the data folder.
                "\(server.folder.path)/interrex.lock",
                // Its own: the server's pidfd and the copy that the loop waits on, the loop, libzookeeper's pipe,
                // ZooKeeper and the server.
                "anon_inode:[eventfd]", "anon_inode:[eventpoll]", "anon_inode:[pidfd]", "anon_inode:[pidfd]", "pipe",
                "pipe",
                "socket", "socket",
            ]
            try await eventually("what the lease opens for itself: \(lease.descriptors), not \(expected)") {
                own(lease).values.sorted() == expected
            }
            let descriptors = lease.descriptors
            #expect(descriptors[0] == "/dev/null" && descriptors[1] == "/dev/null")
            #expect(descriptors[2] == ProcessFiles(server.process.pid).descriptors[2])
            let pipes = Set(descriptors.values.filter { $0.hasPrefix("pipe:") })
            #expect(pipes.count == 1, "both ends of one pipe are its own: nobody else is at the other end")
            let theServers = ProcessFiles(server.process.pid).descriptors.filter { $0.key > 2 }.values
            #expect(Set(theServers.filter { !$0.hasPrefix("anon") }).isDisjoint(with: descriptors.values))
        }
    }

    @Test func it_ignores_the_signals_that_its_server_hears() async throws {
        try await TestCluster.with { cluster in
            let server = try await cluster.redis().ready()
            let lease = try await server.lease
            #expect(lease.signals("SigIgn").isSuperset(of: [SIGINT, SIGTERM, SIGHUP]))
            for number in [SIGINT, SIGTERM, SIGHUP] { kill(lease.pid, number) }
            // It lives on and still does its work: it sees the server's end.
            #expect(try await server.process.stop(within: .seconds(10)) == 0)
            try await eventually("the node is gone") { try await cluster.leases("members").isEmpty }
            try await eventually("the lease has left") { !lease.isRunning }
        }
    }

    @Test(.alone, arguments: [SIGTERM, SIGKILL])
    func the_node_goes_with_the_server(signal: Int32) async throws {
        try await TestCluster.with { cluster in
            var delays: [Duration] = []
            // Always at the recorded address: on another it would first wait for somebody with data.
            let port = try freePort()
            for _ in 0..<3 {
                let server = try await cluster.redis(quickRedis, port: port).ready()
                let lease = try await attachedLease(of: server)
                #expect(try await cluster.leases("members").keys.sorted() == [server.address])
                if signal == SIGTERM { try await server.process.stop() } else { server.process.signal(signal) }
                #expect(try await server.process.wait(within: .seconds(10)) == (signal == SIGTERM ? 0 : 128 + signal))
                let end = ContinuousClock.now
                try await eventually("the node is gone", within: .seconds(5)) {
                    try await cluster.leases("members").isEmpty
                }
                delays.append(ContinuousClock.now - end)
                try await eventually("the lease has left", within: .seconds(5)) { !lease.isRunning }
            }
            // The middle one: a single delay may be the machine's.
            #expect(delays.sorted()[1] <= .milliseconds(200), "\(delays)")
        }
    }

    /// Its lease, once that has its connections: to ZooKeeper and to the server.
    private func attachedLease(of server: Launched) async throws -> ProcessFiles {
        let lease = try await server.lease
        try await eventually("the lease has attached") {
            lease.descriptors.values.count { $0.hasPrefix("socket:") } == 2
        }
        return lease
    }

    private func own(_ lease: ProcessFiles) -> [Int32: String] {
        lease.descriptors.filter { $0.key > 2 }.mapValues {
            $0.hasPrefix("anon") || $0.hasPrefix("/") ? $0 : String($0.prefix { $0 != ":" })
        }
    }
}
