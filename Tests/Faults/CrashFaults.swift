import Fixtures
import Glibc
import Succession
import Support
import Testing
import Throttle

/// The fast path: the process of a master dies, and nobody waits for `down-after`.
@Suite(.inTurn) struct CrashFaults {
    @Test("F25: a killed master is replaced and recorded at once, although sentinels would wait 30 seconds")
    func f25_a_killed_master_is_replaced_and_recorded_at_once() async throws {
        try await WatchedCluster.with(downAfter: .seconds(30)) { cluster in
            let old = cluster.master
            try await fill(old.port, keys: 10)
            try await old.isReplicated(to: 2)
            let before = try #require(try await cluster.record()?.sentinelEpoch)

            old.process.signal(SIGKILL)
            let new = try await recovery {
                let new = try await cluster.takesWrites(otherThan: old, within: .seconds(5))
                try await eventually("\(new.port) is recorded", within: .seconds(5)) {
                    try await cluster.cluster.recordedMaster() == new.address
                }
                return new
            }

            #expect(try await cluster.agree(onOtherThan: old).port == new.port)
            #expect(try await redis(new.port, "GET", "key:10") == "value 10")
            let history = try await cluster.history()
            #expect(history.count == 1)
            let entry = try #require(history.last)
            #expect(entry.cause == "succession")
            #expect(entry.old == old.colonAddress && entry.new == new.colonAddress)
            #expect(entry.by == cluster.watcher.colonAddress)
            let epoch = try await eventually("the epoch is written down") {
                try await cluster.record()?.sentinelEpoch.flatMap { $0 > before ? $0 : nil }
            }
            for sentinel in cluster.sentinels { #expect(await sentinel.monitored["config-epoch"] == "\(epoch)") }

            // Longer than a watcher waits before it forces again.
            try await cluster.stays("\(new.port) is the only master", for: .seconds(6)) {
                try await cluster.agreedMaster()?.port == new.port
            }
            #expect(try await cluster.history().count == 1)
            #expect(try await cluster.record()?.sentinelEpoch == epoch)
            try await eventually("it says so") { cluster.watcher.count(of: "(succession)") == 1 }
        }
    }
}
