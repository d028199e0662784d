import CLinux
import Cluster
import Dispatch
import Glibc
import NIOCore
import Runtime
import ServiceLifecycle
import UnixSignals

/// `interrex-watcher`: keeps ZooKeeper in step with Sentinel's failovers, and repairs what went stale.
package enum Watcher {
    /// Runs until the process ends.
    package static func main() -> Never {
        StandardStreams.fill()
        Heap.configure()
        ignoreBrokenPipes()
        OutOfMemory.spareThisProcess()
        allowManyConnections()
        limitLoops()
        do {
            // Before anything runs on threads of libdispatch: where they can't be watched, that ends the process.
            guard try answersArguments() else { exit(0) }
            try Log.start(.process, command: "watcher")
            Environment.process.warnOfLikelyMistakes()
            try checkProc()
            let settings = try WatcherSettings(.process)
            Environment.forgetSecrets()
            settings.redis.hideSecrets(with: settings.registry)
            settings.registry.warnIfOpen(settings.redis)
            if settings.roots.count == 1 { Log.always(.cluster(settings.roots.clusters.first)) }
            settings.roots.warnOfRepeated()
            Task {
                do { try await run(settings) } catch { end(error) }
                // What still runs, runs on threads of libraries; nothing of it is needed any more.
                Log.exit(0)
            }
        } catch {
            end(error)
        }
        dispatchMain()
    }

    private static func end(_ error: any Error) -> Never {
        guard let failure = error as? Failure else {
            Log.fail("ended: \(error)")
            Log.exit(ExitCode.unavailable.rawValue)
        }
        Log.fail(failure)
        Log.exit(failure.code.rawValue)
    }

    /// A hook that doesn't read its input, or a client that is gone, must not end the watcher.
    private static func ignoreBrokenPipes() { signal(SIGPIPE, SIG_IGN) }

    /// libdispatch reads the state of its threads there once in a while, and ends a process that can't
    /// (`_dispatch_workq_monitor_pools`).
    private static func checkProc() throws(Failure) {
        guard access("/proc/self/task", R_OK) == 0 else {
            throw Failure(
                .badConfiguration,
                "/proc/self/task can't be read (\(lastError())), without which this program would be ended at some moment; "
                    + "mount /proc here")
        }
    }

    /// Each server and sentinel of each cluster costs a descriptor or two.
    private static func allowManyConnections() {
        var limit = rlimit()
        guard getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return }
        limit.rlim_cur = limit.rlim_max
        setrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    }

    /// HTTP's loops are one for each core otherwise, with three descriptors each: more than all else together on a
    /// large machine.
    private static func limitLoops() {
        if getenv("NIO_SINGLETON_GROUP_LOOP_COUNT") == nil { NIOSingletons.groupLoopCountSuggestion = 2 }
    }

    private static func warnOfFewDescriptors(_ clusters: Int, hasHooks: Bool) {
        let needed = HTTPLimits.reserve(open: HTTPLimits.open, clusters: clusters, hasHooks: hasHooks)
        let most = HTTPLimits.descriptors
        guard most < needed + 64 else { return }
        Log.warn(
            "this process may open \(most) files, and \(clusters) clusters need some \(needed), beside those of HTTP "
                + "clients; raise its limit of open files (ulimit -n)")
    }

    /// There are no options but these; everything is told by the environment.
    private static func answersArguments() throws(Failure) -> Bool {
        let arguments = OwnProgram.arguments.dropFirst()
        switch (arguments.first, arguments.count) {
        case (nil, _): return true
        case ("--help", 1), ("-h", 1): print(help)
        case ("--version", 1): print(OwnProgram.version)
        case (let first?, _):
            // The line is to have the form that LOG_FORMAT asks for; a wrong one is not what this is about.
            try? Log.start(.process, command: "watcher")
            let argument = ["--help", "-h", "--version"].contains(first) ? arguments.last ?? first : first
            throw Failure(.usage, "\"\(argument.clipped)\" is not understood; see --help")
        }
        return false
    }

    private static func run(_ settings: WatcherSettings) async throws {
        let loop = EventLoop()
        let board = StatusBoard()
        let feed = EventFeed()
        let hookFeed = EventFeed()
        let metrics = PrometheusBackend()
        let ownMetrics = ProcessMetrics(factory: metrics)
        Log.observeDrops { ownMetrics.droppedLines($0) }
        let watcher = WatcherContext(
            loop: loop, redis: settings.redis, acceptLossAfter: settings.acceptLossAfter, address: settings.address,
            board: board, feed: feed, hookFeed: hookFeed, metrics: metrics, limiter: PassLimiter(loop: loop),
            pulse: Pulse(loop: loop))
        guard watcher.pulse.watch() else {
            throw Failure(.unavailable, "the system gives no thread; raise its limit of processes (ulimit -u)")
        }
        let hasHooks = settings.hooks != nil
        let probe = ServerProbe(settings.redis, watcher, on: loop)
        let roots = (settings.roots.clusters + settings.roots.parents.map { "\($0)/*" }).joined(separator: ", ")
        var services: [any Service] = [
            HTTPServer(
                host: settings.host, port: settings.port, board: board, feed: feed, metrics: metrics,
                expectedRoots: settings.roots.count, probe: { await probe.instance($0) },
                hasHooks: hasHooks, stuck: { await watcher.pulse.complaint() },
                whenListening: {
                    Log.info("watching \(roots), HTTP on \(settings.listening)")
                    warnOfFewDescriptors(settings.roots.count ?? 1, hasHooks: hasHooks)
                }),
            ClusterSupervisor(settings, watcher: watcher),
        ]
        if let hooks = settings.hooks {
            // Who runs as the same user could read this process's memory otherwise.
            _ = linux_be_unreadable()
            services.append(HookRunner(folder: hooks, feed: hookFeed, metrics: ownMetrics))
        }
        services += [Heap(loop: loop), LastResort()]
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: services.map { .init(service: $0) }, gracefulShutdownSignals: [.sigterm, .sigint],
                logger: Log.quietLogger))
        try await group.run()
        Log.info("ended")
    }

    private static let help = """
        OVERVIEW: Keeps ZooKeeper in step with Redis Sentinel's failovers, and repairs
        what went stale. Run two or more: the lowest number leads.

        USAGE: interrex-watcher

        Everything is told by the environment:
          ZK_HOSTS           ZooKeeper servers (localhost:2181)
          ZK_ROOT            clusters: /redis, several /a,/b, or /parent/* (/redis)
          ZK_AUTH            digest user:password; or ZK_AUTH_FILE
          ZK_SESSION_TIMEOUT session timeout (6s)
          MASTER_NAME        the name that Sentinel monitors (mymaster)
          REDIS_PASSWORD, REDIS_USERNAME, SENTINEL_PASSWORD  or each with _FILE
          RENAMED_COMMANDS   what rename-command has made of commands: CONFIG=x,...
          ACCEPT_LOSS_AFTER  so long without a master give up what is missing (never)
          PORT0              HTTP port (8080)
          BIND_IP            address of the HTTP port (all of IPv4)
          ANNOUNCE_IP, ANNOUNCE_PORT  where others reach it
          NET_IFACE          else this one's address, with a wildcard BIND_IP (eth0)
          HOOKS_DIR          executables that run on each event; in EVENT.d on that
          LOG_LEVEL, LOG_FORMAT       info, text or json

        Exit codes: 0 ended by SIGTERM or SIGINT; 64 wrong usage; 69 failed at run
        time, or stuck; 77 not authorised; 78 bad configuration.
        """
}

/// Ends the process where something does not let itself be ended in time.
private struct LastResort: Service {
    func run() async throws {
        try? await gracefulShutdown()
        Task.detached {
            // Not on the loop: it has to ring while that is busy with closing a thousand connections.
            try? await Task.sleep(for: .milliseconds(900))
            Log.exit(0)
        }
    }
}
