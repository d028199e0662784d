import Fixtures
import Glibc
import Support
import Testing

/// One watcher for several clusters: those that it is told, and those that appear below a parent.
@Suite(.inTurn) struct SeveralClustersTests {
    @Test func failovers_of_named_clusters_and_of_one_that_appears_later_are_recorded_each_in_its_place() async throws {
        try await TestCluster.with(["SENTINEL_QUORUM": "1"]) { cluster in
            let first = try await SmallCluster(cluster, "/redis-a")
            let second = try await SmallCluster(cluster, "/redis-b")
            let watcher = try cluster.watcher(["ZK_ROOT": "/redis-a,/redis-b,/parent/*"])
            for root in ["/redis-a", "/redis-b"] {
                try await eventually("it leads in \(root)") {
                    watcher.process.text.contains("\(root): this watcher leads")
                }
            }
            let third = try await SmallCluster(cluster, "/parent/one")
            try await eventually("it leads in /parent/one") {
                watcher.process.text.contains("/parent/one: this watcher leads")
            }
            for small in [second, third] {
                small.master.process.signal(SIGKILL)
                try await small.master.process.wait()
                try await eventually("\(small.root) has its new master") {
                    try await cluster.text("\(small.root)/master") == small.replica.address
                }
                #expect(await small.replica.role == "master")
                let history = try #require(try await cluster.text("\(small.root)/history"))
                #expect(history.contains("127.0.0.1:\(small.replica.port)"), "\(history)")
                #expect(try await cluster.children("\(small.root)/watchers").count == 1)
            }
            #expect(try await cluster.text("/redis-a/master") == first.master.address)
            #expect(try await cluster.text("/redis-a/history") == nil)
            #expect(await first.master.role == "master")
        }
    }

    /// A master, a replica and a sentinel below a root of their own.
    private struct SmallCluster {
        let root: String
        let master: Launched
        let replica: Launched

        init(_ cluster: TestCluster, _ root: String) async throws {
            self.root = root
            let variables = ["ZK_ROOT": root]
            master = try await cluster.redis(quickRedis, variables).ready()
            let replica = try await cluster.redis(quickRedis, variables).ready().linked(to: master)
            try await eventually("\(replica.port) can be promoted") {
                await replica.info("replication")["slave_priority"] == "100"
            }
            self.replica = replica
            let sentinel = try await cluster.sentinel(quickSentinel, variables).ready()
            try await [sentinel].know(replicas: 1)
        }
    }
}
