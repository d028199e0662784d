import Fixtures
import Glibc
import Succession
import Support
import Testing
import Throttle

/// What ZooKeeper decides, the sentinels are told.
@Suite(.inTurn) struct AnnounceTests {
    /// At whatever `down-after`: nobody waits for it.
    @Test(arguments: [1, 5, 30]) func everySentinelNamesTheNewMasterAtOnce(downAfter: Int) async throws {
        try await WatchedCluster.with(watchers: 2, downAfter: .seconds(downAfter)) { cluster in
            let old = cluster.master
            let tape = try await SentinelTape.record(cluster.sentinels)
            let start = ContinuousClock.now
            try await cluster.kill(old)
            for sentinel in cluster.sentinels {
                try await eventually("\(sentinel.port) says so", within: .seconds(5)) {
                    tape.hears("+switch-master", from: sentinel)
                }
            }
            // Sentinel alone needs `down-after` and more than a second.
            #expect(ContinuousClock.now - start < .seconds(1))
            let new = try await cluster.agree(onOtherThan: old)
            let history = try await cluster.history()
            #expect(history.map(\.cause) == ["succession"] && history.last?.new == new.colonAddress)
            let epoch = try #require(try await cluster.record()?.epoch)
            for sentinel in cluster.sentinels {
                #expect(await sentinel.monitored["config-epoch"] == "\(epoch)")
                #expect(await sentinel.monitored["num-other-sentinels"] == "2")
            }
            #expect(!tape.lines.contains { $0.event == "+try-failover" }, "\(tape.lines)")
        }
    }

    @Test(arguments: [(2, 3), (6, 3), (3, 2), (3, 5)]) func howeverManyThereAre(members: Int, sentinels: Int)
        async throws
    {
        try await WatchedCluster.with(members: members, sentinels: sentinels, downAfter: .seconds(5)) { cluster in
            let old = cluster.master
            let start = ContinuousClock.now
            try await cluster.kill(old)
            let new = try await cluster.replacement(of: old)
            for sentinel in cluster.sentinels {
                try await eventually("\(sentinel.port) names it", within: .seconds(5)) { await sentinel.named == new }
            }
            #expect(ContinuousClock.now - start < .seconds(2))
            try await cluster.agree(onOtherThan: old)
            for sentinel in cluster.sentinels {
                #expect(await sentinel.monitored["num-other-sentinels"] == "\(sentinels - 1)")
            }
        }
    }

