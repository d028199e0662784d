import Fixtures
import Glibc
import Succession
import Support
import Testing
import Throttle
import ZooKeeper

/// A clock that is set while everything runs: waits and sessions count time, they don't read the clock.
@Suite(.inTurn) struct ClockFaults {
    @Test(
        "F76: the clock steps by an hour: no session, lead or wait ends for it, and the next failover is recorded at once",
        arguments: [3_600, -3_600])
    func f76_the_clock_steps_by_an_hour(seconds: Int) async throws {
        let clock = try await SteppingClock.start()
        let variables = clock.variables.merging(shortSession) { $1 }
        try await WatchedCluster.with(members: 2, watchers: 2, variables) { watched in
            let cluster = watched.cluster
            // Launchers that wait, for longer than the test, and for a limit that comes soon.
            let elsewhere = ["ZK_ROOT": "/elsewhere"]
            let waiting = try cluster.sentinel(nil, elsewhere)
            let limited = try cluster.sentinel(nil, elsewhere.merging(["MASTER_TIMEOUT": "6s"]) { $1 })
            let start = ContinuousClock.now
            for launcher in [waiting, limited] {
                try await eventually("it waits") { launcher.process.text.contains("waiting") }
            }
            let before = try await sessions(watched)
            #expect(before.count == 7 && !before.values.contains(0), "\(before)")
            let versions = try await watched.quietVersions()

            clock.step(by: seconds)
            try await watched.stays("the sessions, three times their timeout long", for: .seconds(6)) {
                try await sessions(watched) == before
            }
            #expect(try await limited.process.wait(within: .seconds(15)) == 75, "\(limited.process.text)")
            #expect(ContinuousClock.now - start > .seconds(5), "\(limited.process.text)")
            #expect(waiting.process.exitCode == nil, "\(waiting.process.text)")
            #expect(try await watched.versions() == versions)
            for watcher in watched.watchers {
                #expect(try await get("/readyz", from: watcher.port).code == 200)
                #expect(watcher.count(of: " warning ") + watcher.count(of: " error ") == 0, "\(watcher.process.text)")
            }

            let old = watched.master
            try await watched.kill(old)
            try await recovery { try await watched.agree(onOtherThan: old) }
            try await eventually("it says so") { watched.watcher.count(of: "(succession)") == 1 }
            let entry = try #require(try await watched.history().first)
            // The clock was indeed another one.
            #expect((time(nil) + seconds + 60 - secondOfDay(entry.time)) % 86_400 < 120, "\(entry)")
            _ = try await cluster.redis(quickRedis, elsewhere).ready()
            try await waiting.ready()
        }
    }

    /// Which session holds each node of a server, a sentinel or a watcher, by path.
    private func sessions(_ watched: WatchedCluster) async throws -> [String: Int64] {
        var owners: [String: Int64] = [:]
        for kind in ["members", "sentinels", "watchers"] {
            let parent = "\(watched.cluster.root)/\(kind)"
            for name in try await watched.cluster.children(parent) {
                owners["\(parent)/\(name)"] = try await watched.cluster.node("\(parent)/\(name)")?.stat.ephemeralOwner
            }
        }
        return owners
    }

    /// Of a time as `2026-01-02T03:04:05.678Z`.
    private func secondOfDay(_ text: String) -> Int {
        text.dropFirst(11).prefix(8).split(separator: ":").reduce(0) { $0 * 60 + (Int($1) ?? 0) }
    }
}
