import Cluster
import Fixtures
import Glibc
import Succession
import Support
import Testing
import Throttle
import ZooKeeper

/// What sentinels say too late, or wrongly: an event is a hint, and `/redis/master` follows only what is so.
@Suite(.inTurn) struct LateWordTests {
    /// Forged greetings, with an epoch beyond all others, make every sentinel say `+switch-master` to a live replica,
    /// or to a port where nobody is. One alone would be told better before it misled the others.
    @Test(arguments: ["replica", "nobody"])
    func sentinels_that_all_name(what: String) async throws {
        try await WatchedCluster.with { watched in
            let master = watched.master
            try await fill(master.port, keys: 50)
            let versions = try await watched.versions()
            let wrong = what == "replica" ? watched.replicas[0].port : try freePort()
            for (sentinel, peer) in zip(watched.sentinels, watched.sentinels.dropFirst() + [watched.sentinels[0]]) {
                try await sentinel.believe(wrong, epoch: 90, from: peer)
            }
            for sentinel in watched.sentinels {
                try await eventually("\(sentinel.port) is misled") {
                    sentinel.process.text.contains(
                        "+switch-master mymaster 127.0.0.1 \(master.port) 127.0.0.1 \(wrong)")
                }
            }
            func isAsItWas() async throws -> Bool {
                guard await watched.keepRoles() else { return false }
                return try await watched.versions()["master"] == versions["master"]
            }
            try await eventually("all of them name the master again", within: .seconds(20)) {
                guard try await isAsItWas() else { throw TestFailure(await watched.situation()) }
                for sentinel in watched.sentinels { guard await sentinel.named == master.address else { return false } }
                return true
            }
            // Beyond the 8 s after which Sentinel would demote a master that it holds for a replica.
            try await watched.stays("nobody is demoted, nothing is written", for: .seconds(12)) {
                try await isAsItWas()
            }
            try await watched.isComplete()
            for sentinel in watched.sentinels {
                #expect(await sentinel.monitored["config-epoch"].flatMap { Int($0) } ?? 0 > 90)
            }
            for member in watched.members { #expect(try await redis(member.port, "DBSIZE") == "50") }

            try await watched.kill(master)
            let next = try await watched.agree(onOtherThan: master)
            #expect(try await watched.history().map(\.new) == ["127.0.0.1:\(next.port)"])
        }
    }
}
