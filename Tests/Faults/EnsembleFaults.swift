import Cluster
import Fixtures
import Glibc
import Runtime
import Succession
import Support
import Testing
import Throttle
import ZooKeeper

/// Failovers while a ZooKeeper of three servers is in trouble of its own: each is recorded, once, and Redis goes on.
@Suite(.inTurn, .taking(4)) struct EnsembleFaults {
    private enum Fault { case killed, frozen }

    @Test("F14: a failover is recorded, once, though ZooKeeper's leader is killed")
    func f14_a_failover_is_recorded_once_though_zookeepers_leader_is_killed() async throws {
        try await failOver(while: .killed)
    }

    @Test("F15: a failover is recorded, once, though ZooKeeper's leader is frozen for 8 seconds")
    func f15_a_failover_is_recorded_once_though_zookeepers_leader_is_frozen() async throws {
        try await failOver(while: .frozen)
    }

    private func failOver(while fault: Fault, in test: String = #function) async throws {
        let ensemble = try await ZooKeeperEnsemble.start()
        try await WatchedCluster.with(watchers: 2, downAfter: .seconds(2), ensemble: ensemble) { watched in
            let old = watched.master
            let leader = try await ensemble.leader()
            switch fault {
            case .killed: try await leader.kill()
            case .frozen: leader.freeze()
            }
            let start = ContinuousClock.now
            try await watched.kill(old)
            let next = try await watched.takesWrites(otherThan: old)
            if fault == .frozen {
                try await watched.keepsMaster(next, for: .seconds(8) - (ContinuousClock.now - start))
                leader.thaw()
            }
            try await recovery(in: test, since: start) { try await watched.hasRecorded(next, after: old) }
            try await watched.keepsMaster(next, for: .seconds(3))
            try await watched.hasRecorded(next, after: old)
        }
        try await ensemble.stop()
    }

    @Test("F16: a failover without a quorum of ZooKeeper is recorded, once, when the quorum is back")
    func f16_what_happened_without_a_quorum_is_recorded_once_when_it_is_back() async throws {
        let ensemble = try await ZooKeeperEnsemble.start()
        try await WatchedCluster.with(watchers: 2, downAfter: .seconds(1), ensemble: ensemble) { watched in
            let old = watched.master
            let (leader, follower) = (try await ensemble.leader(), try await ensemble.follower())
            leader.freeze()
            follower.freeze()
            try await watched.kill(old)
            // Sentinel's own failover: nobody can ask ZooKeeper for leave to force one.
            let next = try await watched.takesWrites(otherThan: old)
            for replica in watched.running where replica.port != next.port {
                try await replica.linked(to: next)
            }
            // Longer than the sessions last: all of them are over when the quorum is back.
            try await watched.keepsMaster(next, for: .seconds(7))
            for watcher in watched.watchers {
                #expect(watcher.process.exitCode == nil, "\(watcher.process.text)")
                #expect(!watcher.process.text.contains("is master, after"), "\(watcher.process.text)")
            }

            follower.thaw()
            leader.thaw()
            try await recovery { try await watched.hasRecorded(next, after: old) }
            try await watched.keepsMaster(next, for: .seconds(3))
            try await watched.hasRecorded(next, after: old)
        }
        try await ensemble.stop()
    }
}

extension WatchedCluster {
    /// Waits until `/redis/master` names `next` and the history's one entry beside the claim says so; asks through a
    /// session of its own.
    fileprivate func hasRecorded(_ next: Launched, after old: Launched) async throws {
        let session = try await cluster.another()
        let entries = Protected<[HistoryEntry]>([])
        do {
            try await eventually("\(next.port) is recorded, once: \(entries.value)", within: .seconds(20)) {
                guard let node = try? await session.get("\(self.cluster.root)/master"),
                    let history = try? await Registry(session, root: self.cluster.root).history()
                else { return false }
                let failovers = history.filter { $0.cause != HistoryEntry.claim }
                entries.withLock { $0 = failovers }
                guard failovers.count < 2 else { throw TestFailure("recorded more than once: \(failovers)") }
                return String(decoding: node.data, as: UTF8.self) == next.address && failovers.count == 1
            }
        } catch {
            await session.close()
            throw error
        }
        await session.close()
        let entry = try #require(entries.value.first)
        #expect(entry.old == "127.0.0.1:\(old.port)" && entry.new == "127.0.0.1:\(next.port)", "\(entry)")
    }

    /// Every running member's role stays as it is, looked at again and again.
    fileprivate func keepsMaster(_ master: Launched, for time: Duration) async throws {
        try await stays("\(master.port) is the only master", for: time) {
            for member in self.running {
                guard await member.role == (member.port == master.port ? "master" : "slave") else { return false }
            }
            return true
        }
    }
}
