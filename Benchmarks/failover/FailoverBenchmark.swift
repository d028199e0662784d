@preconcurrency import Glibc
import Redis
import Runtime
import Support
import Vocabulary
import ZooKeeper

/// What a failover costs. Prints medians; nothing here passes or fails.
///
/// First: from kill -9 of the master, with `down-after` at 30 s, until a new one takes a write and `/redis/master`
/// names it, beside the same without a watcher. Second: from the earliest sentinel's `+switch-master` to
/// `/redis/master`, beside a bare versioned set.
@main
enum FailoverBenchmark {
    static func main() async throws {
        // Each line at once, also into a pipe.
        setvbuf(stdout, nil, _IOLBF, 0)
        let zookeeper = try await ZooKeeperServer.start()
        print("kill -9 of the master, down-after 30 s, medians (budget: 500 ms)")
        var (writable, recorded) = (Figures(), Figures())
        for round in 1...5 {
            let (write, record) = try await crash(zookeeper, root: "/crash-\(round)", hasWatcher: true)
            writable.add(write)
            recorded.add(max(write, record ?? write))
        }
        print(writable.line("a new master takes a write"))
        print(recorded.line("and /redis/master names it"))
        let (alone, _) = try await crash(zookeeper, root: "/alone", hasWatcher: false)
        print("  without a watcher, a new master takes a write: \(rounded(alone / .milliseconds(1))) ms (once)")

        print("a sentinel's +switch-master to /redis/master (budget: 5 ms, and twice a bare set with the reads)")
        let (followed, bare) = try await follow(zookeeper, rounds: 11)
        print(followed.line("recorded after the earliest event"))
        print(bare.line("a bare versioned set, with the read before it"))
        try await zookeeper.stop()
    }

    /// Kills the master of a new cluster. Returns the times until another takes a write, and until it is recorded.
    private static func crash(
        _ zookeeper: ZooKeeperServer, root: String, hasWatcher: Bool
    ) async throws -> (write: Duration, record: Duration?) {
        let cluster = try await BenchmarkCluster(
            zookeeper, root: root, downAfter: .seconds(30), hasWatcher: hasWatcher)
        let master = try cluster.server(at: try await cluster.recorded())
        let others = cluster.redis.filter { $0.port != master.port }
        let start = ContinuousClock.now
        master.process.signal(SIGKILL)
        async let write = firstWrite(others.map(\.port), since: start)
        async let record = hasWatcher ? change(of: cluster, from: master.port, since: start) : nil
        let times = try await (write, record)
        await cluster.end()
        return times
    }

    /// Each try on a connection of its own: a sentinel closes the clients of whom it promotes.
    private static func firstWrite(_ ports: [Int], since start: ContinuousClock.Instant) async throws -> Duration {
        while .now - start < .seconds(60) {
            for port in ports {
                if (try? await Support.redis(port, "SET", "key", "value")) == "OK" { return .now - start }
            }
            // No server tells when it takes writes; asked seldom enough to leave the processors to the failover.
            try await Task.sleep(for: .milliseconds(1))
        }
        throw TestFailure("nobody took a write within 60 s")
    }

    /// Waits, on a watch, until another master is recorded.
    private static func change(
        of cluster: BenchmarkCluster, from old: Int, since start: ContinuousClock.Instant
    ) async throws -> Duration {
        let changes = cluster.session.changes()
        _ = try await cluster.session.get("\(cluster.root)/master", watch: true)
        for await change in changes where change.path == "\(cluster.root)/master" {
            let time = ContinuousClock.now - start
            _ = try await cluster.session.get("\(cluster.root)/master", watch: true)
            if let now = try await cluster.recorded(), now != old { return time }
        }
        throw TestFailure("the session ended")
    }

    /// Fails over by hand, again and again, and measures from the first event to the record.
    private static func follow(_ zookeeper: ZooKeeperServer, rounds: Int) async throws -> (Figures, Figures) {
        let cluster = try await BenchmarkCluster(zookeeper, root: "/follow", downAfter: .seconds(5), hasWatcher: true)
        let loop = EventLoop()
        var (followed, bare) = (Figures(), Figures())
        for _ in 0..<rounds {
            try await cluster.settled()
            let old = try await cluster.recorded() ?? 0
            let subscriptions = try await subscribe(to: cluster.sentinels, loop)
            let start = ContinuousClock.now
            async let record = change(of: cluster, from: old, since: start)
            async let event = firstSwitch(subscriptions, since: start)
            // Soon after a failover it may be too early for the next one: then it says so.
            try await eventually("the sentinel takes the order", within: .seconds(60)) {
                try await Support.redis(cluster.sentinels[0].port, "SENTINEL", "FAILOVER", "mymaster") == "OK"
            }
            let times = try await (event, record)
            followed.add(times.1 - times.0)
            for subscription in subscriptions { subscription.close() }
            bare.add(try await bareSet(cluster))
        }
        loop.close()
        await cluster.end()
        return (followed, bare)
    }

    private static func subscribe(to sentinels: [Launched], _ loop: EventLoop) async throws -> [Subscription] {
        var subscriptions: [Subscription] = []
        for sentinel in sentinels {
            subscriptions.append(
                try await Subscription.open(
                    Address(host: "127.0.0.1", port: sentinel.port)!, channels: ["+switch-master"], on: loop,
                    keepalive: .seconds(5), within: .seconds(5)))
        }
        return subscriptions
    }

    private static func firstSwitch(
        _ subscriptions: [Subscription], since start: ContinuousClock.Instant
    ) async throws -> Duration {
        try await withThrowingTaskGroup(of: Duration.self) { group in
            for subscription in subscriptions {
                group.addTask {
                    for try await _ in subscription { return .now - start }
                    throw TestFailure("a subscription ended")
                }
            }
            defer { group.cancelAll() }
            guard let first = try await group.next() else { throw TestFailure("nobody to listen to") }
            return first
        }
    }

    private static func bareSet(_ cluster: BenchmarkCluster) async throws -> Duration {
        let path = "\(cluster.root)/bare"
        _ = try? await cluster.session.create(path)
        let start = ContinuousClock.now
        let node = try await cluster.session.get(path)
        try await cluster.session.set(path, Array("127.0.0.1 6379".utf8), version: node.stat.version)
        return .now - start
    }
}
