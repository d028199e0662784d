import Support
import ZooKeeper

/// Three redis-servers and three sentinels, started through the launchers, with or without a watcher.
final class BenchmarkCluster: Sendable {
    let root: String
    let session: Session
    let redis: [Launched]
    let sentinels: [Launched]
    let watcher: Launched?
    private let zookeeper: ZooKeeperServer
    private let folder: TemporaryFolder

    /// Starts everything and waits until each sentinel knows its peers and the replicas, and everybody may be promoted.
    init(_ zookeeper: ZooKeeperServer, root: String, downAfter: Duration, hasWatcher: Bool) async throws {
        self.zookeeper = zookeeper
        self.root = root
        folder = try TemporaryFolder("bench")
        let configuration = Session.Configuration(servers: try ConnectString(zookeeper.connectString))
        session = try await Session.connect(configuration, within: .seconds(10))
        try write(
            """
            sentinel down-after-milliseconds {{master_name}} \(Int(downAfter / .milliseconds(1)))
            sentinel failover-timeout {{master_name}} 3000

            """, to: "\(folder.path)/sentinel.conf")
        try write("repl-diskless-sync-delay 0\n", to: "\(folder.path)/redis.conf")
        let variables = [
            "SENTINEL_CONF": "\(folder.path)/sentinel.conf", "REDIS_CONF": "\(folder.path)/redis.conf",
        ]
        func start(_ kind: Launched.Kind) throws -> Launched {
            try Launched(kind, zookeeper: zookeeper.connectString, root: root, variables)
        }
        redis = try (0..<3).map { _ in try start(.redis) }
        sentinels = try (0..<3).map { _ in try start(.sentinel) }
        watcher = hasWatcher ? try start(.watcher) : nil
        try await whole(servers: 3)
        if let watcher {
            try await eventually("the watcher leads") { watcher.process.text.contains("this watcher leads") }
        }
    }

    /// Waits until `servers` of them are one cluster, and the sentinels know it.
    func whole(servers: Int) async throws {
        try await eventually("the sentinels know each other and \(servers - 1) replicas", within: .seconds(60)) {
            guard let master = try await self.recorded() else { return false }
            for sentinel in self.sentinels {
                guard await self.isReady(sentinel, master: master, replicas: servers - 1) else { return false }
            }
            return true
        }
    }

    /// Waits until each sentinel names the recorded master, and none has a failover in progress: until then the last
    /// failover's events still come.
    func settled() async throws {
        try await eventually("the sentinels have settled", within: .seconds(60)) {
            guard let master = try await self.recorded() else { return false }
            for sentinel in self.sentinels {
                guard await self.hasSettled(sentinel, on: master) else { return false }
            }
            return true
        }
    }

    private func hasSettled(_ sentinel: Launched, on master: Int) async -> Bool {
        let isBusy = await ask(sentinel, "MASTER").contains("failover_in_progress")
        return await ask(sentinel, "GET-MASTER-ADDR-BY-NAME") == "127.0.0.1\n\(master)" && !isBusy
    }

    private func ask(_ sentinel: Launched, _ question: String) async -> String {
        (try? await Support.redis(sentinel.port, "SENTINEL", question, "mymaster")) ?? ""
    }

    private func isReady(_ sentinel: Launched, master: Int, replicas: Int) async -> Bool {
        let (known, monitored) = (await ask(sentinel, "REPLICAS"), await ask(sentinel, "MASTER"))
        let words = known.split(separator: "\n")
        return await hasSettled(sentinel, on: master)
            && monitored.contains("num-other-sentinels\n\(sentinels.count - 1)\n")
            && words.count(where: { $0 == "master-link-status" }) == replicas
            && words.count(where: { $0 == "ok" }) == replicas && !known.contains("slave-priority\n0\n")
    }

    /// The port that `/redis/master` names.
    func recorded() async throws -> Int? {
        guard let node = try? await session.get("\(root)/master") else { return nil }
        return String(decoding: node.data, as: UTF8.self).split(separator: " ").last.flatMap { Int($0) }
    }

    func server(at port: Int?) throws -> Launched {
        guard let server = redis.first(where: { $0.port == port }) else { throw TestFailure("nobody at \(port ?? 0)") }
        return server
    }

    func end() async {
        for launched in [watcher].compactMap(\.self) + sentinels + redis { await launched.stop() }
        await session.close()
    }
}
