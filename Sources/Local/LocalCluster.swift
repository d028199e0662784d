import Cluster
import Glibc
import Processes
import Runtime
import Succession
import Vocabulary
import ZooKeeper

/// Runs a local cluster: starts everything, starts again what ends, says what happens, ends everything in order.
actor LocalCluster {
    private let plan: LocalPlan
    private let loop: EventLoop
    private let console: LocalConsole
    private let logs: String
    private let keeper: LocalGuard
    private var story: LocalStory
    private let beginning = ContinuousClock.now
    private var zooKeeper: Task<Void, Never>?
    private var registry: Registry?
    private var prober: Prober?
    private var servers: [Task<Void, Never>] = []
    private var sentinels: [Task<Void, Never>] = []
    private var watchers: [Task<Void, Never>] = []
    private var followers: [LogFollower] = []
    private var following: Task<Void, Never>?
    private var isAwaitingMaster = false
    private var isEnding = false
    private var saidOfZooKeeper: String?

    /// - Parameter logs: the folder of the processes' logs.
    init(_ plan: LocalPlan, logs: String, keeper: LocalGuard, loop: EventLoop) {
        self.plan = plan
        self.logs = logs
        self.keeper = keeper
        self.loop = loop
        console = LocalConsole(plan.environment)
        story = LocalStory(redis: plan.redis, sentinels: plan.sentinels, beginning: beginning)
    }

    /// Runs until a signal comes, or nobody can read any more what it says.
    func run() async throws {
        do {
            if plan.watchers > 0 { _ = try plan.watcherBinary() }
            console.say(LocalWords.beginning(plan, logs: logs))
            if let reason = plan.noFailover {
                console.say("NO FAILOVER IS POSSIBLE: \(reason).", .bad)
            } else if let reason = plan.noSpareSentinel {
                console.say(reason)
            }
            if plan.isVerbose { following = Task(executorPreference: loop) { await self.follow() } }
            let hosts = try await startZooKeeper()
            var environment = plan.environment
            environment.set("ZK_HOSTS", to: hosts)
            let settings = try RegistrySettings(environment)
            let registry = try await unlessStopped(on: loop) { try await self.connect(settings) }
            self.registry = registry
            start(hosts)
            let prober = Prober(try RedisSettings(environment), on: loop)
            self.prober = prober
            try await unlessStopped(on: loop) { try await self.watch(registry, prober, hosts) }
        } catch is Stopped {
            console.say("ending everything (Ctrl-C again: at once)")
            await end()
        } catch {
            await end()
            throw error
        }
    }

    /// A session with ZooKeeper. What keeps somebody else's from giving one is said once; our own is still starting.
    private func connect(_ settings: RegistrySettings) async throws -> Registry {
        guard plan.zookeeper != nil else { return try await Registry.open(settings, within: .seconds(30)) }
        return try await Registry.explaining(
            settings.servers, of: "--zookeeper", on: loop, telling: { await self.say(ofZooKeeper: $0) },
            { try await Registry.open(settings, within: .seconds(30)) })
    }

    private func say(ofZooKeeper what: String) {
        guard what != saidOfZooKeeper else { return }
        saidOfZooKeeper = what
        console.say("no session with ZooKeeper: \(what); waiting for it")
    }

    private func start(_ hosts: String) {
        for number in 1...plan.redis {
            servers.append(
                keep("redis-\(number)") { [plan] port in
                    plan.launcher(.redis, number: number, port: port, zookeeper: hosts)
                })
        }
        for number in 1..<(plan.sentinels + 1) {
            sentinels.append(
                keep("sentinel-\(number)") { [plan] port in
                    plan.launcher(.sentinel, number: number, port: port, zookeeper: hosts)
                })
        }
        for number in 1..<(plan.watchers + 1) {
            watchers.append(
                keep("watcher-\(number)") { [plan] port in
                    try plan.watcher(number: number, port: port, zookeeper: hosts)
                })
        }
    }

    /// Watchers and sentinels first, so that none of them takes an orderly end for a failure; ZooKeeper last, so that
    /// leases can go.
    private func end() async {
        isEnding = true
        for group in [watchers, sentinels, servers] { await end(group) }
        if let zooKeeper {
            await leasesAreGone()
            await registry?.session.close()
            await end([zooKeeper])
        }
        following?.cancel()
        await following?.value
        await console.flush(on: loop)
    }

    private func end(_ tasks: [Task<Void, Never>]) async {
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
    }

    /// Returns once no server is registered any more. A lease that is written down by ZooKeeper would hold up the next
    /// start in this folder until its session expires.
    private func leasesAreGone() async {
        guard let registry else { return }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [loop] in
                while StopSignals.count < 2, let view = try? await registry.view(watchingMaster: false),
                    !view.members.isEmpty || !view.sentinels.isEmpty
                {
                    // Asked again, without a watch for each node; the group ends it after 3 s at most.
                    try? await loop.sleep(for: .milliseconds(20))
                }
            }
            group.addTask { [loop] in try? await loop.sleep(for: .seconds(3)) }
            await group.next()
            group.cancelAll()
        }
    }

    private func startZooKeeper() async throws -> String {
        if let existing = plan.zookeeper { return existing }
        let port = try Port.free()
        let program = try plan.zooKeeper(port: port)
        // The one process that comes back on its own port, with its data: all others know it by its address.
        zooKeeper = keep(program.name, onPort: port) { _ in program }
        return "127.0.0.1:\(port)"
    }

    /// Keeps one process running, as Marathon does: on a new port each time, where its program takes one.
    private func keep(
        _ name: String, onPort port: Int? = nil,
        _ program: @escaping @Sendable (_ port: Int) throws -> LocalPlan.Program
    ) -> Task<Void, Never> {
        let log = LocalLog(name, in: logs)
        if plan.isVerbose { followers.append(LogFollower(log, console: console)) }
        return Task(executorPreference: loop) { [plan, keeper, loop] in
            var failures = Failures()
            repeat {
                do {
                    let port = try port ?? Port.free()
                    let program = try program(port)
                    try program.prepareFolder()
                    let (start, size) = (ContinuousClock.now, log.size)
                    let process = try LocalProcess(program, log: log)
                    keeper.watch(process.pid, isLast: program.needsLockFile)
                    program.writeLockFile(process.pid)
                    await self.started(name, port, process.pid, isTold: failures.count < 2)
                    let ending = await process.end(on: loop)
                    if Task.isCancelled { return }
                    failures.note(ending, after: ContinuousClock.now - start)
                    await self.ended(name, ending, failures, log.tail(failures.lines, from: size))
                    // A process that ends at once must not keep this machine busy.
                    if plan.restarts { try await loop.sleep(for: failures.pause) }
                } catch let failure as Failure {
                    await self.say([LocalStory.Line(text: "\(name) can't be started: \(failure)", tone: .bad)])
                    failures.note(.exited(failure.code.rawValue), after: .zero)
                    // What can't be started now is tried more and more seldom.
                    try? await loop.sleep(for: failures.pause)
                } catch {
                    return
                }
            } while plan.restarts && !Task.isCancelled
        }
    }

    private func started(_ name: String, _ port: Int, _ pid: pid_t, isTold: Bool) {
        let lines = story.started(name, at: Address("127.0.0.1:\(port)")!, pid: pid)
        if isTold { say(lines) }
    }

    private func ended(_ name: String, _ ending: LocalProcess.Ending, _ failures: Failures, _ tail: [String]) {
        let advice = plan.restarts ? failures.advice : ""
        let lost = story.seats[name]?.address
        say(story.ended(name, ending.text, at: .now))
        if !advice.isEmpty { console.say("  \(advice)") }
        for line in tail { console.say("  | \(line)") }
        if lost != nil, lost == story.master { Task(executorPreference: loop) { await self.awaitMaster() } }
    }

    private func say(_ lines: [LocalStory.Line]) { for line in lines { console.say(line.text, line.tone) } }

    /// Looks every few milliseconds who is recorded, from a master's end on until there is another one.
    private func awaitMaster() async {
        guard !isAwaitingMaster, let registry, let prober else { return }
        isAwaitingMaster = true
        let (end, before) = (ContinuousClock.now + .seconds(10), story.master)
        while !isEnding, ContinuousClock.now < end, story.master == before {
            if let address = try? await registry.record()?.address, address != before,
                case .master = await prober.instance(address).answer
            {
                say(story.recorded(address, at: .now))
            }
            // Closer than people see, and for ten seconds at most: a watch would tell of the record, and not of the
            // role.
            try? await loop.sleep(for: .milliseconds(5))
        }
        isAwaitingMaster = false
    }

    private func follow() async {
        while !Task.isCancelled {
            // Files that others write to; what is new in them is shown as fast as people read.
            try? await loop.sleep(for: .milliseconds(50))
            for index in followers.indices { followers[index].catchUp() }
        }
    }

    /// Looks twice a second, and says what has changed.
    private func watch(_ registry: Registry, _ prober: Prober, _ hosts: String) async throws {
        let me = Address("127.0.0.1:1")!
        let mark = Mark(root: registry.paths.root, masterName: prober.settings.masterName, clusterID: nil)
        let observer = Observer(prober, me: me, mark: mark)
        let words = LocalWords(
            plan: plan, registryRoot: registry.paths.root, masterName: prober.settings.masterName, zookeeper: hosts)
        var shown = ""
        while true {
            if console.isGone { throw Stopped(signal: SIGHUP) }
            if let view = try? await registry.view(watchingMaster: false) {
                let wasUp = story.isUp
                let topology = Topology(await observer.observe(view))
                say(story.saw(topology, at: .now))
                let table = words.table(story)
                if plan.isVerbose ? table != shown : story.isUp && !wasUp { console.say("\n\(table)\n") }
                shown = table
                if story.isUp, !wasUp { console.say(words.connecting(story, after: .now - beginning)) }
            }
            // Roles and links change without an event of ours.
            try await loop.sleep(for: .milliseconds(story.isUp ? 500 : 200))
        }
    }
}

/// How often in a row a process has ended at once.
private struct Failures {
    private(set) var count = 0
    private var ending = LocalProcess.Ending.exited(0)

    mutating func note(_ ending: LocalProcess.Ending, after life: Duration) {
        count = life < .seconds(3) ? count + 1 : 0
        self.ending = ending
    }

    /// Before the next start: from half a second to half a minute.
    var pause: Duration { .milliseconds(500 << min(max(count - 1, 0), 6)) }

    /// How many lines of its log tell why. Said the first time and the third, not for ever.
    var lines: Int {
        if case .signalled(SIGKILL) = ending { return 0 }
        if ending == .exited(0) { return 0 }
        return count <= 1 ? 1 : count == 3 ? 5 : 0
    }

    var advice: String { count < 3 ? "" : "\(count) times in a row; next try in \(seconds(pause))" }
}
