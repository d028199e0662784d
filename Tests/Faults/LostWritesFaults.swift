import Fixtures
import Glibc
import Support
import Testing
import Throttle

/// What a fault costs: writers keep every write that was acknowledged, and look for each on the master in the end.
@Suite(.inTurn) struct LostWritesFaults {
    /// Redis replicates asynchronously: what a killed master had acknowledged and not yet sent is gone. All else must
    /// not cost a single write.
    @Test(
        "F78: writers find every acknowledged write, but those that a killed master had not sent yet",
        arguments: Loss.all)
    func f78_acknowledged_writes(in loss: Loss) async throws {
        let zookeeper = try await ZooKeeperServer.start()
        let variables = ["MIN_REPLICAS_TO_WRITE": "\(loss.minReplicas)"]
        try await WatchedCluster.with(watchers: 2, downAfter: .seconds(2), variables, on: zookeeper) { watched in
            let old = watched.master
            let writers = Writers(sentinels: watched.sentinels.map(\.place))
            try await writers.write(300)
            let start = ContinuousClock.now
            let master = try await recovery {
                try await loss.fault.happen(to: watched, zookeeper)
                let master = try await watched.agree(
                    onOtherThan: loss.fault.movesMaster ? old : nil, within: .seconds(40))
                try await writers.write(300)
                return master
            }
            let ledger = await writers.stop()
            let lost = try await ledger.lost(on: master.place)
            LossReport.enter(loss.fault.rawValue, minReplicas: loss.minReplicas, ledger, lost: lost.count)
            guard loss.fault == .killed else {
                #expect(lost.isEmpty, "\(lost.count) of \(ledger.entries.count) are lost")
                return
            }
            // What is not sent yet is younger than a moment, however busy the machine is.
            for entry in lost { #expect(entry.time > start - .seconds(1) && entry.time < start + .seconds(1)) }
        }
        try await zookeeper.stop()
    }

    /// Sentinel would let it take writes for some ten seconds more.
    @Test(
        "F78: a client that stays with a master that was frozen loses what it writes there until that is demoted",
        arguments: [0, 1])
    func f78_a_thawed_master_is_demoted_soon(minReplicas: Int) async throws {
        let variables = ["MIN_REPLICAS_TO_WRITE": "\(minReplicas)"]
        try await WatchedCluster.with(downAfter: .seconds(1), failoverTimeout: .seconds(5), variables) { watched in
            let old = watched.master
            old.process.signal(SIGSTOP)
            let next = try await eventually("another is recorded, and named by all", within: .seconds(20)) {
                () -> Launched? in
                let next = try await watched.recorded()
                let (names, flags) = (await watched.sentinels.names, await watched.sentinels.flags)
                let isNamed = names.allSatisfy { $0 == next?.address } && Set(flags) == ["master"]
                return isNamed && next?.port != old.port ? next : nil
            }
            let writers = Writers(staying: "stays", with: old.place)
            old.process.signal(SIGCONT)
            let thaw = ContinuousClock.now
            try await recovery { try await old.linked(to: next) }
            let ledger = await writers.stop()
            let lost = try await ledger.lost(on: next.place)
            LossReport.enter(
                "master frozen for a failover, a client stays with it", minReplicas: minReplicas, ledger,
                lost: lost.count)
            #expect(lost.count == ledger.entries.count)
            // A sentinel's event and two looks half a second apart, on a busy machine.
            for entry in lost { #expect(entry.time < thaw + .seconds(5)) }
        }
    }
}

/// A fault, and how many replicas a master must have to take writes.
struct Loss: CustomTestStringConvertible, Sendable {
    enum Fault: String, CaseIterable {
        case stopped = "SIGTERM to the master"
        case switchedOver = "switchover: writes paused, then SENTINEL FAILOVER"
        case killed = "kill -9 of the master"
        case watcherKilled = "kill -9 of the leading watcher"
        case sentinelKilled = "kill -9 of a sentinel"
        case zooKeeperKilled = "ZooKeeper killed, back after 3 s"
        case replicaKilled = "kill -9 of a replica"

        var movesMaster: Bool { [.stopped, .switchedOver, .killed].contains(self) }
    }

    let fault: Fault
    let minReplicas: Int

    static let all = Fault.allCases.flatMap { fault in [0, 1].map { Loss(fault: fault, minReplicas: $0) } }

    var testDescription: String { "\(fault.rawValue), MIN_REPLICAS_TO_WRITE=\(minReplicas)" }
}

extension Loss.Fault {
    fileprivate func happen(to watched: WatchedCluster, _ zookeeper: ZooKeeperServer) async throws {
        let master = watched.master
        switch self {
        case .stopped: master.process.signal(SIGTERM)
        case .switchedOver:
            try await master.ask("CLIENT", "PAUSE", "10000", "WRITE")
            try await eventually("SENTINEL FAILOVER is accepted") {
                try await watched.sentinels[0].ask("SENTINEL", "FAILOVER", "mymaster") == "OK"
            }
        case .killed: master.process.signal(SIGKILL)
        case .watcherKilled: try await watched.kill(watched.watcher)
        case .sentinelKilled: try await watched.kill(watched.sentinels[0])
        case .replicaKilled: try await watched.kill(watched.replicas[0])
        case .zooKeeperKilled:
            try await zookeeper.kill()
            try await watched.stays("the master takes writes", for: .seconds(3)) {
                try await master.ask("SET", "probe", "1") == "OK"
            }
            try await zookeeper.restart()
            try await eventually("ZooKeeper answers", within: .seconds(30)) {
                (try? await watched.cluster.recordedMaster()) != nil
            }
        }
    }
}
