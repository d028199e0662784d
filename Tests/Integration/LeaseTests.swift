import Fixtures
import Glibc
import Support
import Testing
import Throttle
import ZooKeeper

/// What a lease does when its session, its node or ZooKeeper itself goes.
@Suite(.inTurn) struct LeaseTests {
    @Test func an_expired_session_is_replaced_and_the_nodes_registered_again() async throws {
        let proxy = try TCPProxy(to: await ZooKeeperServer.shared().port)
        try await TestCluster.with(shortSession, through: proxy) { cluster in
            let server = try await cluster.redis(quickRedis).ready()
            let sentinel = try await cluster.sentinel(quickSentinel).ready()
            let before = try await cluster.registered(2)
            proxy.goSilent()
            try await eventually("the sessions expire") { try await cluster.registrations().isEmpty }
            proxy.speak()
            let after = try await cluster.registered(2)
            #expect(after.mapValues(\.data) == before.mapValues(\.data), "the same nodes with the same addresses")
            for (path, node) in after { #expect(node.stat.ephemeralOwner != before[path]?.stat.ephemeralOwner) }
            let owner = after.first { $0.key.hasPrefix("/redis/sentinels") }?.value.stat.ephemeralOwner
            #expect(try await cluster.lockOwners() == [owner], "the identity is locked by the new session")
            #expect(await server.role == "master" && server.process.exitCode == nil)
            #expect(await sentinel.named == server.address)
        }
    }

    @Test(arguments: [true, false])
    func what_is_wrong_with_zookeeper_is_told_once(refuses: Bool) async throws {
        let proxy = try TCPProxy(to: await ZooKeeperServer.shared().port)
        try await TestCluster.with(shortSession, through: proxy) { cluster in
            let server = try await cluster.redis(quickRedis).ready()
            _ = try await cluster.registered(1)
            if refuses { proxy.refuse() } else { proxy.goSilent() }
            // Or what it was doing, where that failed first.
            let words = [
                "the connection to ZooKeeper is lost: \(proxy.connectString) accepts connections and gives no session",
                "ZooKeeper can't be reached or did not answer",
            ]
            try await eventually("it says so", within: refuses ? .seconds(3) : .seconds(10)) {
                server.lines.contains { line in words.contains { line.contains($0) } }
            }
            try await eventually("the session expires") { try await cluster.registrations().isEmpty }
            if refuses { proxy.allow() } else { proxy.speak() }
            _ = try await cluster.registered(1)
            try await eventually("it says that all is well") {
                server.lines.contains { $0.contains("ZooKeeper is back") }
            }
            #expect(server.lines.count { line in words.contains { line.contains($0) } } == 1)
        }
    }

    /// After a freeze it is ZooKeeper that decides whether the old session still lives: the node is there either way.
    @Test func after_a_frozen_zookeeper_thaws_the_node_is_there() async throws {
        let zookeeper = try await ZooKeeperServer.start()
        try await TestCluster.with(shortSession, on: zookeeper) { cluster in
            let server = try await cluster.redis(quickRedis).ready()
            let before = try await cluster.registered(1)
            zookeeper.freeze()
            try await eventually("the lease gives its session up") {
                server.lines.contains { $0.contains("session is over") }
            }
            zookeeper.thaw()
            let session = try await cluster.another()
            let held = try await eventually("the node is held by a new session") {
                let after = try await cluster.registered(1, in: session)
                return after.values.first?.stat.ephemeralOwner == before.values.first?.stat.ephemeralOwner ? nil : after
            }
            #expect(held.mapValues(\.data) == before.mapValues(\.data))
            #expect(await server.role == "master")
            await session.close()
        }
        try await zookeeper.stop()
    }

    /// Its data gone, ZooKeeper never ends the sessions of before: it turns away whoever has seen later transactions
    /// than it has. Its nodes gone, the sessions live on.
    @Test(arguments: [true, false])
    func a_wiped_zookeeper_has_all_registered_again_and_no_role_changes(sessionsToo: Bool) async throws {
        let zookeeper = try await ZooKeeperServer.start()
        try await TestCluster.with(shortSession, on: zookeeper) { cluster in
            let master = try await cluster.redis(quickRedis).ready()
            let replicas = try (0..<2).map { _ in try cluster.redis(quickRedis) }
            for replica in replicas { try await replica.ready().linked(to: master) }
            let sentinels = try (0..<3).map { _ in try cluster.sentinel(quickSentinel) }
            try await sentinels.know(replicas: 2)
            let before = try await cluster.registered(6)
            let identities = try await cluster.children("/redis/identities")

            if sessionsToo { try await zookeeper.restartWiped() } else { try await cluster.deleteAll() }
            let session = try await cluster.another()
            let after = try await cluster.registered(6, in: session)
            #expect(after.mapValues(\.data) == before.mapValues(\.data))
            #expect(try await session.children("/redis/identities").sorted() == identities)
            let owners = Set(after.filter { $0.key.hasPrefix("/redis/sentinels") }.map(\.value.stat.ephemeralOwner))
            try await eventually("each sentinel's lease locks its identity again") {
                try await cluster.lockOwners(in: session) == owners
            }
            await session.close()

            #expect(try await ([master] + replicas).united().port == master.port)
            for sentinel in sentinels {
                #expect(await sentinel.named == master.address)
                #expect(!sentinel.process.text.contains("+try-failover"))
            }
        }
        try await zookeeper.stop()
    }

    @Test(arguments: ["members", "sentinels"])
    func a_node_that_somebody_deletes_comes_back(kind: String) async throws {
        try await TestCluster.with { cluster in
            _ = try await cluster.redis(quickRedis).ready()
            _ = try await cluster.sentinel(quickSentinel).ready()
            let before = try await cluster.registered(2)
            let (path, node) = try #require(before.first { $0.key.hasPrefix("/redis/\(kind)/") })
            // More than once: a watch fires once.
            for _ in 0..<3 {
                let old = try #require(try await cluster.node(path)).stat.czxid
                try await cluster.session.delete(path)
                let new = try await eventually("\(path) is back") { try await cluster.node(path) }
                #expect(new.data == node.data && new.stat.ephemeralOwner == node.stat.ephemeralOwner)
                #expect(new.stat.czxid > old)
            }
        }
    }

    @Test func a_lock_that_somebody_deletes_comes_back() async throws {
        try await TestCluster.with { cluster in
            _ = try await cluster.redis(quickRedis).ready()
            _ = try await cluster.sentinel(quickSentinel).ready()
            _ = try await cluster.registered(2)
            let identity = try #require(try await cluster.children("/redis/identities").first)
            let owners = try await cluster.lockOwners()
            try await cluster.session.delete("/redis/identities/\(identity)/lock")
            try await eventually("the lock is back") { try await cluster.lockOwners() == owners }
            #expect(owners.count == 1)
        }
    }
}
