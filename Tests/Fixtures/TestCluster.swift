import Glibc
import Runtime
package import Support
import Testing
import Vocabulary
package import ZooKeeper

/// A cluster of a test's own: a chroot on a real ZooKeeper, and the servers that were started through the launchers.
package final class TestCluster: Sendable {
    /// `ZK_HOSTS` and `ZK_ROOT` of the launchers.
    package let servers: String
    package let root: String
    /// The test's own look at ZooKeeper, past any proxy.
    package let session: Session
    private let variables: [String: String]
    private let folder: TemporaryFolder
    private let started = Protected<[Launched]>([])

    /// Runs `body` on a new cluster and ends, behind it, every process that was started for it.
    ///
    /// `zookeeper` is the shared one unless another or an `ensemble` is given; `proxy` stands in front of it for the
    /// launchers.
    /// Without a `chroot` the cluster has a root of its own instead.
    package static func with(
        _ variables: [String: String] = [:], on zookeeper: ZooKeeperServer? = nil,
        ensemble: ZooKeeperEnsemble? = nil, through proxy: TCPProxy? = nil,
        chroot hasChroot: Bool = true, _ body: (TestCluster) async throws -> Void
    ) async throws {
        let own = zookeeper?.connectString ?? ensemble?.connectString
        let place = if let own { own } else { try await ZooKeeperServer.shared().connectString }
        let name = "/integration-\(nextNumber())"
        let (chroot, root) = hasChroot ? (name, "/redis") : ("", name)
        var configuration = Session.Configuration(servers: try ConnectString(place + chroot))
        configuration.timeout = .seconds(10)
        let session = try await Session.connect(configuration, within: .seconds(15))
        let cluster = TestCluster(
            (proxy?.connectString ?? place) + chroot, root, session, variables,
            try TemporaryFolder("settings"))
        do {
            try await body(cluster)
        } catch {
            let logs = cluster.logs
            await cluster.end()
            throw TestFailure("\(error)\n\(logs)")
        }
        await cluster.end()
    }

    private init(
        _ servers: String, _ root: String, _ session: Session, _ variables: [String: String], _ folder: TemporaryFolder
    ) {
        self.servers = servers
        self.root = root
        self.session = session
        self.variables = variables
        self.folder = folder
    }

    /// Starts a redis launcher; `settings` are used instead of the shipped conf/redis.conf.
    package func redis(
        _ settings: String? = nil, port: Int? = nil, folder: TemporaryFolder? = nil, on host: Network.Host? = nil,
        _ variables: [String: String] = [:], wrapper: [String] = []
    ) throws -> Launched {
        try start(.redis, settings, "REDIS_CONF", port, folder, host, variables, wrapper)
    }

    /// Starts a sentinel launcher; `settings` are used instead of the shipped conf/sentinel.conf.
    package func sentinel(
        _ settings: String? = nil, port: Int? = nil, folder: TemporaryFolder? = nil, on host: Network.Host? = nil,
        _ variables: [String: String] = [:], wrapper: [String] = []
    ) throws -> Launched {
        try start(.sentinel, settings, "SENTINEL_CONF", port, folder, host, variables, wrapper)
    }

    /// Starts a watcher; its HTTP port is `port`.
    package func watcher(
        port: Int? = nil, on host: Network.Host? = nil, _ variables: [String: String] = [:], wrapper: [String] = []
    ) throws -> Launched {
        try start(.watcher, nil, "", port, nil, host, variables, wrapper)
    }

    private func start(
        _ kind: Launched.Kind, _ settings: String?, _ variable: String, _ port: Int?, _ folder: TemporaryFolder?,
        _ host: Network.Host?, _ own: [String: String], _ wrapper: [String]
    ) throws -> Launched {
        var variables = variables.merging(own) { $1 }
        if let settings {
            let path = "\(self.folder.path)/\(nextNumber()).conf"
            try write(settings, to: path)
            variables[variable] = path
        }
        let launched = try Launched(
            kind, zookeeper: servers, root: root, port: port, folder: folder, on: host, variables, wrapper: wrapper)
        started.withLock { $0.append(launched) }
        return launched
    }

    // MARK: ZooKeeper

    /// The data of a node; nil where it doesn't exist.
    package func text(_ path: String) async throws -> String? {
        try await node(path).map { String(decoding: $0.data, as: UTF8.self) }
    }

    package func node(_ path: String) async throws -> Node? {
        do { return try await session.get(path) } catch  where error.code == .noNode { return nil }
    }

    package func children(_ path: String) async throws -> [String] {
        do { return try await session.children(path).sorted() } catch  where error.code == .noNode { return [] }
    }

    /// The addresses of the leases below `members` or `sentinels`, each with the session that holds it.
    package func leases(_ kind: String) async throws -> [String: Int64] {
        var leases: [String: Int64] = [:]
        for name in try await children("\(root)/\(kind)") {
            guard let node = try await node("\(root)/\(kind)/\(name)") else { continue }
            leases[String(decoding: node.data, as: UTF8.self)] = node.stat.ephemeralOwner
        }
        return leases
    }

    package func recordedMaster() async throws -> String? { try await text("\(root)/master") }

    /// Leaves a cluster whose only server, empty, has been killed.
    package func leaveDeadMaster() async throws {
        let dead = try await redis(quickRedis).ready()
        dead.process.signal(SIGKILL)
        try await dead.process.wait()
        try await eventually("its lease is gone") { try await self.leases("members").isEmpty }
    }

    // MARK: The end

    /// The last lines of every process, for the message of a test that failed: those of the watchers first, which say
    /// why they did nothing, because a long message may be cut.
    private var logs: String {
        let all = started.value
        return (all.filter { $0.kind == .watcher } + all.filter { $0.kind != .watcher }).map { launched in
            let count = launched.kind == .watcher ? 60 : 25
            let lines = launched.process.text.split(separator: "\n").suffix(count).joined(separator: "\n")
            let end = launched.process.exitCode.map { "ended with \($0)" } ?? "runs"
            return "--- \(launched.kind) \(launched.port) \(end)\n\(lines)"
        }.joined(separator: "\n")
    }

    /// Ends every server; the leases have to leave by themselves.
    private func end() async {
        for launched in started.value {
            launched.process.signal(SIGKILL)
            _ = try? await launched.process.wait(within: .seconds(10))
        }
        await session.close()
        let variables = ["ZK_HOSTS=\(servers)", "ZK_ROOT=\(root)"]
        let mine = { ProcessFiles.all(withVariables: variables).filter(\.isRunning) }
        for process in mine() { kill(process.pid, SIGCONT) }
        do {
            try await eventually("the leases leave with their servers", within: .seconds(20)) { mine().isEmpty }
        } catch {
            Issue.record(error)
            for process in mine() { kill(process.pid, SIGKILL) }
        }
    }
}

private let numbers = Protected(0)
private func nextNumber() -> Int {
    numbers.withLock { number in
        number += 1
        return number
    }
}
