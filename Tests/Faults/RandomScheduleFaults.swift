import Fixtures
import Glibc
import Support
import Testing
import Throttle

/// One fault after the other, in an order that nobody has thought of, under a load that remembers.
@Suite(.inTurn, .scheduled) struct RandomScheduleFaults {
    /// Every fault once, and again for `INTERREX_SCHEDULE_MINUTES`, where that is set.
    @Test("F78: kills, stops and silence in random order: all agree again, and only crashes of a master cost writes")
    func f78_faults_in_random_order() async throws {
        let zookeeper = try await ZooKeeperServer.start()
        let proxy = try TCPProxy(to: zookeeper.port)
        let minutes = currentEnvironment()["INTERREX_SCHEDULE_MINUTES"].flatMap(Double.init) ?? 0
        let end = ContinuousClock.now + .seconds(minutes * 60)
        // With a shorter down-after a stall of a busy machine is a failover of a master that takes writes.
        try await WatchedCluster.with(
            watchers: 2, downAfter: .seconds(3), failoverTimeout: .seconds(3), on: zookeeper, through: proxy
        ) { watched in
            let writers = Writers(sentinels: watched.sentinels.map(\.place))
            try await writers.write(100)
            let begin = ContinuousClock.now
            var schedule: [String] = []
            // What a killed or frozen master had not sent may be lost; and a thawed one takes writes until it is
            // demoted.
            var crashes: [Range<ContinuousClock.Instant>] = []
            repeat {
                for fault in ScheduledFault.allCases.shuffled() {
                    let start = ContinuousClock.now
                    schedule.append("\(fault.rawValue) at \((start - begin) / .seconds(1)) s")
                    switch fault {
                    case .masterKilled: crashes.append(start - .seconds(1)..<start + .seconds(1))
                    case .masterFrozen:
                        crashes.append(start - .seconds(1)..<start + ScheduledFault.freeze + .seconds(5))
                    default: break
                    }
                    do {
                        try await fault.happen(to: watched, through: proxy)
                        // Promise 5, and the time in which a busy machine starts the killed one again.
                        try await watched.agree(onOtherThan: nil, within: .seconds(15 + 3 + 2 * 3 + 10))
                        try await watched.isComplete()
                        try await writers.write(100)
                    } catch {
                        throw TestFailure("after \(schedule.joined(separator: ", ")): \(error)")
                    }
                }
            } while ContinuousClock.now < end
            let ledger = await writers.stop()
            let master = try await watched.agree(onOtherThan: nil)
            let lost = try await ledger.lost(on: master.place)
            LossReport.enter("\(schedule.count) faults in random order", minReplicas: 0, ledger, lost: lost.count)
            let unbounded = lost.filter { entry in !crashes.contains { $0.contains(entry.time) } }
            if let (first, last) = unbounded.first.flatMap({ first in unbounded.last.map { (first, $0) } }) {
                let moments = [first.time, last.time].map { "\(($0 - begin) / .seconds(1)) s" }
                throw TestFailure(
                    "\(unbounded.count) of \(ledger.entries.count) writes, acknowledged from \(moments[0]) to "
                        + "\(moments[1]), are lost without a crash of their master; \(schedule); "
                        + "\(try await watched.history())")
            }
        }
        proxy.close()
        try await zookeeper.stop()
    }
}

private enum ScheduledFault: String, CaseIterable {
    case masterKilled, masterStopped, masterFrozen, replicaKilled, sentinelKilled, sentinelFrozen, watcherKilled
    case zooKeeperSilent

    /// Long enough for a failover, while its clients still wait.
    static let freeze = Duration.seconds(6)

    func happen(to watched: WatchedCluster, through proxy: TCPProxy) async throws {
        let master = try await watched.agree(onOtherThan: nil)
        switch self {
        case .masterKilled: try await end(master, SIGKILL, watched)
        case .masterStopped: try await end(master, SIGTERM, watched)
        case .masterFrozen: try await freeze(master, for: Self.freeze)
        case .replicaKilled:
            let replicas = watched.running.filter { $0.port != master.port }
            try await end(replicas.randomElement()!, SIGKILL, watched)
        case .sentinelKilled:
            let sentinel = watched.sentinels.filter { $0.process.exitCode == nil }.randomElement()!
            try await watched.kill(sentinel)
            try await watched.startSentinel(port: sentinel.port, folder: sentinel.folder).ready()
        case .sentinelFrozen: try await freeze(watched.sentinels.last!, for: .seconds(3))
        case .watcherKilled:
            let watcher = watched.watchers.filter { $0.process.exitCode == nil }.randomElement()!
            try await watched.kill(watcher)
            try await watched.startWatcher()
        case .zooKeeperSilent:
            proxy.goSilent()
            // The length of the fault: shorter than a session lasts.
            try await Task.sleep(for: .seconds(4))
            proxy.speak()
        }
    }

    /// Its scheduler starts it again, where it was, with nothing on disk.
    private func end(_ member: Launched, _ signal: Int32, _ watched: WatchedCluster) async throws {
        if signal == SIGTERM { try await member.process.stop() } else { member.process.signal(signal) }
        try await member.process.wait()
        try await watched.restart(member).ready(within: .seconds(60))
    }

    /// The length of a fault, not a wait for anything.
    private func freeze(_ server: Launched, for time: Duration) async throws {
        server.process.signal(SIGSTOP)
        try await Task.sleep(for: time)
        server.process.signal(SIGCONT)
    }
}
