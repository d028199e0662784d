import Glibc
import Support
import Testing

/// Servers that are gone for good: the sentinels forget them, one sentinel after the other.
@Suite(.inTurn) struct ForgetTests {
    @Test func a_dead_replica_is_forgotten_by_one_sentinel_after_the_other() async throws {
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
            #expect(ContinuousClock.now - start < .seconds(55))
            for sentinel in watched.sentinels {
                #expect(try await redis(sentinel.port, "SENTINEL", "CKQUORUM", "mymaster").hasPrefix("OK 3 usable"))
                let line = "reset sentinel 127.0.0.1:\(sentinel.port), which still knew 127.0.0.1:\(dead.port)"
                #expect(watched.watcher.process.text.contains(line))
            }
            #expect(await watched.master.role == "master")
        }
    }

    @Test func a_dead_sentinel_of_five_is_forgotten_by_one_after_the_other() async throws {
        try await WatchedCluster.with(members: 2, sentinels: 5, quorum: 3) { watched in
            let dead = watched.sentinels[4]
            let others = Array(watched.sentinels.dropLast())
            try await watched.kill(dead)
            try await eventually("it is forgotten by all", within: .seconds(60)) {
                var incomplete: [Int] = []
                var knowing = 0
                for sentinel in others {
                    let peers = Set(await sentinel.peerPorts)
                    if !peers.isSuperset(of: others.map(\.port).filter { $0 != sentinel.port }) {
                        incomplete.append(sentinel.port)
                    }
                    if peers.contains(dead.port) { knowing += 1 }
                }
                guard incomplete.count < 2 else { throw TestFailure("reset at the same time: \(incomplete)") }
                return knowing == 0 && incomplete.isEmpty
            }
            try await others.know(replicas: 1)
            #expect(await watched.master.role == "master")
        }
    }

    /// While one of the last two is reset, the other alone could not replace the master.
    @Test func a_dead_sentinel_of_three_is_not_forgotten_and_an_alert_says_why() async throws {
        try await WatchedCluster.with(members: 1) { watched in
            let (dead, others) = (watched.sentinels[2], Array(watched.sentinels.dropLast()))
            try await watched.kill(dead)
            let start = ContinuousClock.now
            try await eventually("the watcher says why", within: .seconds(45)) {
                others.allSatisfy {
                    watched.watcher.process.text.contains(
                        "sentinel 127.0.0.1:\($0.port) knows servers that are gone, but a reset is not safe")
                }
            }
            #expect(ContinuousClock.now - start > .seconds(25))
            for sentinel in others { #expect(await sentinel.peerPorts.contains(dead.port)) }
            #expect(!watched.watcher.process.text.contains("reset sentinel"))

            // The place of the dead one is taken: all three know two peers again.
            try watched.startSentinel()
            try await watched.isComplete()
            try await eventually("the alert is over") { watched.watcher.process.text.contains("over: sentinel ") }
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
