import Fixtures
import Glibc
import Support
import Testing
import Throttle

/// Servers that are gone for good: the sentinels forget them, one sentinel after the other.
@Suite(.inTurn) struct ForgetTests {
    @Test func a_dead_sentinel_of_five_is_forgotten_by_one_after_the_other() async throws {
        try await WatchedCluster.with(members: 2, sentinels: 5, quorum: 3) { watched in
            let dead = watched.sentinels[4]
            let others = Array(watched.sentinels.dropLast())
            try await watched.kill(dead)
            try await eventually("it is forgotten by all", within: .seconds(60)) {
                var incomplete: [Int] = []
                var knowing = 0
                for sentinel in others {
                    let peers = Set(await sentinel.peerPorts)
                    if !peers.isSuperset(of: others.map(\.port).filter { $0 != sentinel.port }) {
                        incomplete.append(sentinel.port)
                    }
                    if peers.contains(dead.port) { knowing += 1 }
                }
                guard incomplete.count < 2 else { throw TestFailure("reset at the same time: \(incomplete)") }
                return knowing == 0 && incomplete.isEmpty
            }
            try await others.know(replicas: 1)
            #expect(await watched.master.role == "master")
        }
    }

    /// While one of the last two is reset, the other alone could not replace the master.
    @Test func a_dead_sentinel_of_three_is_not_forgotten_and_an_alert_says_why() async throws {
        try await WatchedCluster.with(members: 1) { watched in
            let (dead, others) = (watched.sentinels[2], Array(watched.sentinels.dropLast()))
            try await watched.kill(dead)
            let start = ContinuousClock.now
            try await eventually("the watcher says why", within: .seconds(45)) {
                others.allSatisfy {
                    watched.watcher.process.text.contains(
                        "sentinel 127.0.0.1:\($0.port) knows servers that are gone, but a reset is not safe")
                }
            }
            #expect(ContinuousClock.now - start > .seconds(25))
            for sentinel in others { #expect(await sentinel.peerPorts.contains(dead.port)) }
            #expect(!watched.watcher.process.text.contains("reset sentinel"))

            // The place of the dead one is taken: all three know two peers again.
            try watched.startSentinel()
            try await watched.isComplete()
            try await eventually("the alert is over") {
                watched.watcher.process.text.contains(/over after .*: unsafe-reset/)
            }
        }
    }
}
