import Fixtures
import Support
import Testing
import Throttle

/// What a watcher says while ZooKeeper is away or slow: enough to understand it, and no flood.
@Suite(.inTurn) struct TroubledZooKeeperTests {
    @Test func a_lost_connection_is_told_of_once() async throws {
        let zookeeper = try await ZooKeeperServer.start()
        let proxy = try TCPProxy(to: zookeeper.port)
        try await TestCluster.with(on: zookeeper, through: proxy) { cluster in
            let watcher = try cluster.watcher(["ZK_ROOT": "/a,/b,/c"])
            try await eventually("it leads in all of them") { watcher.count(of: "this watcher leads") == 3 }
            proxy.refuse()
            try await eventually("it says so") { watcher.count(of: "the connection to ZooKeeper is lost") == 1 }
            proxy.allow()
            try await eventually("it says that all is well") {
                watcher.count(of: "ZooKeeper is back") == 1 && watcher.count(of: "this watcher leads") == 6
            }
            // Where the machine is slow, it is away for long enough to say what is wrong with it.
            let more = watcher.count(of: "still no connection to ZooKeeper: \(proxy.connectString) accepts connections")
            #expect(more <= 1 && watcher.count(of: "warning") == 1 + more, "\(watcher.process.text)")
        }
        try await zookeeper.stop()
    }

    @Test func a_watcher_says_within_a_second_what_is_wrong() async throws {
        let zookeeper = try await ZooKeeperServer.start()
        try await TestCluster.with(on: zookeeper) { cluster in
            let nobody = "127.0.0.1:\(try freePort())"
            let lost = try cluster.watcher(["ZK_HOSTS": "\(nobody),nowhere.invalid:1"])
            try await eventually("it says so: \(lost.process.text)", within: .seconds(3)) {
                lost.count(
                    of: "no session with ZooKeeper: \(nobody) refuses connections; nowhere.invalid:1 can't be resolved")
                    == 1
            }
            // Asked again and again, told once: that no second line comes has no event.
            try await Task.sleep(for: .seconds(2))
            #expect(lost.count(of: "warning") == 1, "\(lost.process.text)")

            let watcher = try cluster.watcher()
            try await eventually("it leads") { watcher.count(of: "this watcher leads") == 1 }
            zookeeper.freeze()
            try await eventually("it says that it hangs: \(watcher.process.text)", within: .seconds(20)) {
                watcher.count(of: "\(zookeeper.connectString) accepts connections and gives no session") == 1
            }
            zookeeper.thaw()
        }
        try await zookeeper.stop()
    }

    /// Before there is anything to do for which it would be too slow.
    @Test func a_zookeeper_that_is_too_slow_is_an_alert_while_it_is() async throws {
        let zookeeper = try await ZooKeeperServer.start()
        let proxy = try TCPProxy(to: zookeeper.port)
        try await TestCluster.with(on: zookeeper, through: proxy) { cluster in
            _ = try await cluster.redis(quickRedis).ready()
            let watcher = try cluster.watcher()
            let isSlow = { try await get("/status", from: watcher.port).body.contains("slow-zookeeper") }
            try await eventually("it leads") { watcher.count(of: "this watcher leads") == 1 }
            #expect(try await !isSlow())
            proxy.hold(replies: .milliseconds(400))
            try await eventually("it is an alert", isSlow)
            #expect(watcher.count(of: "ZooKeeper takes longer than") == 1, "\(watcher.process.text)")
            // One that is away is neither slow nor fast.
            proxy.refuse()
            try await eventually("it is away") {
                watcher.count(of: "the connection to ZooKeeper is lost") == 1
            }
            // Longer than an alert without a sign of it lasts: that it stays has no event.
            try await Task.sleep(for: .seconds(6))
            #expect(try await isSlow(), "\(watcher.process.text)")
            proxy.hold(replies: .zero)
            proxy.allow()
            try await eventually("it is over") { try await !isSlow() }
        }
        try await zookeeper.stop()
    }

    @Test func a_fence_that_comes_too_late_is_an_alert() async throws {
        let zookeeper = try await ZooKeeperServer.start()
        let proxy = try TCPProxy(to: zookeeper.port)
        try await WatchedCluster.with(on: zookeeper, through: proxy) { watched in
            let (old, watcher) = (watched.master, watched.watcher)
            proxy.hold(replies: .milliseconds(300))
            try await watched.kill(old)
            try await eventually("it says why it does nothing") { watcher.count(of: "took longer than") > 0 }
            try await watched.stays("nothing is forced", for: .seconds(1)) {
                try await watched.cluster.recordedMaster() == old.address
            }
            #expect(watcher.count(of: "; looking again") == 1, "\(watcher.process.text)")
            proxy.hold(replies: .zero)
            try await watched.agree(onOtherThan: old)
        }
        try await zookeeper.stop()
    }
}
