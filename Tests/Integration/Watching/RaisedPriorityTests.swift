import Fixtures
import Glibc
import Support
import Testing

/// A replica that started empty has priority 0 until it has its data; where its lease is gone, the watcher raises it.
@Suite(.inTurn) struct RaisedPriorityTests {
    @Test func a_synchronised_replica_without_a_lease_gets_its_priority_from_the_watcher() async throws {
        try await WatchedCluster.with(members: 2, shortSession) { watched in
            let master = watched.master
            try await redis(master.port, "CONFIG", "SET", "repl-diskless-sync-delay", "120")
            let replica = try await watched.startMember().ready()
            try await eventually("it waits for its first synchronisation") {
                await master.info("replication").values.contains { $0.contains("state=wait_bgsave") }
            }
            let lease = try await replica.lease
            kill(lease.pid, SIGKILL)
            try await eventually("its lease is gone") {
                try await watched.cluster.leases("members")[replica.address] == nil
            }
            try await redis(master.port, "CONFIG", "SET", "repl-diskless-sync-delay", "0")
            try await replica.linked(to: master)
            #expect(await replica.info("replication")["slave_priority"] == "0")
            try await eventually("it can be promoted", within: .seconds(40)) {
                await replica.info("replication")["slave_priority"] == "100"
            }
            #expect(watched.watcher.process.text.contains("set replica-priority of 127.0.0.1:\(replica.port) to 100"))
        }
    }
}
