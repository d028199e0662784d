import Glibc
import Support
import ZooKeeper

/// What a launch costs: `interrex redis` to the first PONG, beside `redis-server` alone and a bare ZooKeeper session,
/// in turn, on an empty ZooKeeper each time. Prints medians; nothing here passes or fails.
@main
enum LaunchBenchmark {
    static let rounds = 15

    static func main() async throws {
        let zookeeper = try await ZooKeeperServer.start()
        var (alone, launched, session, leases): ([Double], [Double], [Double], [Double]) = ([], [], [], [])
        // A ZooKeeper that has only just started runs uncompiled code: no launch of a running system meets that.
        for session in 0..<100 { _ = try await bareSession(zookeeper, root: "/warm-\(session)") }
        // The first round of each warms the page cache.
        for round in 0...rounds {
            let one = try await redisAlone()
            let two = try await launch(zookeeper, root: "/bench-\(round)")
            let three = try await bareSession(zookeeper, root: "/bare-\(round)")
            guard round > 0 else { continue }
            alone.append(one)
            launched.append(two.milliseconds)
            leases.append(two.leaseMiB)
            session.append(three)
        }
        try await zookeeper.stop()

        print("medians of \(rounds), in turn, on an empty ZooKeeper each")
        report("redis-server alone, exec to PONG", alone, "ms")
        report("interrex redis, exec to PONG", launched, "ms")
        report("a bare ZooKeeper session: connect, one read, one multi", session, "ms")
        let difference = median(launched) - median(alone)
        let ratio = rounded(difference / median(alone))
        print("  the launcher's own share: \(rounded(difference)) ms, \(ratio) x redis-server alone (budget 1.0 x)")
        report("the lease's resident memory", leases, "MiB (budget 8)")
    }

    private static func redisAlone() async throws -> Double {
        let (folder, port) = (try TemporaryFolder("bench"), try freePort())
        let settings = "port \(port)\nbind 127.0.0.1\ndir \(folder.path)\nappendonly yes\n"
        try write(settings, to: "\(folder.path)/redis.conf")
        return try await timeToPong("redis-server", ["\(folder.path)/redis.conf"], [:], port, folder) { _ in 0 }
            .milliseconds
    }

    private static func launch(
        _ zookeeper: ZooKeeperServer, root: String
    ) async throws -> (milliseconds: Double, leaseMiB: Double) {
        let (folder, port) = (try TemporaryFolder("bench"), try freePort())
        let variables = [
            "ZK_HOSTS": zookeeper.connectString, "ZK_ROOT": root, "BIND_IP": "127.0.0.1", "PORT0": "\(port)",
            "DATA_DIR": folder.path, "PATH": currentEnvironment()["PATH"] ?? "/usr/bin:/bin",
        ]
        return try await timeToPong(try interrexBinary(), ["redis"], variables, port, folder) { server in
            let children = contents(of: "/proc/\(server)/task/\(server)/children").split(separator: " ")
            guard let lease = children.first else { throw TestFailure("\(server) has no lease") }
            // Resident memory once the lease has attached and dropped what it needed to start.
            try await Task.sleep(for: .milliseconds(300))
            let status = contents(of: "/proc/\(lease)/status").split(separator: "\n")
            let line = status.first { $0.hasPrefix("VmRSS:") }?.split(separator: " ") ?? []
            return line.count > 1 ? (Double(line[1]) ?? 0) / 1_024 : 0
        }
    }

    private static func timeToPong(
        _ program: String, _ arguments: [String], _ variables: [String: String], _ port: Int, _ folder: TemporaryFolder,
        _ look: (Int32) async throws -> Double
    ) async throws -> (milliseconds: Double, leaseMiB: Double) {
        let start = ContinuousClock.now
        let process = try ChildProcess(
            program, arguments, environment: variables.isEmpty ? nil : variables, folder: folder.path,
            output: "\(folder.path)/output")
        while true {
            if let socket = PongSocket(port) {
                if socket.pongs() { break }
            } else if let code = process.exitCode {
                throw TestFailure("\(program) ended with \(code): \(process.text)")
            }
            // Seldom enough that asking takes no processor from who is asked.
            usleep(500)
        }
        let time = ContinuousClock.now - start
        let seen = try await look(process.pid)
        await process.end()
        return (milliseconds(time), seen)
    }

    private static func bareSession(_ zookeeper: ZooKeeperServer, root: String) async throws -> Double {
        let start = ContinuousClock.now
        let configuration = Session.Configuration(servers: try ConnectString(zookeeper.connectString))
        let session = try await Session.connect(configuration, within: .seconds(10))
        _ = try await session.exists(root)
        try await session.multi([.create(root, [], .persistent), .create("\(root)/a", [], .ephemeral)])
        let time = ContinuousClock.now - start
        await session.close()
        return milliseconds(time)
    }

    private static func milliseconds(_ duration: Duration) -> Double {
        Double(duration.components.seconds) * 1_000 + Double(duration.components.attoseconds) / 1e15
    }

    private static func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }

    private static func rounded(_ value: Double) -> String { "\((value * 10).rounded() / 10)" }

    private static func report(_ what: String, _ values: [Double], _ unit: String) {
        print("  \(what): \(rounded(median(values))) \(unit) (\(rounded(values.min()!)) to \(rounded(values.max()!)))")
    }
}

/// One connection that asks PING.
private struct PongSocket: ~Copyable {
    private let descriptor: Int32

    /// Nil while nobody listens.
    init?(_ port: Int) {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let connected = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
        guard connected else {
            close(descriptor)
            return nil
        }
        self.descriptor = descriptor
    }

    deinit { close(descriptor) }

    borrowing func pongs() -> Bool {
        let ping = Array("PING\r\n".utf8)
        guard write(descriptor, ping, ping.count) == ping.count else { return false }
        var answer = [UInt8](repeating: 0, count: 64)
        return read(descriptor, &answer, answer.count) > 0 && answer.starts(with: Array("+PONG".utf8))
    }
}
