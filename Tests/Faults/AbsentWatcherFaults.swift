import Fixtures
import Glibc
import Succession
import Support
import Testing
import Throttle

/// What happened while no watcher ran.
@Suite(.inTurn) struct AbsentWatcherFaults {
    /// By the time it starts there is nothing to be heard any more.
    @Test("F28: a failover that no watcher saw is recorded when the next one starts", arguments: [true, false])
    func f28_a_failover_that_no_watcher_saw_is_recorded_at_the_next_start(oldLives: Bool) async throws {
        try await WatchedCluster.with(downAfter: .seconds(1), failoverTimeout: .seconds(5)) { cluster in
            let old = cluster.master
            await cluster.watcher.stop()
            if oldLives {
                #expect(try await redis(cluster.sentinels[0].port, "SENTINEL", "FAILOVER", "mymaster") == "OK")
            } else {
                try await cluster.kill(old)
            }
            let name = try await eventually("the failover is over", within: .seconds(30)) {
                let names = Set(await cluster.sentinels.names)
                let flags = Set(await cluster.sentinels.flags)
                return names.count == 1 && !names.contains(old.address) && flags == ["master"] ? names.first : nil
            }
            let new = try #require(cluster.members.first { $0.address == name })
            #expect(try await cluster.cluster.recordedMaster() == old.address)

            let watcher = try await recovery {
                let watcher = try await cluster.startWatcher()
                try await eventually("it is recorded", within: .seconds(2)) {
                    try await cluster.cluster.recordedMaster() == new.address
                }
                return watcher
            }
            let history = try await cluster.history()
            #expect(history.map(\.new) == [new.colonAddress])
            #expect(history.first?.cause == "agreed")
            #expect(history.first?.by == watcher.colonAddress)
            #expect(try await cluster.agree(onOtherThan: old).port == new.port)
        }
    }
}