    /// It agrees soon after it is back, whatever it believes then. One that slept for more than 2 s trusts its own
    /// clock no more for a while (TILT).
    @Test(arguments: [Duration.zero, .seconds(3)]) func aSentinelThatSleptThroughItIsToldWhenItIsBack(
        andSleeps time: Duration
    ) async throws {
        try await WatchedCluster.with(downAfter: .seconds(30)) { cluster in
            let (old, frozen) = (cluster.master, cluster.sentinels[2])
            frozen.process.signal(SIGSTOP)
            try await cluster.kill(old)
            let new = try await cluster.replacement(of: old)
            // How long it sleeps is the case; nothing is waited for.
            try await Task.sleep(for: time)
            frozen.process.signal(SIGCONT)
            try await eventually("it names the new master", within: .seconds(3)) { await frozen.named == new }
            try await cluster.agree(onOtherThan: old)
            for sentinel in cluster.sentinels { #expect(await sentinel.monitored["num-other-sentinels"] == "2") }
        }
    }

    @Test func aSentinelThatComesBackWithItsOldFileIsTold() async throws {
        try await WatchedCluster.with(downAfter: .seconds(30)) { cluster in
            let (old, killed) = (cluster.master, cluster.sentinels[2])
            try await cluster.kill(killed)
            try await cluster.kill(old)
            let new = try await cluster.replacement(of: old)
            let back = try await cluster.restart(sentinel: killed).ready()
            try await eventually("it names the new master", within: .seconds(3)) { await back.named == new }
            try await cluster.agree(onOtherThan: old)
            for sentinel in cluster.sentinels { #expect(await sentinel.monitored["num-other-sentinels"] == "2") }
        }
    }

    /// The sentinels begin an election at about the moment at which the watcher wakes up. Whoever is first, all end
    /// with one master and one epoch.
    @Test func anElectionThatBeginsInTheSameMomentLeavesOneMaster() async throws {
        try await WatchedCluster.with(members: 4, downAfter: .seconds(1), failoverTimeout: .seconds(3)) { cluster in
            let first = cluster.master
            var master = first
            for delay in [750, 850, 950, 1_050, 1_150, 1_250] {
                cluster.watcher.process.signal(SIGSTOP)
                try await cluster.kill(master)
                // A moment of the test's choice, and no wait for anything.
                try await Task.sleep(for: .milliseconds(delay + Int.random(in: 0..<100)))
                cluster.watcher.process.signal(SIGCONT)
                let new = try await cluster.agree(onOtherThan: master, within: .seconds(15))
                try await eventually("all have one epoch") {
                    var epochs: Set<String?> = []
                    for sentinel in cluster.sentinels { epochs.insert(await sentinel.monitored["config-epoch"]) }
                    return epochs.count == 1
                }
                try await cluster.restart(master).ready().linked(to: new)
                try await cluster.stays("\(new.port) is the only master", for: .seconds(2)) {
                    try await cluster.agreedMaster()?.port == new.port
                }
                master = new
            }
            #expect(try await cluster.history().isUnbroken(from: first))
        }
    }

    @Test func aSentinelThatWasPointedElsewhereIsToldAtOnce() async throws {
        try await WatchedCluster.with(downAfter: .seconds(30)) { cluster in
            let (misled, replica) = (cluster.sentinels[0], cluster.replicas[0])
            _ = try await cluster.quietVersions()
            try await misled.ask("SENTINEL", "REMOVE", "mymaster")
            try await misled.ask("SENTINEL", "MONITOR", "mymaster", "127.0.0.1", "\(replica.port)", "2")
            try await eventually("it names the master again", within: .seconds(20)) {
                await misled.named == cluster.master.address
            }
            #expect(try await cluster.history().isEmpty)
        }
    }

    /// The highest epoch counts: within 2 s all others would have it as well.
    @Test func aSentinelThatWasToldOfAnotherMasterUnderAHigherEpochIsToldABetterOne() async throws {
        try await WatchedCluster.with(downAfter: .seconds(30)) { cluster in
            let (misled, peer, replica) = (cluster.sentinels[0], cluster.sentinels[1], cluster.replicas[0])
            _ = try await cluster.quietVersions()
            let hello = [
                "127.0.0.1", "\(peer.port)", try await peer.ask("SENTINEL", "MYID"), "5000", "mymaster", "127.0.0.1",
                "\(replica.port)", "5000",
            ]
            try await misled.ask("PUBLISH", "__sentinel__:hello", hello.joined(separator: ","))
            try await eventually("it names the master again under a higher epoch", within: .seconds(2)) {
                guard await misled.named == cluster.master.address else { return false }
                return await misled.monitored["config-epoch"].flatMap { Int($0) } ?? 0 > 5_000
            }
            let epoch = try await cluster.record()?.sentinelEpoch
            for sentinel in cluster.sentinels {
                try await eventually("\(sentinel.port) has that epoch") {
                    await sentinel.monitored["config-epoch"].flatMap { Int($0) } == epoch
                }
            }
            #expect(try await cluster.history().isEmpty)
            #expect(await replica.role == "slave")
        }
    }

    /// It has no peer in whose name it could be told, and must not get one.
    @Test func aLoneSentinelIsForcedAndStaysAlone() async throws {
        try await WatchedCluster.with(sentinels: 1, downAfter: .seconds(30), quorum: 1) { cluster in
            let old = cluster.master
            try await cluster.kill(old)
            try await cluster.agree(onOtherThan: old)
            #expect(cluster.watcher.count(of: "forced a failover") == 1)
            #expect(await cluster.sentinels[0].monitored["num-other-sentinels"] == "0")
        }
    }

    /// Sentinel alone tells the others only when the leading one has reconfigured all replicas.
    @Test func afterAFailoverOfSentinelsOwnTheOthersAreToldAsSoonAsTheReplicaIsMaster() async throws {
        try await WatchedCluster.with(downAfter: .seconds(2), failoverTimeout: .seconds(5)) { cluster in
            let old = cluster.master
            let tape = try await SentinelTape.record(cluster.sentinels)
            old.process.signal(SIGSTOP)
            let new = try await cluster.agree(onOtherThan: old, replicas: false)
            for sentinel in cluster.sentinels {
                try await eventually("\(sentinel.port) says so") { tape.hears("+switch-master", from: sentinel) }
            }
            old.process.signal(SIGCONT)
            try await eventually("\(old.port) follows \(new.port)", within: .seconds(20)) {
                await old.isLinked(to: new)
            }
            #expect(try await cluster.agreedMaster()?.port == new.port)
            #expect(try await cluster.history().count == 1)
        }
    }
}

extension WatchedCluster {
    /// Waits until another is recorded.
    fileprivate func replacement(of old: Launched) async throws -> String {
        try await eventually("another is recorded") {
            let recorded = try await self.cluster.recordedMaster()
            return recorded == old.address ? nil : recorded
        }
    }
}
