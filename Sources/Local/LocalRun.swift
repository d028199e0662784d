package import Cluster
import Glibc
import Processes
import Runtime

/// `interrex local`: a whole cluster on this machine, started as a scheduler would.
package struct LocalRun {
    private let redis: Int
    private let sentinels: Int
    private let watchers: Int
    private let zookeeper: String?
    private let folder: String?
    private let restarts: Bool
    private let isVerbose: Bool

    /// - Parameters:
    ///   - zookeeper: HOST:PORT of an existing one; nil: one is started.
    ///   - folder: what keeps all data, for the next start with it; nil or empty: a temporary one, removed in the end.
    ///   - restarts: whether a process that ends is started again.
    ///   - isVerbose: whether the processes' own lines are shown, too.
    package init(
        redis: Int, sentinels: Int, watchers: Int, zookeeper: String?, folder: String?, restarts: Bool, isVerbose: Bool
    ) {
        (self.redis, self.sentinels, self.watchers) = (redis, sentinels, watchers)
        (self.zookeeper, self.folder) = (zookeeper, folder)
        (self.restarts, self.isVerbose) = (restarts, isVerbose)
    }

    /// Runs until a stop signal comes.
    /// - Throws: `Failure` with its exit code.
    package func run(_ environment: Environment) throws {
        try Log.start(environment, command: "local")
        StopSignals.install(limit: nil, alsoOn: [SIGHUP, SIGQUIT])
        let quorum = try environment.number("SENTINEL_QUORUM", default: 2, in: 1...1_000)
        // Empty is unset, as with each variable.
        let folder = try LocalFolder(folder.flatMap { $0.isEmpty ? nil : $0 })
        defer { folder.removeIfTemporary() }
        let plan = LocalPlan(
            redis: redis, sentinels: sentinels, watchers: watchers, zookeeper: zookeeper, folder: folder.path,
            keepsFolder: !folder.isTemporary, restarts: restarts, isVerbose: isVerbose, environment: environment,
            quorum: quorum)
        let logs = folder.logs
        let keeper = try LocalGuard(removing: folder.isTemporary ? folder.path : nil)
        try EventLoop.run { loop in try await LocalCluster(plan, logs: logs, keeper: keeper, loop: loop).run() }
    }
}
