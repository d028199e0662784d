import Cluster
import Glibc
import Runtime
import Succession
package import Support
import Testing
import Vocabulary
import ZooKeeper

/// A cluster with its watchers, whole before a test begins: replicas linked, sentinels complete, a watcher leading.
package final class WatchedCluster: Sendable {
    package let cluster: TestCluster
    private let settings: (redis: String, sentinel: String)
    private let hosts: Hosts
    private let lists: Protected<Lists>

    /// Where its servers run, each kind in turn on its hosts; here, on loopback, where there are none.
    package struct Hosts: Sendable {
        package var members: [Network.Host] = []
        package var sentinels: [Network.Host] = []
        package var watchers: [Network.Host] = []

        package init(
            members: [Network.Host] = [], sentinels: [Network.Host] = [], watchers: [Network.Host] = []
        ) {
            (self.members, self.sentinels, self.watchers) = (members, sentinels, watchers)
        }
    }

    private struct Lists {
        var members: [Launched] = []
        var sentinels: [Launched] = []
        var watchers: [Launched] = []
    }

    /// The redis-servers, in the order of their start: the first one was master then.
    package var members: [Launched] { lists.value.members }
    package var sentinels: [Launched] { lists.value.sentinels }
    /// The watchers that were started, in order, those that have ended included; the first one led at first.
    package var watchers: [Launched] { lists.value.watchers }
    package var master: Launched { members[0] }
    package var replicas: [Launched] { Array(members.dropFirst()) }
    package var watcher: Launched { watchers[0] }

    /// Runs `body` on a cluster that is whole, and ends every process behind it.
    ///
    /// `variables` are given to every process; `zookeeper`, `ensemble` and `proxy` are `TestCluster`'s.
    package static func with(
        members: Int = 3, sentinels: Int = 3, watchers: Int = 1, downAfter: Duration = .seconds(30),
        failoverTimeout: Duration = .seconds(10), quorum: Int = 2, _ variables: [String: String] = [:],
        watcherVariables: [String: String] = [:], redisSettings: String = quickRedis,
        on zookeeper: ZooKeeperServer? = nil, ensemble: ZooKeeperEnsemble? = nil, through proxy: TCPProxy? = nil,
        hosts: Hosts = Hosts(),
        _ body: (WatchedCluster) async throws -> Void
    ) async throws {
        let variables = variables.merging(["SENTINEL_QUORUM": "\(quorum)"]) { own, _ in own }
        try await TestCluster.with(variables, on: zookeeper, ensemble: ensemble, through: proxy) { cluster in
            let sentinelSettings = """
                sentinel down-after-milliseconds {{master_name}} \(downAfter / .milliseconds(1))
                sentinel failover-timeout {{master_name}} \(failoverTimeout / .milliseconds(1))

                """
            let watched = WatchedCluster(cluster, hosts, redis: redisSettings, sentinel: sentinelSettings)
            try await watched.start(members: members, sentinels: sentinels)
            for _ in 0..<watchers { try await watched.startWatcher(watcherVariables) }
            if watchers > 0 { try await watched.isKept() }
            try await body(watched)
        }
    }

    private init(_ cluster: TestCluster, _ hosts: Hosts, redis: String, sentinel: String) {
        self.cluster = cluster
        self.hosts = hosts
        settings = (redis, sentinel)
        lists = Protected(Lists())
    }

    private func start(members: Int, sentinels: Int) async throws {
        try await startMember().ready()
        for _ in 1..<max(members, 1) { try startMember() }
        let servers = self.members
        for replica in servers.dropFirst() { try await replica.ready().linked(to: servers[0]) }
        try await haveTheirPriority()
        for _ in 0..<sentinels { try startSentinel() }
        for sentinel in self.sentinels { try await sentinel.ready() }
        if sentinels > 0 { try await isComplete() }
    }

    // MARK: Starting more

    @discardableResult
    package func startMember(port: Int? = nil, folder: TemporaryFolder? = nil) throws -> Launched {
        let host = hosts.members.next(after: members.count)
        let member = try cluster.redis(settings.redis, port: port, folder: folder, on: host)
        lists.withLock { $0.members.append(member) }
        return member
    }

    @discardableResult
    package func startSentinel(port: Int? = nil, folder: TemporaryFolder? = nil) throws -> Launched {
        let host = hosts.sentinels.next(after: sentinels.count)
        let sentinel = try cluster.sentinel(settings.sentinel, port: port, folder: folder, on: host)
        lists.withLock { $0.sentinels.append(sentinel) }
        return sentinel
    }

    /// Starts a watcher and waits until it has entered itself below `/redis/watchers`.
    /// - Parameter wrapper: a program and its arguments that then becomes the watcher.
    @discardableResult
    package func startWatcher(
        _ variables: [String: String] = [:], wrapper: [String] = []
    ) async throws -> Launched {
        let host = hosts.watchers.next(after: watchers.count)
        let watcher = try cluster.watcher(on: host, variables, wrapper: wrapper)
        lists.withLock { $0.watchers.append(watcher) }
        try await eventually("the watcher \(watcher.port) is registered") {
            if let code = watcher.process.exitCode { throw TestFailure("ended with \(code): \(watcher.process.text)") }
            return try await self.candidacies().contains { $0.address == watcher.address }
        }
        return watcher
    }

    /// Starts a member that has ended again, with its data, on its port; it takes its place in `members`.
    @discardableResult
    package func restart(_ member: Launched) throws -> Launched {
        let host = hosts.members.first { $0.ip == member.ip }
        let new = try cluster.redis(settings.redis, port: member.port, folder: member.folder, on: host)
        lists.withLock { lists in
            lists.members = lists.members.map { $0.port == member.port ? new : $0 }
        }
        return new
    }

    /// The same for a sentinel, with all that it has written down.
    @discardableResult
    package func restart(sentinel: Launched) throws -> Launched {
        let host = hosts.sentinels.first { $0.ip == sentinel.ip }
        let new = try cluster.sentinel(settings.sentinel, port: sentinel.port, folder: sentinel.folder, on: host)
        lists.withLock { lists in
            lists.sentinels = lists.sentinels.map { $0.port == sentinel.port ? new : $0 }
        }
        return new
    }

    /// SIGKILL, and its end.
    package func kill(_ server: Launched) async throws {
        server.process.signal(SIGKILL)
        try await server.process.wait()
    }
}

extension [Network.Host] {
    /// The host of the next server of a kind of which there are `count`; nil: none, but here.
    fileprivate func next(after count: Int) -> Network.Host? { isEmpty ? nil : self[count % self.count] }
}
