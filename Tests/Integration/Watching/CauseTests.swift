import Fixtures
import Succession
import Support
import Testing
import Throttle

/// The history says why the master changed, whichever of the watchers was the first to record it.
@Suite(.inTurn) struct CauseTests {
    /// A lone sentinel is told to fail over by the leader; all others see no more than its failover.
    @Test func a_forced_failover_is_told_as_one() async throws {
        try await WatchedCluster.with(sentinels: 1, watchers: 3, quorum: 1) { cluster in
            let old = cluster.master
            try await cluster.kill(old)
            let new = try await cluster.agree(onOtherThan: old)
            try await eventually("it is told as forced") { try await cluster.history().map(\.cause) == ["forced"] }
            #expect(try await cluster.history().first?.new == "127.0.0.1:\(new.port)")
            for watcher in cluster.watchers {
                try await eventually("\(watcher.port) shows it") {
                    let reply = try? await get("/history", from: watcher.port)
                    return reply?.body.contains(#""cause":"forced""#) ?? false
                }
            }
        }
    }
}
