import Fixtures
import Glibc
import Succession
import Support
import Testing
import Throttle

/// A watcher that is killed at any moment of a failover leaves nothing half done.
@Suite(.inTurn) struct KilledWatcherFaults {
    enum Moment: Sendable { case death, promotion }

    /// It forces about 60 ms after the master's death, and records some milliseconds after the promotion. So many
    /// members that no round has to wait for the one that was killed before.
    @Test(
        "F29: a watcher that is killed at any step of a failover: another one ends what it began, and writes it once",
        arguments: [(Moment.death, [0, 30, 60, 90, 150, 400]), (Moment.promotion, [0, 3, 6, 10, 20, 40])])
    func f29_killed_at_every_step_another_one_ends_what_it_began_once(moment: Moment, milliseconds: [Int]) async throws
    {
        try await WatchedCluster.with(
            members: 8, downAfter: .seconds(3), failoverTimeout: .seconds(5), watcherVariables: briefSession
        ) { cluster in
            let first = cluster.master
            var (master, watcher) = (cluster.master, cluster.watcher)
            for (round, delay) in milliseconds.enumerated() {
                try await cluster.kill(master)
                if moment == .promotion { try await cluster.promotes(otherThan: master) }
                try await Task.sleep(for: .milliseconds(delay))
                try await cluster.kill(watcher)
                let new = try await recovery {
                    watcher = try await cluster.startWatcher(briefSession)
                    return try await cluster.agree(onOtherThan: master, within: .seconds(25))
                }
                let history = try await cluster.history()
                #expect(history.count == round + 1, "killed \(delay) ms after the \(moment)")
                #expect(history.isUnbroken(from: first))
                #expect(history.last?.new == new.colonAddress)
                try await cluster.isCalm(under: watcher)
                #expect(try await cluster.history().count == round + 1, "killed \(delay) ms after the \(moment)")
                master = new
            }
        }
    }
}

extension WatchedCluster {
    /// Waits, as closely as it can, for the moment at which another member becomes master.
    fileprivate func promotes(otherThan old: Launched) async throws {
        let end = ContinuousClock.now + .seconds(10)
        while ContinuousClock.now < end {
            for member in running where member.port != old.port {
                if await member.role == "master" { return }
            }
        }
        throw TestFailure("nobody was promoted: \(await situation())")
    }
}
