import Fixtures
import Glibc
import Succession
import Support
import Testing
import Throttle

/// While it reconfigures the replicas, the leading sentinel shows the old address with the new epoch in
/// `SENTINEL MASTER`.
@Suite(.inTurn) struct ReconfigurationFaults {
    @Test("F27: while a sentinel shows the old master with the new epoch, the two are never recorded together")
    func f27_the_old_master_is_never_recorded_with_the_new_epoch() async throws {
        try await WatchedCluster.with(downAfter: .seconds(4)) { watched in
            let (old, slow, leader) = (watched.master, watched.replicas[1], watched.sentinels[0])
            let epoch = try #require(try await watched.record()?.sentinelEpoch)
            // A replica that nobody promotes, and that does not follow when it is told: reconfiguration goes on and on.
            #expect(try await redis(slow.port, "CONFIG", "SET", "replica-priority", "200") == "OK")
            try await eventually("only one replica is at 100", within: .seconds(20)) {
                await leader.promotableReplicas == 1
            }
            slow.process.signal(SIGSTOP)
            #expect(try await redis(leader.port, "SENTINEL", "FAILOVER", "mymaster") == "OK")

            let new = watched.replicas[0]
            var looks = 0
            try await recovery {
                try await eventually("the new epoch is recorded", within: .seconds(20)) {
                    let shown = await leader.monitored
                    let isShownWrong =
                        shown["port"] == "\(old.port)" && shown["config-epoch"].flatMap(Int.init).map { $0 > epoch }!
                    if isShownWrong { looks += 1 }
                    return try await recorded(new, after: epoch, in: watched)
                }
            }
            // From the first record until the sentinel is done.
            try await eventually("the reconfiguration is over", within: .seconds(20)) {
                let shown = await leader.monitored
                if shown["port"] == "\(old.port)", shown["config-epoch"] != "\(epoch)" { looks += 1 }
                guard try await recorded(new, after: epoch, in: watched) else { throw TestFailure("not recorded") }
                return shown["flags"] == "master"
            }
            #expect(looks > 0, "the sentinel was seen to show the old master with the new epoch")
            slow.process.signal(SIGCONT)
            try await watched.agree(onOtherThan: old)
            #expect(try await watched.history().map(\.new) == [new.colonAddress])
        }
    }

    /// Whether a higher epoch is recorded; throws where it is recorded with another master than `new`.
    private func recorded(_ new: Launched, after epoch: Int, in watched: WatchedCluster) async throws -> Bool {
        // In this order: a master that was replaced doesn't come back.
        guard let now = try await watched.record()?.sentinelEpoch, now > epoch else { return false }
        let master = try await watched.cluster.recordedMaster()
        guard master == new.address else { throw TestFailure("\(master ?? "nobody") is recorded with epoch \(now)") }
        return true
    }
}
