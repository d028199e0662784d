import Fixtures
import Glibc
import Succession
import Support
import Testing
import Throttle

/// Sentinels that are all new count epochs from 0 again, below what is recorded, until they are told.
@Suite(.inTurn) struct NewSentinelsTests {
    @Test func new_sentinels_are_told_the_epoch_and_go_on_from_there() async throws {
        try await WatchedCluster.with(failoverTimeout: .seconds(5)) { watched in
            for _ in 0..<2 {
                let master = try #require(try await watched.recorded())
                try await watched.failOver(by: watched.sentinels[0], of: 3, from: master)
            }
            let epoch = try #require(try await watched.record()?.epoch)
            try await eventually("the epoch is recorded") { try await watched.record()?.sentinelEpoch == epoch }
            for sentinel in watched.sentinels { await sentinel.stop() }
            try await eventually("no sentinel is registered") {
                try await watched.cluster.leases("sentinels").isEmpty
            }
            for _ in 0..<3 { try watched.startSentinel() }
            for sentinel in watched.sentinels.suffix(3) { try await sentinel.ready() }
            try await watched.isComplete()
            for sentinel in watched.sentinels.suffix(3) {
                try await eventually("\(sentinel.port) was told") {
                    await sentinel.monitored["config-epoch"] == "\(epoch)"
                }
            }
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
