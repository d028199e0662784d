import Fixtures
import Glibc
import Succession
import Support
import Testing
import Throttle

/// A leader that is stopped sees nothing, not even that it leads no more.
@Suite(.inTurn) struct FrozenWatcherTests {
    /// Shorter than its session: it leads still, and goes on where it was.
    @Test func a_leader_that_was_stopped_briefly_forces_when_it_thaws() async throws {
        try await WatchedCluster.with(watchers: 2, watcherVariables: ["ZK_SESSION_TIMEOUT": "10s"]) { cluster in
            let (old, frozen) = (cluster.master, cluster.watchers[0])
            frozen.process.signal(SIGSTOP)
            try await cluster.kill(old)
            try await cluster.stays("the other does not force", for: .seconds(2)) {
                try await cluster.cluster.recordedMaster() == old.address
            }
            frozen.process.signal(SIGCONT)
            let new = try await cluster.agree(onOtherThan: old)
            let history = try await cluster.history()
            #expect(history.map(\.new) == [new.colonAddress])
            #expect(frozen.count(of: "(succession)") == 1)
            #expect(cluster.watchers[1].count(of: "(succession)") == 0)
        }
    }
}
