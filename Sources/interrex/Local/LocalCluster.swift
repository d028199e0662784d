import Cluster
import Redis
import Succession
import ZooKeeper

/// Runs a local cluster: starts everything, starts again what ends, shows the topology, ends everything in order.
actor LocalCluster {
    private let plan: LocalPlan
    private let loop: EventLoop
    private let console: Console
    private var zooKeeper: Task<Void, Never>?
    private var registry: Registry?
    private var servers: [Task<Void, Never>] = []
    private var sentinels: [Task<Void, Never>] = []
    private var watchers: [Task<Void, Never>] = []
    /// The HTTP ports of the watchers, by number.
    private var watcherPorts: [Int: Int] = [:]

    init(_ plan: LocalPlan, loop: EventLoop) {
        self.plan = plan
        self.loop = loop
        console = Console(noColour: (try? plan.environment.text("NO_COLOR")) != nil)
    }

    /// Runs until a signal comes.
    func run() async throws {
        do {
            if plan.watchers > 0 { _ = try plan.watcherBinary() }
            let hosts = try await startZooKeeper()
            var environment = plan.environment
            environment.override("ZK_HOSTS", with: hosts)
            let settings = try RegistrySettings(environment)
            let registry = try await unlessStopped(on: loop) { try await Registry.open(settings, within: .seconds(30)) }
            self.registry = registry
            for number in 1...plan.redis {
                servers.append(
                    keep { [plan] port in plan.launcher(.redis, number: number, port: port, zookeeper: hosts) })
            }
            for number in 1..<(plan.sentinels + 1) {
                sentinels.append(
                    keep { [plan] port in plan.launcher(.sentinel, number: number, port: port, zookeeper: hosts) })
            }
            for number in 1..<(plan.watchers + 1) {
                watchers.append(
                    keep { [plan] port in
                        let program = try plan.watcher(number: number, port: port, zookeeper: hosts)
                        await self.note(watcher: number, port)
                        return program
                    })
            }
            let prober = Prober(try RedisSettings(environment), on: loop)
            try await unlessStopped(on: loop) { try await self.watch(registry, prober, hosts) }
        } catch is Stopped {
            Log.info("ending everything")
            await end()
        } catch {
            await end()
            throw error
        }
    }

    /// Watchers and sentinels first, so that none of them takes an orderly end for a failure; ZooKeeper last, so that
    /// leases can go.
    private func end() async {
        for group in [watchers, sentinels, servers] { await end(group) }
        guard let zooKeeper else { return }
        await leasesAreGone()
        await registry?.session.close()
        await end([zooKeeper])
    }

    private func end(_ tasks: [Task<Void, Never>]) async {
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
    }

    /// Returns once no server is registered any more. A lease that is written down by ZooKeeper would hold up the next start
    /// in this folder until its session expires.
    private func leasesAreGone() async {
        guard let registry else { return }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { [loop] in
                while let view = try? await registry.view(watchingMaster: false),
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
        zooKeeper = keep(onNewPorts: false) { _ in program }
        return "127.0.0.1:\(port)"
    }

    private func note(watcher number: Int, _ port: Int) { watcherPorts[number] = port }

    /// Keeps one process running, as Marathon does: on a new port each time, where its program takes one.
    private func keep(
        onNewPorts: Bool = true, _ program: @escaping @Sendable (_ port: Int) async throws -> LocalPlan.Program
    ) -> Task<Void, Never> {
        Task(executorPreference: loop) { [plan, console, loop] in
            repeat {
                do {
                    let program = try await program(try Port.free())
                    let process = LocalProcess(program: program, console: console)
                    try process.prepareFolder()
                    let end = await process.run()
                    if Task.isCancelled { return }
                    let again = onNewPorts ? "; starting it again on a new port" : "; starting it again"
                    console.show("\(end)\(plan.restarts ? again : "")", of: program.name)
                    // A process that ends at once must not keep this machine busy.
                    try await loop.sleep(for: .milliseconds(500))
                } catch {
                    return
                }
            } while plan.restarts && !Task.isCancelled
        }
    }

    /// Looks twice a second, and shows what it sees whenever that has changed.
    private func watch(_ registry: Registry, _ prober: Prober, _ hosts: String) async throws {
        let me = Address("127.0.0.1:1")!
        let mark = Mark(root: registry.paths.root, masterName: prober.settings.masterName, clusterID: nil)
        let observer = Observer(prober, me: me, mark: mark, data: .empty, limit: .seconds(60))
        var (shown, shownPorts, wasComplete) = (Topology(), watcherPorts, false)
        while true {
            if let view = try? await registry.view(watchingMaster: false) {
                let topology = Topology(await observer.observe(view))
                if topology != shown { console.result("\n\(topology.text)") }
                shown = topology
                let isComplete = topology.isComplete(redis: plan.redis, sentinels: plan.sentinels)
                // A watcher that came back on a new port is no change of the topology.
                if isComplete, !wasComplete || watcherPorts != shownPorts {
                    shownPorts = watcherPorts
                    console.result(connecting(topology, registry, prober, hosts))
                }
                wasComplete = isComplete
            }
            try await loop.sleep(for: .milliseconds(500))
        }
    }

    private func connecting(_ topology: Topology, _ registry: Registry, _ prober: Prober, _ hosts: String) -> String {
        var lines = ["", "everything is up. How to connect:", "  redis-cli -p \(topology.masters[0].port)"]
        if let sentinel = topology.sentinels.first {
            let name = prober.settings.masterName
            lines.append("  redis-cli -p \(sentinel.port) SENTINEL GET-MASTER-ADDR-BY-NAME \(name)")
        }
        for port in watcherPorts.sorted(by: { $0.key < $1.key }).map(\.value) {
            lines.append("  curl http://127.0.0.1:\(port)/status")
        }
        lines.append("  ZooKeeper at \(hosts), root \(registry.paths.root)")
        return lines.joined(separator: "\n") + "\nCtrl-C ends it all.\n"
    }
}
