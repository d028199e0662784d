import Fixtures
import Support
import Testing
import Throttle

/// What a person takes away from the sentinels by `SENTINEL REMOVE`.
@Suite(.inTurn) struct RemovedMasterTests {
    /// Where none of them knows the master any more, none of them knows how it was monitored.
    @Test func all_sentinels_get_their_settings_back() async throws {
        try await WatchedCluster.with(downAfter: .seconds(29), failoverTimeout: .seconds(11)) { watched in
            let master = watched.master
            for sentinel in watched.sentinels { try await redis(sentinel.port, "SENTINEL", "REMOVE", "mymaster") }
            for sentinel in watched.sentinels {
                let wanted = ["down-after-milliseconds": "29000", "failover-timeout": "11000", "quorum": "2"]
                try await eventually("\(sentinel.port) monitors \(master.port) as before", within: .seconds(20)) {
                    guard await sentinel.named == master.address else { return false }
                    let monitored = await sentinel.monitored
                    return wanted.allSatisfy { monitored[$0.key] == $0.value }
                }
            }
            try await watched.isComplete()
        }
    }
}
