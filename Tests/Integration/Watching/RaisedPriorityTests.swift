import Fixtures
import Glibc
import Support
import Testing
import Throttle

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

    /// Nobody tells it of the new master in time, so it must not be promoted until it has joined; and then that master
    /// ends before the lease could ask it.
    @Test func one_that_has_joined_a_master_that_ended_at_once_can_be_promoted() async throws {
        try await WatchedCluster.with { watched in
            let (first, late) = (watched.master, watched.replicas[1])
            try await fill(first.port, keys: 10)
            try await first.isReplicated(to: 2)
            try await redis(late.port, "ACL", "SETUSER", "default", "-replicaof", "-slaveof")
            try await watched.kill(first)
            let second = watched.replicas[0]
            try await eventually("\(second.port) is recorded") {
                try await watched.cluster.recordedMaster() == second.address
            }
            try await eventually("nobody would promote \(late.port)") {
                await late.info("replication")["slave_priority"] == "0"
            }
            let lease = try await late.lease.pid
            kill(lease, SIGSTOP)
            try await redis(late.port, "ACL", "SETUSER", "default", "+replicaof", "+slaveof")
            try await late.linked(to: second)
            try await watched.kill(second)
            kill(lease, SIGCONT)
            // Where it could not be promoted, the watcher would begin with it after ten seconds, as with any copy.
            try await eventually("it is master", within: .seconds(8)) { await late.role == "master" }
            #expect(try await redis(late.port, "DBSIZE") == "10")
        }
    }

    /// This server must never be master, whoever looks after it.
    @Test func a_priority_of_0_that_the_user_has_set_stays_without_a_lease() async throws {
        try await WatchedCluster.with(members: 2, shortSession) { watched in
            let settings = quickRedis + "replica-priority 0\n"
            let never = try await watched.cluster.redis(settings).ready().linked(to: watched.master)
            kill(try await never.lease.pid, SIGKILL)
            try await eventually("its lease is gone") {
                try await watched.cluster.leases("members")[never.address] == nil
            }
            // Another one without a lease is raised meanwhile: the watcher had its time.
            let replica = watched.replicas[0]
            kill(try await replica.lease.pid, SIGKILL)
            try await redis(replica.port, "CONFIG", "SET", "replica-priority", "0")
            let title = try await redis(replica.port, "CONFIG", "GET", "proc-title-template").split(separator: "\n")[1]
            try await redis(replica.port, "CONFIG", "SET", "proc-title-template", "\(title) awaits=9")
            try await eventually("the other is raised", within: .seconds(60)) {
                await replica.info("replication")["slave_priority"] == "9"
            }
            #expect(try await !redis(replica.port, "CONFIG", "GET", "proc-title-template").contains("awaits"))
            #expect(await never.info("replication")["slave_priority"] == "0")
        }
    }
}
