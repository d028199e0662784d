import Fixtures
import Glibc
import Succession
import Support
import Testing
import Throttle

/// `interrex renew-lease`: a new lease for a server that has lost its own.
@Suite(.inTurn) struct RenewLeaseTests {
    /// Nothing but ZK_HOSTS is told: the rest stands in the title and the rendered file.
    private func renew(
        _ pid: Int32, _ cluster: TestCluster, _ variables: [String: String] = [:]
    ) async throws -> (code: Int32, output: String, errors: String) {
        let folder = try TemporaryFolder("renew")
        let environment = ["PATH": "/usr/bin:/bin", "ZK_HOSTS": cluster.servers].merging(variables) { $1 }
        let process = try ChildProcess(
            try interrexBinary(), ["renew-lease", "\(pid)"], environment: environment, folder: folder.path,
            output: "\(folder.path)/output", errors: "\(folder.path)/errors")
        let code = try await process.wait(within: .seconds(20))
        return (code, contents(of: "\(folder.path)/output"), contents(of: "\(folder.path)/errors"))
    }

    private func killLease(of server: Launched, _ cluster: TestCluster, _ kind: String) async throws {
        kill(try await server.lease.pid, SIGKILL)
        try await eventually("the node of \(server.port) is gone", within: .seconds(20)) {
            try await cluster.leases(kind)[server.address] == nil
        }
    }

    /// It lives, and its session does not.
    @Test func a_stopped_lease_is_named_with_what_ends_it() async throws {
        try await WatchedCluster.with(sentinels: 3, shortSession) { watched in
            let (cluster, replica) = (watched.cluster, watched.replicas[0])
            let lease = try await replica.lease.pid
            kill(lease, SIGSTOP)
            try await eventually("its node is gone", within: .seconds(20)) {
                try await cluster.leases("members")[replica.address] == nil
            }
            let stopped = try await renew(replica.process.pid, cluster)
            #expect(stopped.code == 78 && stopped.errors.contains("kill -CONT \(lease)"), "\(stopped)")
            try await killLease(of: replica, cluster, "members")
            let result = try await renew(replica.process.pid, cluster)
            #expect(result.code == 0, "\(result)")
        }
    }

