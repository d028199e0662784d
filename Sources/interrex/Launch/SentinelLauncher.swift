import Cluster
import Redis
import Succession
import ZooKeeper

/// The driver of `interrex sentinel`: waits for somebody to monitor, takes an identity, seeds (DESIGN.md 4).
actor SentinelLauncher: Launcher {
    private let settings: SentinelLaunchSettings
    private let launch: LaunchSettings
    private let loop: EventLoop
    private let prober: Prober
    private let observer: Observer
    private let connection: LaunchConnection
    /// The identity that this launch has locked.
    private var identity: String?

    init(_ settings: SentinelLaunchSettings, loop: EventLoop) {
        self.settings = settings
        launch = settings.launch
        self.loop = loop
        prober = Prober(launch.redis, on: loop)
        connection = LaunchConnection(launch, on: loop)
        observer = Observer(
            prober, me: launch.address,
            mark: Mark(root: launch.registry.root, masterName: launch.redis.masterName, clusterID: nil), data: .empty,
            limit: launch.masterTimeout)
    }

    func prepare() async throws -> Prepared {
        var wait = SentinelWait(on: loop)
        while true {
            let registry = try await connection.registry()
            do {
                let view = try await registry.view()
                let observation = await observer.observe(view)
                guard let master = try await wait.decision(observation, registry.session) else { continue }
                guard let identity else {
                    // In the same breath, because both take a round trip.
                    async let names: Void = checkNames(master, observation)
                    // Choosing may take a while: observe again behind it.
                    identity = try await IdentityChoice(launch, prober).take(registry)
                    try await names
                    continue
                }
                return try ready(
                    master, identity, await seeds(master, view, observation, identity), observation, registry)
            } catch let failure as Failure where failure.code == .unavailable {
                try await connection.drop(after: failure)
                identity = nil
            }
        }
    }

    func preview() async throws -> String {
        var wait = SentinelWait(on: loop)
        while true {
            let registry = try await connection.registryToLook()
            let view = try await registry.view(watchingMaster: false)
            let observation = await observer.observe(view)
            guard let master = try await wait.decision(observation, nil) else { continue }
            async let names: Void = checkNames(master, observation)
            let identity = try await IdentityChoice(launch, prober).look(registry)
            try await names
            Log.result("monitor \(master), with the identity \(identity)")
            return try settings.render(
                monitoring: master, identity: identity, clusterID: observation.mark.clusterID,
                seeds: await seeds(master, view, observation, identity))
        }
    }

    func giveBack() async {
        await connection.close()
    }

    /// Whether a server of ours knows what Sentinel will send it, the master first: all of a cluster have the same names.
    private func checkNames(_ master: Address, _ observation: Observation) async throws {
        let server = observation.answersMaster(master) ? master : observation.seeds(of: master).first
        guard let server, let complaint = await prober.complaint(aboutNamesAt: server) else { return }
        throw Failure(.badConfiguration, complaint)
    }

    private func seeds(
        _ master: Address, _ view: View, _ observation: Observation, _ identity: String
    ) async -> Seeds {
        var observation = observation
        await withTaskGroup(of: (Address, Instance).self) { [prober] group in
            for address in observation.unaskedMasters { group.addTask { (address, await prober.instance(address)) } }
            for await (address, instance) in group { observation.instances[address] = instance }
        }
        return Seeds(of: master, view, observation, without: identity)
    }

    private func ready(
        _ master: Address, _ identity: String, _ seeds: Seeds, _ observation: Observation, _ registry: Registry
    ) throws -> Prepared {
        let text = try settings.render(
            monitoring: master, identity: identity, clusterID: observation.mark.clusterID, seeds: seeds)
        let order = LeaseOrder(
            launch, registry, node: registry.paths.sentinel(identity), address: launch.address, identity: identity)
        return Prepared(
            launch: launch,
            explanation: "starting as a sentinel of \(master), with the identity \(identity), told of "
                + "\(seeds.replicas.count) replicas and \(seeds.sentinels.count) sentinels",
            text: text, lease: try LeaseProcess.start(), order: order, session: registry.session)
    }
}

/// Waiting for somebody to monitor: on a watch where nothing is recorded, else with growing pauses.
private struct SentinelWait {
    private var pauses: Pauses
    private var watching: Pauses
    private var waiting = WaitingLine()

    init(on loop: EventLoop) {
        pauses = Pauses(on: loop)
        // Only in case a notice gets lost; ZooKeeper tells of a first master at once.
        watching = Pauses(on: loop, longest: .seconds(5))
    }

    /// Whom to monitor; nil after a wait.
    mutating func decision(_ observation: Observation, _ session: Session?) async throws -> Address? {
        switch decideSentinel(observation) {
        case .monitor(let address): return address
        case .refuse(let reason):
            throw Failure(
                .noMaster,
                "no usable master within MASTER_TIMEOUT (\(observation.limit)): \(observation.explained(reason))")
        case .wait(let reason):
            let remaining = observation.limit - observation.waited
            waiting.say(observation.explained(reason), remaining: remaining)
            if reason == .nothingRecorded, session != nil {
                try await watching.pause(watching: session, atMost: remaining)
            } else {
                try await pauses.pause(watching: session, atMost: remaining)
            }
            return nil
        }
    }
}

extension Seeds {
    /// Replicas of ours that answer as such, and registered sentinels that answer, with the identities under which they are known.
    /// Seeding the dead would be as bad as never forgetting them.
    init(of master: Address, _ view: View, _ observation: Observation, without identity: String) {
        self.init()
        replicas = observation.seeds(of: master)
        let ids = Dictionary(observation.sentinels.map { ($0.address, $0.opinion?.id) }) { $0 ?? $1 }
        sentinels = view.sentinels.filter {
            $0.id != identity && UUIDText.isValid($0.id) && ids[$0.address] == Identity.runID($0.id)
        }
        .map { Peer(address: $0.address, identity: $0.id) }
    }
}
