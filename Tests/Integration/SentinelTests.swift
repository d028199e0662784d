import Cluster
import Fixtures
import Glibc
import Support
import Testing
import Throttle
import ZooKeeper

/// Three sentinels beside three servers.
@Suite(.inTurn) struct SentinelTests {
    @Test func clients_find_the_master_by_kazoo_and_redis_py_and_write() async throws {
        try await TestCluster.with { cluster in
            let servers = try (0..<3).map { _ in try cluster.redis(quickRedis) }
            let master = try await servers.united()
            let sentinels = try (0..<3).map { _ in try cluster.sentinel(quickSentinel) }
            try await sentinels.know(replicas: 2)
            try await eventually("the sentinels register") { try await cluster.leases("sentinels").count == 3 }
            let script = """
                import sys
                from kazoo.client import KazooClient
                from redis.sentinel import Sentinel

                zk = KazooClient(hosts=sys.argv[1], read_only=True)
                zk.start(timeout=10)
                nodes = [zk.get("/redis/sentinels/" + name)[0].decode() for name in zk.get_children("/redis/sentinels")]
                zk.stop()
                sentinel = Sentinel([tuple(node.split(" ")) for node in nodes], socket_timeout=2)
                master = sentinel.master_for("mymaster", socket_timeout=2)
                master.set("greeting", "ave")
                print(*sentinel.discover_master("mymaster"), master.wait(2, 5000))
                """
            let output = "\(sentinels[0].folder.path)/client"
            let client = try ChildProcess("/usr/bin/python3", ["-c", script, cluster.servers], output: output)
            #expect(try await client.wait(within: .seconds(30)) == 0, "\(client.text)")
            #expect(client.text == "127.0.0.1 \(master.port) 2\n")
            for server in servers { #expect(try await redis(server.port, "GET", "greeting") == "ave") }
        }
    }

    /// A node may outlive its server, and another cluster's replica may have the port by then. Sentinel has every
    /// replica that it is told of follow its master, which empties it.
    @Test(arguments: [true, false]) func a_new_one_is_not_told_of_another_clusters_replica(itsMarkIsRead: Bool)
        async throws
    {
        try await TestCluster.with { cluster in
            let master = try await cluster.redis(quickRedis).ready()
            let replica = try await cluster.redis(quickRedis).ready().linked(to: master)
            let elsewhere = ["ZK_ROOT": "/elsewhere"]
            let theirs = try await cluster.redis(quickRedis, elsewhere).ready()
            let other = try await cluster.redis(quickRedis, elsewhere).ready().linked(to: theirs)
            if !itsMarkIsRead { try await other.ask("ACL", "SETUSER", "default", "-config|get") }
            try await cluster.session.create(
                "\(cluster.root)/members/\(UUIDText.random())", Array(other.address.utf8), .ephemeral)

            let sentinel = try await cluster.sentinel(quickSentinel).ready()
            let known = try await sentinel.ask("SENTINEL", "REPLICAS", "mymaster")
            #expect(known.contains("\(replica.port)") && !known.contains("\(other.port)"), "\(known)")
            #expect(sentinel.process.text.contains("told of 1 replicas"), "\(sentinel.process.text)")
            #expect(await other.isLinked(to: theirs))
        }
    }

    @Test func a_killed_sentinel_is_no_longer_registered() async throws {
        try await TestCluster.with(["ZK_SESSION_TIMEOUT": "3s"]) { cluster in
            try await cluster.redis(quickRedis).ready()
            let sentinels = try (0..<2).map { _ in try cluster.sentinel(quickSentinel) }
            try await eventually("both are registered") { try await cluster.leases("sentinels").count == 2 }

            sentinels[0].process.signal(SIGKILL)
            try await sentinels[0].process.wait()
            try await eventually("its lease takes the node away at once", within: .seconds(1)) {
                try await cluster.leases("sentinels").keys.sorted() == [sentinels[1].address]
            }

            // A container that is killed takes the lease along.
            let lease = try await sentinels[1].lease
            kill(lease.pid, SIGKILL)
            sentinels[1].process.signal(SIGKILL)
            try await sentinels[1].process.wait()
            // The server looks for ended sessions once a tick, and a test runs beside others.
            try await eventually("the session timeout takes the node away", within: .seconds(3 + 1)) {
                try await cluster.leases("sentinels").isEmpty
            }
        }
    }
}
