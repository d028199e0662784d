import Cluster
import Glibc
import Succession
import Support
import Testing
import ZooKeeper

/// What sentinels say too late, or wrongly: an event is a hint, and `/redis/master` follows only what is so.
@Suite(.inTurn) struct LateWordTests {
    /// A sentinel that slept through A -> B -> C publishes `A -> C` when it is back, or `A -> B` first, where B's
    /// greeting was still on its way to it.
    @Test func what_a_returning_sentinel_says_late_is_not_written() async throws {
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

    /// A forged greeting, with an epoch beyond all others, makes every sentinel say `+switch-master` to a live replica,
    /// or to a port where nobody is.
    @Test(arguments: ["replica", "nobody"])
    func sentinels_that_all_name(what: String) async throws {
        try await WatchedCluster.with { watched in
            let master = watched.master
            try await fill(master.port, keys: 50)
            let versions = try await watched.versions()
            let wrong = what == "replica" ? watched.replicas[0].port : try freePort()
            try await watched.sentinels[0].believe(wrong, epoch: 90, from: watched.sentinels[1])
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
            #expect(watched.watcher.process.text.contains("pointed the sentinels "))
            for member in watched.members { #expect(try await redis(member.port, "DBSIZE") == "50") }

            try await watched.kill(master)
            let next = try await watched.agree(onOtherThan: master)
            #expect(try await watched.history().map(\.new) == ["127.0.0.1:\(next.port)"])
        }
    }

    @Test func a_registered_sentinel_with_a_wrong_address_and_a_high_epoch_is_pointed_to_the_master() async throws {
        try await WatchedCluster.with { watched in
            let versions = try await watched.versions()
            let wrong = try freePort()
            let liar = try await SentinelServer.start(
                monitor: wrong, downAfter: .seconds(30), extra: ["sentinel config-epoch mymaster 90"])
            let session = watched.cluster.session
            let path = "\(watched.cluster.root)/sentinels/another-tools"
            try await session.create(path, Array("127.0.0.1 \(liar.port)".utf8), .ephemeral)

            func isAsItWas() async throws -> Bool {
                guard await watched.keepRoles() else { return false }
                for sentinel in watched.sentinels {
                    guard await sentinel.named == watched.master.address else { return false }
                }
                return try await watched.versions()["master"] == versions["master"]
            }
            try await eventually("it names the master, and knows everybody", within: .seconds(30)) {
                guard try await isAsItWas() else { throw TestFailure(await watched.situation()) }
                let answer = try await redis(liar.port, "SENTINEL", "GET-MASTER-ADDR-BY-NAME", "mymaster")
                guard answer == "127.0.0.1\n\(watched.master.port)" else { return false }
                return try await redis(liar.port, "SENTINEL", "CKQUORUM", "mymaster").hasPrefix("OK 4 usable")
            }
            try await watched.stays("nobody is misled by it", for: .seconds(5)) { try await isAsItWas() }
            #expect(watched.watcher.process.text.contains("pointed the sentinels 127.0.0.1:\(liar.port) to "))
            try await session.delete(path)
        }
    }
}
