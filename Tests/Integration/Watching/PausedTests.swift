import Fixtures
import Glibc
import Succession
import Support
import Testing
import Throttle
import ZooKeeper

/// While `/redis/paused` exists, watchers only write down what they see.
@Suite(.inTurn) struct PausedTests {
    /// It can't be deleted as it is, and holds up nothing all the same.
    @Test func a_pause_with_a_child_ends_at_its_time() async throws {
        try await TestCluster.with { cluster in
            _ = try await cluster.redis(quickRedis).ready()
            let watcher = try cluster.watcher()
            try await eventually("it leads") { watcher.count(of: "this watcher leads") == 1 }
            let (session, path) = (cluster.session, "\(cluster.root)/paused")
            try await session.create(path, Array(#"{"who":"a test","until":"2100-01-01T00:00:00Z"}"#.utf8))
            try await session.create("\(path)/child")
            try await eventually("it is paused") { watcher.count(of: "paused by a test") == 1 }
            try await session.set(path, Array(#"{"who":"a test","until":"2020-01-01T00:00:00Z"}"#.utf8))
            try await eventually("it is over") { try await session.exists(path) == nil }
            try await eventually("it says so") { watcher.count(of: "not paused any more") == 1 }
        }
    }

    @Test func an_empty_pause_is_named_and_says_when_it_ends() async throws {
        try await TestCluster.with { cluster in
            _ = try await cluster.redis(quickRedis).ready()
            let watcher = try cluster.watcher()
            try await cluster.session.create("\(cluster.root)/paused")
            try await eventually("it is an alert, and paused until then") {
                let body = try? await get("/status", from: watcher.port).body
                return ["bad-node", "so the pause ends at 20", #""until":"20"#].allSatisfy {
                    body?.contains($0) ?? false
                }
            }
        }
    }

    /// `failover-timeout` is long: after it, Sentinel brings an orphan back by itself.
    @Test func paused_nothing_is_forced_or_repaired_but_failovers_are_recorded() async throws {
        try await WatchedCluster.with(downAfter: .seconds(2), failoverTimeout: .seconds(60)) { cluster in
            let (old, paused) = (cluster.master, "\(cluster.cluster.root)/paused")
            let pause = #"{"who":"a test","why":"maintenance"}"#
            _ = try await cluster.cluster.session.create(paused, Array(pause.utf8), .persistent)
            try await eventually("the watcher is paused") {
                cluster.watcher.count(of: "paused by a test: maintenance") == 1
            }
            let told = cluster.watcher.count(of: ": told ")

            try await cluster.kill(old)
            let new = try await cluster.agree(onOtherThan: old)
            let history = try await cluster.history()
            #expect(history.map(\.new) == [new.colonAddress])
            #expect(["agreed", "early"].contains(history.first?.cause))

            try cluster.restart(old)
            try await cluster.isComplete()
            let orphan = try #require(cluster.members.first { ![old.port, new.port].contains($0.port) })
            try await redis(orphan.port, "REPLICAOF", "127.0.0.1", "\(old.port)")
            // The change of a node wakes the watcher up; it would repair what it then sees after 10 s.
            try await cluster.cluster.session.set(paused, Array(pause.utf8))
            try await cluster.stays("\(orphan.port) follows a replica", for: .seconds(12)) {
                await orphan.info("replication")["master_port"] == "\(old.port)"
            }
            #expect(cluster.watcher.count(of: "(succession)") == 0)
            #expect(cluster.watcher.count(of: ": told ") == told)

            try await cluster.cluster.session.delete(paused)
            try await orphan.linked(to: new, within: .seconds(5))
            try await eventually("it says so") {
                cluster.watcher.count(of: "\(orphan.colonAddress) to replicate from \(new.colonAddress)") == 1
            }
            #expect(try await cluster.agree(onOtherThan: old).port == new.port)
            #expect(try await cluster.history().count == 1)
        }
    }
}
