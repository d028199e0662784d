import Fixtures
import Glibc
import Support
import Testing
import Throttle
import ZooKeeper

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
            let untouched = try #require(try await cluster.text("/redis-a/history"))
            #expect(!untouched.contains("127.0.0.1:\(first.replica.port)"), "\(untouched)")
            #expect(await first.master.role == "master")
        }
    }

    /// `/top/inner` holds clusters and is none, whatever is configured first.
    @Test(arguments: ["/top/*,/top/inner/*", "/top/inner/*,/top/*"])
    func a_parent_below_a_parent_keeps_its_clusters(roots: String) async throws {
        try await TestCluster.with { cluster in
            for path in ["/top/one", "/top/inner/two"] { try await cluster.session.create(path, parents: true) }
            let watcher = try cluster.watcher(["ZK_ROOT": roots])
            try await eventually("it leads in both") {
                watcher.count(of: "/top/one: this watcher leads") == 1
                    && watcher.count(of: "/top/inner/two: this watcher leads") == 1
            }
            try await cluster.session.create("/top/three")
            try await eventually("it leads in the third") { watcher.count(of: "/top/three: this watcher leads") == 1 }
            #expect(watcher.count(of: "is gone") == 0, "\(watcher.process.text)")
            #expect(try await cluster.children("/top/inner") == ["two"])
        }
    }

    /// They are deleted one after the other while the watcher, whose replies are late, finds them and enters itself.
    @Test func roots_that_are_deleted_do_not_come_back() async throws {
        let zookeeper = try await ZooKeeperServer.start()
        let proxy = try TCPProxy(to: zookeeper.port)
        try await TestCluster.with(on: zookeeper, through: proxy) { cluster in
            let session = cluster.session
            let watcher = try cluster.watcher(["ZK_ROOT": "/parent/*"])
            try await session.create("/parent/first", parents: true)
            try await eventually("it leads") { watcher.count(of: "this watcher leads") == 1 }
            proxy.hold(replies: .milliseconds(150))
            let roots = (0..<60).map { "/parent/c\($0)" }
            for root in roots { try await session.create(root) }
            for root in roots + ["/parent/first"] {
                try await delete(root, session)
                // Spread over what the watcher does meanwhile, about a second.
                try await Task.sleep(for: .milliseconds(15))
            }
            proxy.hold(replies: .zero)
            try await session.create("/parent/last")
            try await eventually("it leads in the last", within: .seconds(30)) {
                watcher.count(of: "/parent/last: this watcher leads") == 1
            }
            try await eventually("it ends the watch over the first", within: .seconds(30)) {
                watcher.count(of: "/parent/first is gone") == 1
            }
            #expect(try await session.children("/parent") == ["last"])
            #expect(watcher.count(of: "can't be reached") == 0, "\(watcher.process.text)")
        }
        try await zookeeper.stop()
    }

    /// What is created meanwhile is deleted as well.
    private func delete(_ root: String, _ session: Session) async throws {
        try await eventually("\(root) is deleted") {
            for path in ["\(root)/watchers", root] {
                do {
                    for name in try await session.children(path) where name.hasPrefix("n-") {
                        try? await session.delete("\(path)/\(name)")
                    }
                    try await session.delete(path)
                } catch let error as ZooKeeperError where [.noNode, .notEmpty].contains(error.code) {}
            }
            return try await session.exists(root) == nil
        }
    }

    /// Without the right to read them no watch on the children can be set.
    @Test func clusters_are_found_once_their_parent_can_be_read() async throws {
        try await TestCluster.with { cluster in
            var configuration = Session.Configuration(servers: try ConnectString(cluster.servers))
            configuration.digest = Digest("owner:secret")
            configuration.acl = .owner
            let owner = try await Session.connect(configuration, within: .seconds(10))
            try await owner.create("/private")
            let watcher = try cluster.watcher(["ZK_ROOT": "/private/*"])
            try await eventually("it says so") { watcher.count(of: "/private can't be read") == 1 }
            try await owner.delete("/private")
            try await cluster.session.create("/private/one", parents: true)
            try await eventually("it leads in the cluster below", within: .seconds(20)) {
                watcher.count(of: "/private/one: this watcher leads") == 1
            }
            #expect(watcher.count(of: "/private can't be read") == 1)
            await owner.close()
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
