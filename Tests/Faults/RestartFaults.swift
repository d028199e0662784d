import Fixtures
import Glibc
import Support
import Testing
import Throttle
import ZooKeeper

/// The master is killed and started again at once, on its own address, as a scheduler does it: with nothing on disk,
/// with an older snapshot, with an append-only file. The watcher may be faster, slower, or not allowed to do anything.
@Suite(.inTurn) struct RestartFaults {
    @Test(
        "F46: a master that is killed and started again at once costs no key, whatever it has on disk",
        arguments: Case.all)
    func f46_a_master_that_is_started_again_at_once_costs_no_key(_ one: Case) async throws {
        try await WatchedCluster.with(
            members: 2, downAfter: .seconds(one.downAfter), failoverTimeout: .seconds(5),
            ["MASTER_TIMEOUT": one.masterTimeout], redisSettings: one.disk.settings
        ) { watched in
            let (master, replica) = (watched.master, watched.replicas[0])
            try await fill(master.port, keys: 100)
            if one.disk == .snapshot { #expect(try await redis(master.port, "SAVE") == "OK") }
            try await fill(master.port, keys: 300)
            try await master.isReplicated(to: 1)
            if !one.mayForce {
                let paused = "\(watched.cluster.root)/paused"
                try await watched.cluster.session.create(paused, Array(#"{"who":"a test","why":"F46"}"#.utf8))
                try await eventually("the watcher is paused") { watched.watcher.count(of: "paused by a test") == 1 }
            }

            try await watched.kill(master)
            try watched.restart(master)
            try await recovery {
                try await eventually("one master with 300 keys", within: .seconds(one.downAfter + 15 + 2 * 5)) {
                    // At no moment is the copy that is left smaller.
                    // Whoever asks at the moment of a change may be hung up on (`CLIENT KILL TYPE normal`).
                    guard let size = try? await redis(replica.port, "DBSIZE") else { return false }
                    guard size == "300" else {
                        throw TestFailure("keys are lost: \(await watched.situation())")
                    }
                    guard let new = try await watched.agreedMaster() else { return false }
                    for member in watched.members where member.port != new.port {
                        guard await member.isLinked(to: new) else { return false }
                    }
                    return true
                }
            }
            for member in watched.members {
                #expect(try await redis(member.port, "DBSIZE") == "300")
                #expect(try await redis(member.port, "GET", "key:300") == "value 300")
            }
            // Of a second's stall of a busy machine Sentinel makes one failover more, which costs nothing either.
            guard one.downAfter > 1 else { return }
            let last = try await watched.agreedMaster()?.port
            try await watched.stays("it stays so", for: .seconds(3)) { try await watched.agreedMaster()?.port == last }
        }
    }

    /// The last one: its patience, half of `MASTER_TIMEOUT`, would end before `down-after`.
    struct Case: CustomTestStringConvertible {
        let disk: Disk
        /// Seconds.
        let downAfter: Int
        /// Whether the watcher forces a failover; else it only records.
        let mayForce: Bool
        /// Empty: the default, 60 s.
        var masterTimeout = ""

        static var all: [Case] {
            [true, false].flatMap { mayForce in
                [1, 5, 30].flatMap { time in
                    Disk.allCases.map { Case(disk: $0, downAfter: time, mayForce: mayForce) }
                }
            } + [Case(disk: .snapshot, downAfter: 8, mayForce: false, masterTimeout: "12s")]
        }

        var testDescription: String {
            "\(disk), down-after \(downAfter) s, \(mayForce ? "forcing" : "paused") \(masterTimeout)"
        }
    }

    /// What a master that comes back finds.
    enum Disk: CaseIterable {
        case nothing, snapshot, appendOnly

        var settings: String {
            let snapshots = self == .snapshot ? "save 3600 100000" : #"save """#
            return """
                appendonly \(self == .appendOnly ? "yes" : "no")
                \(snapshots)
                repl-diskless-sync yes
                repl-diskless-sync-delay 0

                """
        }
    }
}
