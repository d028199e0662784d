import Fixtures
import Glibc
import Succession
import Support
import Testing
import Throttle
import ZooKeeper

/// Failovers that Sentinel does by itself: the watcher only sees them.
@Suite(.inTurn) struct OrdinaryFailoverTests {
    /// Stopped, not killed: connections are not refused, and so nothing may be forced.
    @Test func a_silent_master_is_left_to_the_sentinels_and_their_choice_is_recorded_at_once() async throws {
        try await WatchedCluster.with(downAfter: .seconds(1), failoverTimeout: .seconds(5)) { cluster in
            let old = cluster.master
            let tape = try await SentinelTape.record(cluster.sentinels)
            let version = try #require(try await cluster.node("master")).stat.version

            old.process.signal(SIGSTOP)
            let change = try await tape.first("+switch-master")
            let record = try await eventually("a new master is recorded", within: .seconds(5)) {
                try await cluster.node("master").flatMap { $0.stat.version == version ? nil : $0 }
            }
            #expect(record.stat.modified < change.at + 1_000)
            let new = try #require(cluster.members.first { $0.address == String(decoding: record.data, as: UTF8.self) })
            #expect(change.payload.hasSuffix("127.0.0.1 \(new.port)"))
            let history = try await cluster.history()
            #expect(history.count == 1)
            #expect(["agreed", "early"].contains(history.last?.cause))
            #expect(history.last?.old == old.colonAddress)
            #expect(history.last?.new == new.colonAddress)

            old.process.signal(SIGCONT)
            // From the first moment on: for some seconds it still believes that it is master.
            try await eventually("\(old.port) follows \(new.port)", within: .seconds(20)) {
                let recorded = try await cluster.cluster.recordedMaster()
                #expect(recorded == new.address)
                return await old.isLinked(to: new)
            }
            try await cluster.stays("\(new.port) is the only master", for: .seconds(3)) {
                try await cluster.agreedMaster()?.port == new.port
            }
            #expect(try await cluster.node("master")?.stat.version == version + 1)
            #expect(try await cluster.history().count == 1)
            #expect(cluster.watcher.count(of: "(succession)") == 0)
        }
    }

    @Test func the_sentinel_that_spoke_first_dies_at_once_and_nothing_is_missed() async throws {
        try await WatchedCluster.with(downAfter: .seconds(1), failoverTimeout: .seconds(5)) { cluster in
            let old = cluster.master
            let tape = try await SentinelTape.record(cluster.sentinels)
            old.process.signal(SIGSTOP)
            // The one that leads the failover says this, a moment before any of them says `+switch-master`.
            let line = try await tape.first("+promoted-slave", "+switch-master")
            let speaker = try #require(cluster.sentinels.first { $0.port == line.port })
            try await cluster.kill(speaker)

            let new = try await cluster.agree(onOtherThan: old, replicas: false, within: .seconds(15))
            let history = try await cluster.history()
            #expect(history.count == 1)
            #expect(history.last?.new == new.colonAddress)
            old.process.signal(SIGCONT)
            try await old.linked(to: new)
            #expect(try await cluster.agreedMaster()?.port == new.port)
        }
    }
}
