import Fixtures
import Glibc
import Succession
import Support
import Testing
import Throttle
import ZooKeeper

/// Where most sentinels are out of reach, a watcher can't tell a dead master from one that it can't see: it does
/// nothing.
@Suite(.inTurn) struct SentinelMajorityFaults {
    /// The master is alive, but its public address refuses: everybody's connections to it end. The two sentinels that
    /// are out of reach are registered still, or their leases are gone and only the third knows of them.
    @Test(
        "F31: with one sentinel of three in reach, a master that is cut off is not replaced", arguments: [true, false])
    func f31_with_one_sentinel_of_three_in_reach_a_master_that_is_cut_off_is_not_replaced(
        areRegistered: Bool
    ) async throws {
        try await TestCluster.with(shortSession) { cluster in
            let port = try freePort()
            let proxy = try TCPProxy(to: port)
            let master = try await cluster.redis(
                quickRedis, port: port, ["ANNOUNCE_IP": "127.0.0.1", "ANNOUNCE_PORT": "\(proxy.port)"]
            ).ready()
            let recorded = "127.0.0.1 \(proxy.port)"
            #expect(try await cluster.recordedMaster() == recorded)
            let replicas = try (0..<2).map { _ in try cluster.redis(quickRedis) }
            for replica in replicas {
                try await eventually("\(replica.port) can be promoted") {
                    let info = await replica.info("replication")
                    return info["master_link_status"] == "up" && info["slave_priority"] == "100"
                }
            }
            let sentinels = try (0..<3).map { _ in try cluster.sentinel(quickSentinel) }
            try await sentinels.know(replicas: 2)
            let watcher = try cluster.watcher()
            try await eventually("the watcher leads") { watcher.process.text.contains("this watcher leads") }
            try await eventually("/redis/cluster is kept") {
                try await cluster.text("\(cluster.root)/cluster")?.contains("\"sentinel_epoch\"") == true
            }
            let version = try await cluster.node("\(cluster.root)/master")?.stat.version

            for sentinel in sentinels.dropFirst() {
                if !areRegistered { kill(try await sentinel.lease.pid, SIGKILL) }
                sentinel.process.signal(SIGSTOP)
            }
            try await eventually("their leases are gone, or not") {
                try await cluster.leases("sentinels").count == (areRegistered ? 3 : 1)
            }
            proxy.close()
            try await eventually("the last sentinel considers the master down") {
                await sentinels[0].monitored["flags"]?.contains("s_down") == true
            }
            try await eventually("the watcher names the cause") {
                let silent = areRegistered ? "127.0.0.1" : "none; known but gone: 127.0.0.1"
                return watcher.process.text.contains("only 1 of 3 sentinels answer (silent: \(silent)")
            }
            // Beyond every limit after which a watcher acts by itself.
            let end = ContinuousClock.now + .seconds(14)
            while ContinuousClock.now < end {
                try #require(await master.role == "master")
                for replica in replicas { try #require(await replica.role == "slave") }
                let node = try #require(try await cluster.node("\(cluster.root)/master"))
                try #require(node.stat.version == version, "\(watcher.process.text)")
                try await Task.sleep(for: .milliseconds(50))
            }
            #expect(!watcher.process.text.contains("forced"), "\(watcher.process.text)")
            #expect(!sentinels[0].process.text.contains("+try-failover"))
        }
    }

    /// Two of three may be alive where the watcher can't see them.
    @Test("F33: without a majority of the sentinels nothing is written, and an alert says why until it is back")
    func f33_without_a_sentinel_majority_nothing_is_written_and_an_alert_says_why_until_it_is_back() async throws {
        try await WatchedCluster.with(downAfter: .seconds(1)) { watched in
            let old = watched.master
            let versions = try await watched.versions()
            let lost = Array(watched.sentinels.dropFirst())
            for sentinel in lost { sentinel.process.signal(SIGSTOP) }
            try await watched.kill(old)

            let silent = lost.map { "127.0.0.1:\($0.port)" }.sorted().joined(separator: ", ")
            let cause = "only 1 of 3 sentinels answer (silent: \(silent)"
            try await eventually("the watcher names the cause") { watched.watcher.process.text.contains(cause) }
            try await watched.stays("nothing is written, nobody is promoted", for: .seconds(15)) {
                for replica in watched.replicas { guard await replica.role == "slave" else { return false } }
                return try await watched.versions() == versions
            }
            let status = try await get("/status", from: watched.watcher.port)
            #expect(status.code == 200 && status.body.contains("sentinel-majority-lost"), "\(status)")
            #expect(status.body.contains(cause), "\(status)")

            for sentinel in lost { try await watched.kill(sentinel) }
            for _ in lost { try watched.startSentinel() }
            let next = try await watched.agree(onOtherThan: old, within: .seconds(40))
            #expect(try await watched.history().map(\.new) == ["127.0.0.1:\(next.port)"])
            try await eventually("the alert is over") {
                watched.watcher.process.text.contains(/over after .*: sentinel-majority-lost/)
            }
        }
    }

    /// Their ports refuse: they are dead for certain. What is left is fewer than must agree on a master's death.
    @Test("F33: with fewer sentinels than the quorum nothing is written, even where the others are dead")
    func f33_with_fewer_sentinels_than_the_quorum_nothing_is_written_even_where_the_others_are_dead() async throws {
        try await WatchedCluster.with(downAfter: .seconds(1)) { watched in
            let old = watched.master
            let versions = try await watched.versions()
            for sentinel in watched.sentinels.dropFirst() { try await watched.kill(sentinel) }
            try await eventually("their leases are gone") {
                try await watched.cluster.leases("sentinels").count == 1
            }
            try await watched.kill(old)
            let cause = "only 1 of 3 sentinels answer (silent: none; known but gone: "
            try await eventually("the watcher names the cause") { watched.watcher.process.text.contains(cause) }
            try await watched.stays("nothing is written, nobody is promoted", for: .seconds(15)) {
                for replica in watched.replicas { guard await replica.role == "slave" else { return false } }
                return try await watched.versions() == versions
            }
            for _ in 0..<2 { try watched.startSentinel() }
            try await watched.agree(onOtherThan: old, within: .seconds(40))
        }
    }

    /// Their ports refuse, and the three that are left know that they have no quorum: no vote could ever win.
    @Test(
        "F36: four of seven sentinels are dead for certain: an alert names them, one of the rest is told to fail over",
        .taking(4))
    func f36_where_most_sentinels_are_dead_for_certain_one_of_the_rest_is_told_to_fail_over() async throws {
        try await WatchedCluster.with(sentinels: 7, downAfter: .seconds(1)) { watched in
            let old = watched.master
            let dead = watched.sentinels.dropFirst(3)
            for sentinel in dead { try await watched.kill(sentinel) }
            try await eventually("their leases are gone") {
                try await watched.cluster.leases("sentinels").count == 3
            }
            let gone = dead.map(\.colonAddress).sorted().joined(separator: ", ")
            let cause = "only 3 of 7 sentinels answer (silent: none; known but gone: \(gone))"
            try await eventually("the watcher names what is wrong") { watched.watcher.process.text.contains(cause) }
            try await watched.kill(old)
            let next = try await recovery { try await watched.agree(onOtherThan: old) }
            let history = try await watched.history()
            #expect(history.map(\.new) == [next.colonAddress] && history.last?.cause == "forced", "\(history)")
        }
    }

    /// Silent, four of seven may be alive where the watcher can't see them. What the alert tells to do is to start them
    /// again.
    @Test("F36: four of seven sentinels are silent: an alert names them, and started again they fail over", .taking(4))
    func f36_where_most_sentinels_are_silent_an_alert_says_what_to_do() async throws {
        try await WatchedCluster.with(sentinels: 7, downAfter: .seconds(1), failoverTimeout: .seconds(5)) { watched in
            let old = watched.master
            let versions = try await watched.versions()
            let lost = watched.sentinels.dropFirst(3)
            for sentinel in lost { sentinel.process.signal(SIGSTOP) }
            try await watched.kill(old)
            let cause =
                "only 3 of 7 sentinels answer (silent: \(lost.map(\.colonAddress).sorted().joined(separator: ", "))"
            try await eventually("the watcher names the cause") { watched.watcher.process.text.contains(cause) }
            #expect(watched.watcher.process.text.contains("start the missing ones again"))
            try await watched.stays("nothing is written", for: .seconds(12)) {
                try await watched.versions() == versions
            }
            for sentinel in lost { try await watched.kill(sentinel) }
            for _ in lost { try watched.startSentinel() }
            try await recovery { try await watched.agree(onOtherThan: old, within: .seconds(40)) }
        }
    }
}
