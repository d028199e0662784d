import Fixtures
import Glibc
import Succession
import Support
import Testing
import Throttle

/// `SENTINEL RESET` makes a sentinel forget its replicas and peers: on all of them at once, nobody knows anybody.
@Suite(.inTurn) struct ForgettingFaults {
    @Test("F52: the watcher resets one sentinel after the other, and only once the last has found everybody again")
    func f52_a_dead_replica_is_forgotten_by_one_sentinel_after_the_other() async throws {
        try await WatchedCluster.with { watched in
            let (dead, live) = (watched.replicas[0], watched.replicas[1])
            try await watched.kill(dead)
            let start = ContinuousClock.now
            try await eventually("its lease is gone") {
                try await watched.cluster.leases("members")[dead.address] == nil
            }
            try await watched.stays("it is not forgotten while it may come back", for: .seconds(25)) {
                for sentinel in watched.sentinels {
                    guard await sentinel.monitored["num-slaves"] == "2" else { return false }
                }
                return true
            }
            try await eventually("it is forgotten by all", within: .seconds(35)) {
                var incomplete: [Int] = []
                var areDone = true
                for sentinel in watched.sentinels {
                    let peers = await sentinel.peerPorts
                    let replicas = await sentinel.knownReplicas
                    if peers.count < 2 || !replicas.contains(live.port) { incomplete.append(sentinel.port) }
                    areDone = areDone && replicas == [live.port]
                }
                guard incomplete.count < 2 else { throw TestFailure("reset at the same time: \(incomplete)") }
                return areDone && incomplete.isEmpty
            }
            #expect(ContinuousClock.now - start < .seconds(90))
            for sentinel in watched.sentinels {
                #expect(try await redis(sentinel.port, "SENTINEL", "CKQUORUM", "mymaster").hasPrefix("OK 3 usable"))
                let line = "reset sentinel 127.0.0.1:\(sentinel.port), which still knew 127.0.0.1:\(dead.port)"
                #expect(watched.watcher.process.text.contains(line))
            }
            #expect(await watched.master.role == "master")
        }
    }

    /// By hand, and while no watcher could force a failover: no sentinel knows whom to promote any more, nor ever
    /// would.
    @Test("F52: all sentinels were reset beside a dead master: the watcher promotes a replica that has all keys")
    func f52_all_sentinels_were_reset_beside_a_dead_master() async throws {
        try await WatchedCluster.with(downAfter: .seconds(2), failoverTimeout: .seconds(5)) { watched in
            let old = watched.master
            try await fill(old.port, keys: 100)
            try await old.isReplicated(to: 2)
            watched.watcher.process.signal(SIGSTOP)
            try await watched.kill(old)
            for sentinel in watched.sentinels {
                #expect(try await redis(sentinel.port, "SENTINEL", "RESET", "mymaster") == "1")
            }
            for sentinel in watched.sentinels { #expect(await sentinel.knownReplicas.isEmpty) }
            watched.watcher.process.signal(SIGCONT)

            let new = try await recovery { try await watched.agree(onOtherThan: old, within: .seconds(15 + 2 + 15)) }
            #expect(try await watched.history().map(\.new) == [new.colonAddress])
            for member in watched.running { #expect(try await redis(member.port, "DBSIZE") == "100") }
            #expect(
                watched.watcher.process.text.contains("the recorded master \(old.colonAddress) refuses connections"))
            try await watched.isComplete()
        }
    }
}

extension Launched {
    /// The ports of the replicas that this sentinel knows, sorted.
    fileprivate var knownReplicas: [Int] {
        get async {
            guard let text = try? await redis(port, "SENTINEL", "REPLICAS", "mymaster") else { return [] }
            let words = text.split(separator: "\n", omittingEmptySubsequences: false)
            return stride(from: 0, to: words.count - 1, by: 2).filter { words[$0] == "port" }
                .compactMap { Int(words[$0 + 1]) }.sorted()
        }
    }
}
