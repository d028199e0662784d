import Fixtures
import Glibc
import Succession
import Support
import Testing
import Throttle

/// `/redis/cluster`: what a cold start must know of the last good time.
@Suite(.inTurn) struct ClusterRecordTests {
    @Test func it_follows_members_epoch_and_replication_id() async throws {
        try await WatchedCluster.with(failoverTimeout: .seconds(5)) { watched in
            let before = try #require(try await watched.record())
            #expect(await before.replicationID == watched.master.replicationID)
            #expect(before.members == 3 && before.epoch == 1)

            try await watched.startMember().ready().linked(to: watched.master)
            try await eventually("there are four members") { try await watched.record()?.members == 4 }
            try await watched.haveTheirPriority()
            try await watched.isComplete()

            try await watched.failOver(by: watched.sentinels[0], of: 3, from: watched.master)
            let next = try #require(try await watched.recorded())
            let id = try #require(await next.replicationID)
            try await eventually("epoch and replication id are the new master's") {
                guard let record = try await watched.record() else { return false }
                // The sentinels were told.
                return record.sentinelEpoch == record.epoch && record.replicationID == id
            }
            #expect(id != before.replicationID)
            let after = try #require(try await watched.record())
            #expect(after.id == before.id && after.members == 4)
            #expect(after.epoch > before.epoch)
            #expect(after.reigns.map(\.replicationID) == [before.replicationID] && after.reigns.map(\.epoch) == [1])
        }
    }
}

extension Launched {
    fileprivate var replicationID: String? { get async { await info("replication")["master_replid"] } }
}
