import Fixtures
import Glibc
import Succession
import Support
import Testing
import Throttle
import ZooKeeper

/// A watcher that sees Redis and the sentinels, but not ZooKeeper.
@Suite(.inTurn) struct CutOffWatcherFaults {
    @Test(
        "F22: a watcher cut off from ZooKeeper through two failovers writes the newest master, and never the older one")
    func f22_a_watcher_cut_off_from_zookeeper_writes_the_newest() async throws {
        let proxy = try await TCPProxy(to: ZooKeeperServer.shared().port)
        try await WatchedCluster.with(watchers: 0, downAfter: .seconds(1), failoverTimeout: .seconds(5)) { watched in
            let chroot = watched.cluster.servers.drop { $0 != "/" }
            let watcher = try await watched.startWatcher(
                shortSession.merging(["ZK_HOSTS": proxy.connectString + chroot]) { $1 })
            try await watched.isKept()
            let first = watched.master
            let versions = try await watched.quietVersions()

            proxy.goSilent()
            try await watched.kill(first)
            let second = try await failedOver(watched, from: first)
            try await eventually("the next failover is accepted") {
                try await redis(watched.sentinels[0].port, "SENTINEL", "FAILOVER", "mymaster") == "OK"
            }
            let third = try await failedOver(watched, from: second)
            // Its session is over by now, and whatever it wanted to write is old.
            try await eventually("the session is over") { try await watched.candidacies().isEmpty }
            #expect(try await watched.versions() == versions)
            #expect(watcher.process.exitCode == nil)

            proxy.speak()
            try await recovery {
                try await eventually("\(third.port) is recorded") {
                    let recorded = try await watched.cluster.recordedMaster()
                    guard recorded != second.address else { throw TestFailure("the older one is recorded") }
                    return recorded == third.address
                }
            }
            try await watched.stays("\(third.port) is recorded", for: .seconds(3)) {
                try await watched.cluster.recordedMaster() == third.address
            }
            let history = try await watched.history()
            #expect(history.map(\.new) == [third.colonAddress] && history.map(\.old) == [first.colonAddress])
            let version = try await watched.node("master").map { "\($0.stat.version - 1)" }
            #expect(version == versions["master"])
            #expect(watcher.count(of: "(succession)") == 0)
        }
        proxy.close()
    }

    /// Waits until all sentinels have replaced `old`, and none is busy with it. Returns the new master.
    private func failedOver(_ watched: WatchedCluster, from old: Launched) async throws -> Launched {
        let name = try await eventually("\(old.port) is replaced", within: .seconds(30)) {
            let (names, flags) = (Set(await watched.sentinels.names), Set(await watched.sentinels.flags))
            return names.count == 1 && !names.contains(old.address) && flags == ["master"] ? names.first : nil
        }
        let new = try #require(watched.members.first { $0.address == name })
        for member in watched.running where member.port != new.port { try await member.linked(to: new) }
        return new
    }
}
