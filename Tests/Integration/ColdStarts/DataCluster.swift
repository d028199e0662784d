import Fixtures
import Glibc
import Support
import Testing
import ZooKeeper

/// Members that keep their data, and a watcher that writes down what they hold: what a cold start is about.
final class DataCluster: Sendable {
    let cluster: TestCluster
    /// In the order of their start; the first one was master then.
    let members: [Launched]
    let watcher: Launched
    /// Their settings, by folder.
    private let settings: [String: String]

    /// A log that has each write before it is acknowledged.
    static let log = """
        appendonly yes
        appendfsync always
        save ""
        repl-diskless-sync yes
        repl-diskless-sync-delay 0

        """

    /// What the last save holds.
    static let snapshot = """
        appendonly no
        save 3600 1
        repl-diskless-sync yes
        repl-diskless-sync-delay 0

        """

    /// - Parameter settings: of each member.
    static func with(
        _ settings: [String] = [log, log, log], variables: [String: String] = [:],
        on zookeeper: ZooKeeperServer? = nil, _ body: (DataCluster) async throws -> Void
    ) async throws {
        let variables = ["ZK_SESSION_TIMEOUT": "4s", "MASTER_TIMEOUT": "15s"].merging(variables) { $1 }
        try await TestCluster.with(variables, on: zookeeper) { cluster in
            let master = try await cluster.redis(settings[0]).ready()
            let replicas = try settings.dropFirst().map { try cluster.redis($0) }
            for replica in replicas { try await replica.ready().linked(to: master) }
            try await body(DataCluster(cluster, [master] + replicas, settings, try cluster.watcher()))
        }
    }

    private init(_ cluster: TestCluster, _ members: [Launched], _ settings: [String], _ watcher: Launched) {
        self.cluster = cluster
        self.members = members
        self.watcher = watcher
        self.settings = Dictionary(uniqueKeysWithValues: zip(members.map(\.folder.path), settings))
    }

    // MARK: What happens to it

    /// Starts a launcher on another port, with the data of a member, or without any.
    func start(_ member: Launched? = nil, _ variables: [String: String] = [:]) throws -> Launched {
        let folder = (member ?? members[0]).folder.path
        let settings = settings[folder] ?? Self.log
        return try cluster.redis(settings, folder: member?.folder, variables)
    }

    /// Writes them, and waits until the replicas that run have them and all is written down.
    func write(_ keys: Int, _ prefix: String = "key", total: Int? = nil) async throws {
        try await fill(members[0].port, keys: keys, prefix: prefix)
        let running = members.filter { $0.process.exitCode == nil }
        try await members[0].isReplicated(to: running.count - 1)
        await isWrittenDown(keys: total ?? keys, by: running)
    }

    /// A power failure where `withLeases`: their nodes then stay for a session timeout. Returns once nobody is left who
    /// could write to their folders.
    func kill(_ servers: [Launched], withLeases: Bool = false) async throws {
        let running = servers.filter { $0.process.exitCode == nil }
        let leases = running.flatMap(\.children).map(ProcessFiles.init)
        for server in running { Glibc.kill(withLeases ? -server.process.pid : server.process.pid, SIGKILL) }
        for server in running { try await server.process.wait() }
        try await eventually("the leases have ended") { !leases.contains(where: \.isRunning) }
    }

    // MARK: What is written down

    /// Waits until `/redis/cluster`, and the passports of those that keep a log, say how many keys there are.
    /// (Snapshots hold what there was before the last one, and a cache holds nothing.)
    private func isWrittenDown(keys: Int, by running: [Launched]) async {
        do {
            for member in running where settings[member.folder.path]?.contains("appendonly yes") == true {
                try await eventually("\(member.port) has written down its \(keys) keys", within: .seconds(5)) {
                    guard let passport = member.writtenPassport else { return false }
                    return passport.keys == keys && passport.synchronised
                }
            }
            try await eventually("/redis/cluster says \(keys) keys", within: .seconds(12)) {
                try await self.cluster.text("/redis/cluster")?.contains(":\(keys)") == true
            }
        } catch {
            Issue.record(error)
        }
    }
}

extension Launched {
    var keys: Int? { get async { (try? await ask("DBSIZE")).flatMap(Int.init) } }

    /// Waits until the launcher says that it waits; throws where it has ended or is master.
    func waits(within limit: Duration = .seconds(10)) async throws {
        try await eventually("\(port) waits", within: limit) {
            if let code = self.process.exitCode { throw TestFailure("ended with \(code): \(self.process.text)") }
            return self.lines.contains { $0.contains("waiting") }
        }
    }
}

extension [Launched] {
    /// Waits until one of them is master and the others follow it, all with so many keys. Returns the master.
    @discardableResult
    func hold(_ keys: Int, within limit: Duration) async throws -> Launched {
        let master = try await united(within: limit)
        // A replica serves its old data until the first synchronisation is done.
        try await eventually("all have \(keys) keys under the master \(master.port)", within: .seconds(10)) {
            for server in self where await server.keys != keys { return false }
            return true
        }
        return master
    }

    /// Waits until each has refused with 75. Returns what they said last; throws at once where one is master.
    func refuse(within limit: Duration) async throws -> [String] {
        try await eventually("\(map(\.port)) refuse", within: limit) {
            for server in self where await server.role == "master" {
                throw TestFailure(
                    "\(server.port) is master with \(await server.keys ?? -1) keys: \(server.lines.last ?? "")")
            }
            return self.allSatisfy { $0.process.exitCode != nil }
        }
        return try map { server in
            guard server.process.exitCode == 75 else { throw TestFailure("ended otherwise: \(server.process.text)") }
            return server.lines.last ?? ""
        }
    }
}
