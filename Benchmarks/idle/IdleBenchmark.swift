@preconcurrency import Glibc
import Support
import ZooKeeper

/// What one watcher of a thousand quiet clusters costs. Prints figures; nothing here passes or fails.
///
/// The clusters have nodes of their own, and share a master, a replica and three sentinels: six thousand processes
/// don't fit on a small machine. To the watcher that makes no difference: it has its connections, subscriptions and
/// questions for each cluster. The servers are none of Interrex's, so that none is another cluster's.
@main
enum IdleBenchmark {
    static let clusters = 1_000
    static let time = Duration.seconds(120)

    static func main() async throws {
        // Each line at once, also into a pipe.
        setvbuf(stdout, nil, _IOLBF, 0)
        try await measure()
    }

    private static func measure() async throws {
        let zookeeper = try await ZooKeeperServer.start()
        let many = ["--maxclients", "15000"]
        let master = try await RedisServer.start(many)
        let replica = try await RedisServer.start(["--replicaof", "127.0.0.1", "\(master.port)"] + many)
        var sentinels: [SentinelServer] = []
        for _ in 0..<3 {
            sentinels.append(
                try await SentinelServer.start(
                    monitor: master.port, downAfter: .seconds(30), extra: ["maxclients 15000"]))
        }
        try await eventually("the sentinels know each other and the replica", within: .seconds(60)) {
            for sentinel in sentinels {
                let known = try await redis(sentinel.port, "SENTINEL", "MASTER", "mymaster")
                guard known.contains("num-other-sentinels\n2\n"), known.contains("num-slaves\n1\n") else {
                    return false
                }
            }
            return true
        }
        let session = try await Session.connect(
            Session.Configuration(servers: try ConnectString(zookeeper.connectString)), within: .seconds(10))
        for cluster in 0..<clusters {
            try await register(
                "/many/c\(cluster)", [master.port, replica.port], sentinels.map(\.port), over: session)
        }

        let watcher = try Launched(.watcher, zookeeper: zookeeper.connectString, root: "/many/*")
        try await eventually("the watcher leads all clusters", within: .seconds(120)) {
            watcher.process.text.split(separator: "\n").count { $0.hasSuffix(": this watcher leads") } == clusters
        }
        // What the start cost is over after a few rounds.
        try await Task.sleep(for: .seconds(60))
        try await report(ProcessFiles(watcher.process.pid))
        await watcher.stop()
        await session.close()
        try await zookeeper.stop()
    }

    private static func register(
        _ root: String, _ members: [Int], _ sentinels: [Int], over session: Session
    ) async throws {
        try await session.create("\(root)/master", Array("127.0.0.1 \(members[0])".utf8), parents: true)
        for (kind, ports) in [("members", members), ("sentinels", sentinels)] {
            try await session.create("\(root)/\(kind)")
            for port in ports {
                try await session.create("\(root)/\(kind)/\(port)", Array("127.0.0.1 \(port)".utf8), .ephemeral)
            }
        }
    }

    private static func report(_ watcher: ProcessFiles) async throws {
        let (used, start) = (processorTime(of: watcher), ContinuousClock.now)
        // Nothing happens meanwhile: that is what is measured.
        try await Task.sleep(for: time)
        let share = (processorTime(of: watcher) - used) / ((.now - start) / .seconds(1))
        let memory = Double(watcher.kilobytes("VmRSS")) / 1_024
        print("one watcher, \(clusters) quiet clusters of two servers and three sentinels, over \(time)")
        print("  processor: \(rounded(share * 100)) % of a core (budget 2)")
        print("  resident memory: \(rounded(memory)) MiB (budget 64)")
        print("  threads: \(watcher["Threads"]), descriptors: \(watcher.descriptors.count)")
    }

    /// User and system time in seconds, from the fields `utime` and `stime` of `/proc/PID/stat`.
    private static func processorTime(of process: ProcessFiles) -> Double {
        let fields = contents(of: "/proc/\(process.pid)/stat").split(separator: ")").last?.split(separator: " ") ?? []
        guard fields.count > 12, let user = Double(fields[11]), let system = Double(fields[12]) else { return .nan }
        return (user + system) / Double(sysconf(Int32(_SC_CLK_TCK)))
    }

    private static func rounded(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }
}
