import Fixtures
import Glibc
import Support
import Testing
import Throttle
import ZooKeeper

/// Host names in `ZK_HOSTS`, and a name service that knows only some of them, or fails.
@Suite(.inTurn) struct NameFaults {
    @Test(
        "F20: sessions outlive a name service that is down for twice their timeout; one that loses its connection comes back"
    )
    func f20_sessions_outlive_a_name_service_that_is_down_for_twice_their_timeout() async throws {
        let names = try await NameService.start(["zookeeper.test"])
        let proxy = try await TCPProxy(to: ZooKeeperServer.shared().port)
        let timeout = Duration.seconds(2)
        try await TestCluster.with { cluster in
            let chroot = cluster.servers.drop { $0 != "/" }
            let variables = names.variables.merging(shortSession) { $1 }
                .merging(["ZK_HOSTS": "zookeeper.test:\(proxy.port)\(chroot)"]) { $1 }
            let server = try await cluster.redis(quickRedis, variables).ready()
            let watcher = try cluster.watcher(variables)
            let leader = try await eventually("the watcher leads") {
                let paths = try await cluster.children("/redis/watchers").map { "/redis/watchers/\($0)" }
                return watcher.count(of: "this watcher leads") > 0 ? paths.first : nil
            }
            let before = try await [cluster.leases("members")[server.address], owner(of: leader, in: cluster)]
            #expect(before.allSatisfy { $0 != nil && $0 != 0 })

            names.goDown()
            let start = ContinuousClock.now
            let late = try cluster.redis(quickRedis, variables.merging(["MASTER_TIMEOUT": "1s"]) { $1 })
            while ContinuousClock.now - start < timeout * 2 + .seconds(1) {
                let now = try await [cluster.leases("members")[server.address], owner(of: leader, in: cluster)]
                try #require(now == before, "\(server.lines) \(watcher.process.text)")
                // Nothing may happen: looked at again and again for as long as the fault lasts.
                try await Task.sleep(for: .milliseconds(100))
            }
            // It was down: who had to ask it got nowhere.
            #expect(try await late.process.wait() == 69, "\(late.process.text)")

            // libzookeeper asks for names again once a connection is lost: that session ends.
            proxy.dropAll()
            try await eventually("both sessions are over") {
                let watchers = try await cluster.children("/redis/watchers")
                return try await cluster.leases("members").isEmpty && watchers.isEmpty
            }
            try names.goUp()
            try await recovery {
                try await eventually("both are registered again: \(watcher.process.text)") {
                    let watchers = try await cluster.children("/redis/watchers").count
                    return try await cluster.leases("members")[server.address] != nil && watchers == 1
                }
            }
            #expect(await server.role == "master" && server.process.exitCode == nil && watcher.process.exitCode == nil)
        }
        proxy.close()
    }

    @Test("F21: one of three ZooKeeper names is unknown: launcher, sentinel and watcher work with the other two")
    func f21_one_of_three_names_is_unknown() async throws {
        let names = try await NameService.start(["one.test", "three.test"])
        let port = try await ZooKeeperServer.shared().port
        try await TestCluster.with { cluster in
            let chroot = cluster.servers.drop { $0 != "/" }
            // Whichever of them is tried first.
            for order in [["one", "two", "three"], ["two", "three", "one"]] {
                let hosts = order.map { "\($0).test:\(port)" }.joined(separator: ",")
                let variables = names.variables.merging(["ZK_HOSTS": hosts + chroot, "ZK_ROOT": "/\(order[0])"]) { $1 }
                let server = try await cluster.redis(quickRedis, variables).ready()
                #expect(try await cluster.text("/\(order[0])/master") == server.address)
                try await cluster.sentinel(quickSentinel, variables).ready()
                let watcher = try cluster.watcher(variables)
                try await eventually("all are registered: \(watcher.process.text)") {
                    for kind in ["members", "sentinels", "watchers"] {
                        guard try await cluster.children("/\(order[0])/\(kind)").count == 1 else { return false }
                    }
                    return true
                }
            }
        }
    }

    private func owner(of path: String, in cluster: TestCluster) async throws -> Int64? {
        try await cluster.node(path)?.stat.ephemeralOwner
    }
}
