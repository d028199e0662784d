import Fixtures
import Glibc
import Support
import Testing
import Throttle

/// A scheduler's grace: five seconds from SIGTERM to SIGKILL.
@Suite(.inTurn) struct ShutdownFaults {
    /// Redis waits for replicas that lag, 10 s by default.
    @Test("F74: with the shipped settings a master whose replica is frozen ends within 5 seconds, its data written")
    func f74_a_master_with_a_frozen_replica_ends_within_the_grace() async throws {
        try await TestCluster.with { cluster in
            let master = try await cluster.redis().ready()
            let replica = try await cluster.redis().ready().linked(to: master)
            replica.process.signal(SIGSTOP)
            try await fill(master.port, keys: 1_000)
            let start = ContinuousClock.now
            master.process.signal(SIGTERM)
            #expect(try await master.process.wait(within: .seconds(20)) == 0, "\(master.process.text)")
            let time = ContinuousClock.now - start
            #expect(time < .seconds(5), "\(master.process.text)")
            // It did wait for the replica: without that, this shows nothing.
            #expect(time > .seconds(2), "\(master.process.text)")
            try await eventually("its lease is gone, at once") {
                try await cluster.leases("members").keys.sorted() == [replica.address]
            }
            replica.process.signal(SIGCONT)
            let again = try await cluster.redis(port: master.port, folder: master.folder, ["MASTER_TIMEOUT": "12s"])
                .ready()
            try await recovery { try await replica.linked(to: again) }
            for server in [again, replica] { #expect(try await server.ask("DBSIZE") == "1000") }
        }
    }
}
