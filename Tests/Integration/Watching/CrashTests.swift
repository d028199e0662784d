import Glibc
import Succession
import Support
import Testing

/// The fast path: the process of a master dies, and nobody waits for `down-after`.
@Suite(.inTurn) struct CrashTests {
    @Test func a_killed_master_is_replaced_at_once_although_sentinels_would_wait_30_seconds() async throws {
        try await WatchedCluster.with(downAfter: .seconds(30)) { cluster in
            let old = cluster.master
            try await fill(old.port, keys: 10)
            try #require(try await redis(old.port, "WAIT", "2", "5000") == "2")
            let before = try #require(try await cluster.record()?.epoch)
            let start = ContinuousClock.now

            old.process.signal(SIGKILL)
            let new = try await cluster.takesWrites(otherThan: old, within: .seconds(5))
            try await eventually("\(new.port) is recorded", within: .seconds(5) - (.now - start)) {
                try await cluster.cluster.recordedMaster() == new.address
            }

            #expect(try await cluster.agree(onOtherThan: old).port == new.port)
            #expect(try await redis(new.port, "GET", "key:10") == "value 10")
            let history = try await cluster.history()
            #expect(history.count == 1)
            let entry = try #require(history.last)
            #expect(entry.cause == "forced")
            #expect(entry.old == old.colonAddress && entry.new == new.colonAddress)
            #expect(entry.by == cluster.watcher.colonAddress)
            let epoch = try await eventually("the epoch is written down") {
                try await cluster.record()?.epoch.flatMap { $0 > before ? $0 : nil }
            }
            for sentinel in cluster.sentinels { #expect(await sentinel.monitored["config-epoch"] == "\(epoch)") }

            // Longer than a watcher waits before it forces again.
            try await cluster.stays("\(new.port) is the only master", for: .seconds(6)) {
                try await cluster.agreedMaster()?.port == new.port
            }
            #expect(try await cluster.history().count == 1)
            #expect(try await cluster.record()?.epoch == epoch)
            #expect(cluster.watcher.count(of: "forced a failover") == 1)
        }
    }

    /// It comes back as a replica of the new one.
    @Test func a_killed_master_that_is_started_again_follows_the_new_one() async throws {
        try await WatchedCluster.with(downAfter: .seconds(30)) { cluster in
            let old = cluster.master
            try await cluster.kill(old)
            let new = try await cluster.agree(onOtherThan: old)
            let back = try await cluster.restart(old).ready().linked(to: new)
            try await cluster.isComplete()
            try await cluster.stays("\(new.port) is the only master", for: .seconds(3)) {
                let isLinked = await back.isLinked(to: new)
                return try await cluster.agreedMaster()?.port == new.port && isLinked
            }
            #expect(try await cluster.history().count == 1)
        }
    }
}