    @Test func each_kind_of_server_is_registered_again_as_what_it_is() async throws {
        try await WatchedCluster.with(sentinels: 3, shortSession) { watched in
            try await watched.isHealthy()
            let cluster = watched.cluster
            let recorded = try await cluster.recordedMaster()
            let identities = try await cluster.children("\(cluster.root)/identities")
            let (master, replica, sentinel) = (watched.master, watched.replicas[0], watched.sentinels[0])
            for server in [master, replica] { try await killLease(of: server, cluster, "members") }
            try await killLease(of: sentinel, cluster, "sentinels")
            for (server, kind) in [(master, "members"), (replica, "members"), (sentinel, "sentinels")] {
                let pid = server.process.pid
                let result = try await renew(pid, cluster)
                #expect(result.code == 0, "\(result)")
                #expect(result.output.hasPrefix("127.0.0.1:\(server.port) (PID \(pid)) has a lease again"), "\(result)")
                try await eventually("the node of \(server.port) is back") {
                    try await cluster.leases(kind)[server.address] != nil
                }
                // A second one would fight with it.
                let again = try await renew(pid, cluster)
                #expect(
                    again.code == 0 && again.output.isEmpty && again.errors.contains("has a lease that lives"),
                    "\(again)")
                #expect(again.errors.split(separator: "\n").count == 1)
            }
            try await watched.isHealthy()
            #expect(try await cluster.recordedMaster() == recorded)
            #expect(try await cluster.children("\(cluster.root)/identities") == identities)
            try await watched.stays("nobody has another role", for: .seconds(4)) { await watched.keepRoles() }

            // It holds the node as long as its server lives, and no longer.
            try await watched.kill(replica)
            try await eventually("the replica's node is gone", within: .seconds(5)) {
                try await cluster.leases("members")[replica.address] == nil
            }
            try await watched.restart(replica).ready().linked(to: master)
            try await watched.kill(master)
            try await watched.agree(onOtherThan: master)
            try await eventually("the master's node is gone", within: .seconds(5)) {
                try await cluster.leases("members")[master.address] == nil
            }
        }
    }

    @Test func the_password_is_read_from_the_rendered_file() async throws {
        try await TestCluster.with(["REDIS_PASSWORD": "its-secret"].merging(shortSession) { $1 }) { cluster in
            let server = try cluster.redis(quickRedis)
            try await eventually("it answers") {
                try? await redis(server.port, "ROLE", password: "its-secret").hasPrefix("master")
            }
            try await killLease(of: server, cluster, "members")
            let result = try await renew(server.process.pid, cluster)
            #expect(result.code == 0, "\(result)")
            try await redis(server.port, "SET", "key", "value", password: "its-secret")
            // What a lease notes of its server it has asked it for.
            try await server.passport("one key") { $0.keys == 1 }
        }
    }

    /// Its title says which priority it awaits, and the new lease sets it.
    @Test func a_replica_gets_the_priority_that_it_awaits_from_its_new_lease() async throws {
        try await TestCluster.with(shortSession) { cluster in
            let master = try await cluster.redis(quickRedis).ready()
            try await redis(master.port, "CONFIG", "SET", "repl-diskless-sync-delay", "120")
            let replica = try await cluster.redis(quickRedis + "replica-priority 7\n").ready()
            try await eventually("it waits for its first synchronisation") {
                await master.info("replication").values.contains { $0.contains("state=wait_bgsave") }
            }
            try await killLease(of: replica, cluster, "members")
            let result = try await renew(replica.process.pid, cluster)
            #expect(result.code == 0, "\(result)")
            try await redis(master.port, "CONFIG", "SET", "repl-diskless-sync-delay", "0")
            try await replica.linked(to: master)
            try await eventually("it has its priority") {
                await replica.info("replication")["slave_priority"] == "7"
            }
        }
    }

    @Test func nobody_becomes_master_by_it_and_what_is_none_of_ours_is_refused() async throws {
        try await TestCluster.with(shortSession) { cluster in
            let servers = try (0..<2).map { _ in try cluster.redis(quickRedis) }
            let master = try await servers.united()
            let other = try #require(servers.first { $0.port != master.port })
            let living = try await renew(other.process.pid, cluster)
            #expect(living.code == 0 && living.output.isEmpty && living.errors.contains("has a lease that lives"))
            try await killLease(of: other, cluster, "members")
            try await other.ask("REPLICAOF", "NO", "ONE")
            let second = try await renew(other.process.pid, cluster)
            #expect(second.code == 78 && second.errors.contains("would make a second master of it"), "\(second)")
            #expect(try await cluster.leases("members").count == 1)

            let elsewhere = try await renew(other.process.pid, cluster, ["ZK_ROOT": "/another"])
            #expect(elsewhere.code == 78 && elsewhere.errors.contains("ZK_ROOT is /another"), "\(elsewhere)")
            let nowhere = try await renew(
                other.process.pid, cluster, ["ZK_HOSTS": "127.0.0.1:\(try freePort())", "MASTER_TIMEOUT": "1s"])
            #expect(nowhere.code == 69, "\(nowhere)")
            let plain = try await RedisServer.start()
            let stranger = try await renew(plain.process.pid, cluster)
            #expect(stranger.code == 64 && stranger.errors.contains("bears no mark"), "\(stranger)")
            let nobody = try await renew(2_000_000_000, cluster)
            #expect(nobody.code == 64 && nobody.errors.contains("no process with the PID"), "\(nobody)")
            #expect(try await cluster.recordedMaster() == master.address)
        }
    }
}
