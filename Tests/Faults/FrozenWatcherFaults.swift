import Fixtures
import Glibc
import Succession
import Support
import Testing
import Throttle

/// A leader that is stopped sees nothing, not even that it leads no more.
@Suite(.inTurn) struct FrozenWatcherFaults {
    /// The master dies a moment after the leader was stopped, so that all of it is still to come when it thaws: the end
    /// of its connection, the refusals, the lead that it believes in.
    @Test("F18: a leader that was stopped through a failover steps down and writes nothing")
    func f18_a_leader_that_was_stopped_through_a_failover_writes_nothing() async throws {
        try await WatchedCluster.with(watchers: 2, watcherVariables: briefSession) { cluster in
            let (old, frozen, other) = (cluster.master, cluster.watchers[0], cluster.watchers[1])
            let candidacy = try #require(try await cluster.candidacies().first)
            #expect(candidacy.address == frozen.address)

            frozen.process.signal(SIGSTOP)
            try await cluster.kill(old)
            let new = try await recovery { try await cluster.agree(onOtherThan: old) }
            #expect(other.count(of: "this watcher leads") == 1)
            let history = try await cluster.history()
            #expect(history.map(\.new) == [new.colonAddress])
            #expect(history.first?.cause == "succession")
            #expect(history.first?.by == other.colonAddress)
            let versions = try await cluster.quietVersions()

            frozen.process.signal(SIGCONT)
            try await eventually("\(frozen.port) steps down and is registered anew") {
                let candidacies = try await cluster.candidacies()
                return candidacies.map(\.address) == [other.address, frozen.address]
                    && candidacies[1].path > candidacy.path && frozen.count(of: "does not lead any more") == 1
            }
            try await cluster.stays("nothing is written, \(new.port) is master", for: .seconds(4)) {
                let isSame = try await cluster.versions() == versions
                return try await cluster.agreedMaster()?.port == new.port && isSame
            }
            #expect(frozen.count(of: "(succession)") == 0)
            #expect(other.count(of: "(succession)") == 1)

            // It leads again only once there is none before it.
            #expect(frozen.count(of: "this watcher leads") == 1)
            await other.stop()
            try await eventually("\(frozen.port) leads again") { frozen.count(of: "this watcher leads") == 2 }
            #expect(try await cluster.candidacies().map(\.address) == [frozen.address])
            try await cluster.kill(new)
            let third = try await cluster.agree(onOtherThan: new)
            #expect(try await cluster.history().map(\.new) == [new.colonAddress, third.colonAddress])
            #expect(try await cluster.history().last?.by == frozen.colonAddress)
        }
    }
}
