import Fixtures
import Support
import Testing
import Throttle

/// A failover that never ends: Sentinel waits for the server that it promoted, and that is gone. Usually the next
/// failover, of another sentinel, ends it by its switch; not where that one brings back the very master that was
/// replaced.
@Suite(.inTurn) struct StuckFailoverTests {
    @Test func a_sentinel_that_waits_for_a_dead_server_is_brought_back_to_the_master() async throws {
        try await WatchedCluster.with(members: 4, downAfter: .seconds(3), failoverTimeout: .seconds(6)) { watched in
            let (old, promoted, leader) = (watched.master, watched.replicas[0], watched.sentinels[0])
            // Whom Sentinel chooses first, and then.
            for (member, priority) in zip(watched.members, ["50", "10", "200", "200"]) {
                #expect(try await redis(member.port, "CONFIG", "SET", "replica-priority", priority) == "OK")
            }
            for sentinel in watched.sentinels {
                try await eventually("the priorities are known", within: .seconds(20)) {
                    await sentinel.promotableReplicas == 0
                }
            }
            #expect(try await redis(leader.port, "SENTINEL", "FAILOVER", "mymaster") == "OK")
            for sentinel in watched.sentinels {
                try await eventually("all name the new master") { await sentinel.named == promoted.address }
            }
            try await watched.kill(promoted)
            let master = try await watched.agree(onOtherThan: promoted, within: .seconds(30))
            #expect(master.port == old.port)
            try await eventually("no sentinel waits any more") { Set(await watched.sentinels.flags) == ["master"] }
        }
    }
}
