import Fixtures
import Glibc
import Succession
import Support
import Testing

/// Sentinels that are all new count epochs from 0 again, below what is recorded.
@Suite(.inTurn) struct NewSentinelsTests {
    @Test func a_failover_of_new_sentinels_is_recorded_though_their_epoch_is_lower() async throws {
        try await WatchedCluster.with(failoverTimeout: .seconds(5)) { watched in
            for _ in 0..<2 {
                let master = try #require(try await watched.recorded())
                try await watched.failOver(by: watched.sentinels[0], of: 3, from: master)
            }
            try await eventually("the epoch is recorded") { try await watched.record()?.sentinelEpoch == 2 }
            for sentinel in watched.sentinels { await sentinel.stop() }
            try await eventually("no sentinel is registered") {
                try await watched.cluster.leases("sentinels").isEmpty
            }
            for _ in 0..<3 { try watched.startSentinel() }
            for sentinel in watched.sentinels.suffix(3) { try await sentinel.ready() }
            try await watched.isComplete()
            for sentinel in watched.sentinels.suffix(3) {
                #expect(await sentinel.monitored["config-epoch"] == "0")
            }

            // At once: whatever is recorded, the new epoch 1 is lower than the old one.
            let master = try #require(try await watched.recorded())
            let before = try await watched.history().count
            try await watched.failOver(by: watched.sentinels[3], of: 3, from: master)
            #expect(try await watched.history().count == before + 1)
            let second = try #require(try await watched.recorded())
            try await watched.kill(second)
            try await watched.agree(onOtherThan: second)
            #expect(try await watched.history().count == before + 2)
        }
    }
}
