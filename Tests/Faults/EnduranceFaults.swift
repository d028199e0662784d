import Fixtures
import Glibc
import Support
import Testing
import Throttle

/// What a watcher holds after very many failovers.
@Suite(.inTurn, .lasting(.seconds(600))) struct EnduranceFaults {
    /// In eight clusters at once: a failover takes over a second, because its sentinel asks for `INFO` once in a
    /// second.
    @Test("F77: after 200 failovers a watcher holds no more descriptors, threads and memory than after 24")
    func f77_after_200_failovers_a_watcher_holds_no_more_than_after_24() async throws {
        try await TestCluster.with(["SENTINEL_QUORUM": "1"]) { cluster in
            let pairs = try (1...8).map { try Pair(root: "/pair-\($0)", in: cluster) }
            for pair in pairs { try await pair.isWhole() }
            let watcher = try cluster.watcher(["ZK_ROOT": pairs.map(\.root).joined(separator: ",")])
            let process = ProcessFiles(watcher.process.pid)

            try await pairs.failOver(times: 3)
            let before = try await Holding.settled(process)
            try await pairs.failOver(times: 22)
            let after = try await Holding.settled(process)

            #expect(after.descriptors == before.descriptors)
            #expect(after.threads == before.threads)
            #expect(after.kilobytes < before.kilobytes + 1_024, "\(before) then \(after)")
            // Each change that a sentinel made was recorded, and no other.
            let changes = pairs.map { $0.sentinel.count(of: "+switch-master") }
            #expect(changes.reduce(0, +) >= 200)
            for (pair, count) in zip(pairs, changes) {
                #expect(watcher.count(of: " notice interrex watcher: \(pair.root): 127.0.0.1") == count)
            }
        }
    }
}

/// The smallest cluster in which failovers are possible, under a root of its own.
private struct Pair: Sendable {
    let root: String
    let servers: [Launched]
    let sentinel: Launched
    private let cluster: TestCluster

    init(root: String, in cluster: TestCluster) throws {
        self.root = root
        self.cluster = cluster
        servers = try (0..<2).map { _ in try cluster.redis(quickRedis, ["ZK_ROOT": root]) }
        sentinel = try cluster.sentinel(quickSentinel, ["ZK_ROOT": root])
    }

    func isWhole() async throws {
        let master = try await servers.united()
        let replica = servers.first { $0.port != master.port }
        try await eventually("\(root): the replica has its priority") {
            await replica?.info("replication")["slave_priority"] == "100"
        }
        try await sentinel.ready()
        // Makes a sentinel notice at once that the old master still answers master, and end that.
        for parameter in ["PUBLISH-PERIOD", "PING-PERIOD"] {
            let answer = try await redis(sentinel.port, "SENTINEL", "DEBUG", parameter, "50")
            guard answer == "OK" else { throw TestFailure("\(sentinel.port) answered \(answer)") }
        }
    }

    /// Asks for a failover until there was one: it is refused, or given up, while the old master is no replica yet.
    func failOver() async throws {
        let old = try await cluster.text("\(root)/master")
        try await eventually("\(root): another master than \(old ?? "none") is recorded", within: .seconds(30)) {
            if try await cluster.text("\(root)/master") != old { return true }
            if await sentinel.monitored["flags"] == "master", await sentinel.named == old {
                try await redis(sentinel.port, "SENTINEL", "FAILOVER", "mymaster")
            }
            return false
        }
    }
}

extension [Pair] {
    fileprivate func failOver(times: Int) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for pair in self {
                group.addTask { for _ in 0..<times { try await pair.failOver() } }
            }
            try await group.waitForAll()
        }
    }
}

/// What a process holds.
private struct Holding: Equatable {
    var descriptors: Int
    var threads: String
    /// Memory of its own (`RssAnon`).
    var kilobytes: Int

    init(_ process: ProcessFiles) {
        descriptors = process.descriptors.count
        threads = process["Threads"]
        kilobytes = process.kilobytes("RssAnon")
    }

    /// Once no connection is just being opened or closed: the same for half a second.
    static func settled(_ process: ProcessFiles) async throws -> Holding {
        var since = ContinuousClock.now
        var last = Holding(process)
        return try await eventually("the watcher's descriptors rest") {
            let now = Holding(process)
            if (now.descriptors, now.threads) != (last.descriptors, last.threads) { since = .now }
            last = now
            return ContinuousClock.now - since > .milliseconds(500) ? now : nil
        }
    }
}
