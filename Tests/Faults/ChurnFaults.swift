import Cluster
import Fixtures
import Glibc
import Runtime
import Succession
import Support
import Testing
import Throttle
import ZooKeeper

/// One failover after the other: `/redis/master` goes the same way, and never back.
@Suite(.inTurn) struct ChurnFaults {
    /// A sentinel that slept through A -> B -> C publishes `A -> C` when it is back, or `A -> B` first, where B's
    /// greeting was still on its way to it.
    @Test("F32: what a sentinel that slept through two failovers says late is not written")
    func f32_what_a_returning_sentinel_says_late_is_not_written() async throws {
        try await WatchedCluster.with(failoverTimeout: .seconds(5)) { watched in
            let sleeper = watched.sentinels[2]
            let first = watched.master
            // The last that Sentinel would choose, so that it isn't master again when the sleeper wakes up.
            try await redis(first.port, "CONFIG", "SET", "replica-priority", "1000")
            sleeper.process.signal(SIGSTOP)
            var masters = [first]
            for _ in 0..<2 {
                try await watched.failOver(by: watched.sentinels[0], of: 2, from: masters.last!)
                masters.append(try #require(try await watched.recorded()))
            }
            #expect(Set(masters.map(\.port)).count == 3)
            let versions = try await watched.versions()
            let last = masters[2]

            sleeper.process.signal(SIGCONT)
            try await watched.stays("what is recorded is as it was", for: .seconds(8)) {
                try await watched.versions()["master"] == versions["master"]
            }
            try await eventually("the sleeper has spoken", within: .seconds(20)) {
                guard try await watched.versions()["master"] == versions["master"] else {
                    throw TestFailure("written: \(try await watched.history())")
                }
                return await sleeper.named == last.address
            }
            #expect(sleeper.process.text.contains("+switch-master mymaster 127.0.0.1 \(first.port) "))
            #expect(try await watched.versions()["master"] == versions["master"])
            #expect(await last.role == "master")
        }
    }

    /// Four masters in less than a minute, seen by somebody who watches `/redis/master` as a client would.
    @Test(
        "F32: three failovers in a row: whoever watches /redis/master sees each new master once, and no older one again"
    )
    func f32_three_failovers_in_a_row_are_seen_in_their_order() async throws {
        try await WatchedCluster.with(members: 4, failoverTimeout: .seconds(5)) { watched in
            let seen = Protected([watched.master.address])
            let session = watched.cluster.session
            let path = "\(watched.cluster.root)/master"
            let look = Task {
                while !Task.isCancelled {
                    let text = String(decoding: try await session.get(path).data, as: UTF8.self)
                    seen.withLock { if $0.last != text { $0.append(text) } }
                    // Looked at all the time: a watch would miss what stood only briefly.
                    try await Task.sleep(for: .milliseconds(2))
                }
            }
            let start = ContinuousClock.now
            var masters = [watched.master]
            for round in 0..<3 {
                // The last that Sentinel would choose: it does not come round again.
                try await redis(masters.last!.port, "CONFIG", "SET", "replica-priority", "1000")
                try await watched.failOver(by: watched.sentinels[round], of: 3, from: masters.last!)
                masters.append(try #require(try await watched.recorded()))
            }
            #expect(ContinuousClock.now - start < .seconds(60))
            try await watched.stays("\(masters[3].port) is the only master", for: .seconds(5)) {
                try await watched.agreedMaster()?.port == masters[3].port
            }
            look.cancel()
            _ = try? await look.value
            #expect(seen.value == masters.map(\.address) && Set(seen.value).count == 4)
            let history = try await watched.history()
            #expect(history.map(\.new) == masters.dropFirst().map(\.colonAddress))
            #expect(history.isUnbroken(from: masters[0]))
        }
    }
}
