import Cluster
import Runtime
import Succession
import Vocabulary
import ZooKeeper

/// The driver of `interrex sentinel`: runs the effects of a `SentinelLauncherMachine`, which decides everything.
actor SentinelLauncher: Launcher {
    private let settings: SentinelLaunchSettings
    private let launch: LaunchSettings
    private let loop: EventLoop
    private let prober: Prober
    private let observer: Observer
    private let connection: LaunchConnection
    private let began = ContinuousClock.now
    private var waiting = WaitingLine()

    init(_ settings: SentinelLaunchSettings, loop: EventLoop) {
        self.settings = settings
        launch = settings.launch
        self.loop = loop
        prober = Prober(launch.redis, on: loop)
        connection = LaunchConnection(launch, on: loop)
        observer = Observer(prober, me: launch.address, mark: launch.mark)
    }

    func prepare() async throws -> Prepared {
        let start = try await run(isPreview: false)
        let registry = try await connection.registry()
        let order = LeaseOrder(
            launch, registry, node: registry.paths.sentinel(start.identity), address: launch.address,
            identity: start.identity)
        return Prepared(
            launch: launch,
            explanation: "starting as a sentinel of \(start.master), with the identity \(start.identity), told of "
                + "\(start.seeds.replicas.count) replicas and \(start.seeds.sentinels.count) sentinels",
            fields: [.master(start.master)], text: try settings.render(start), lease: try LeaseProcess.start(),
            order: order, session: registry.session)
    }

    func preview() async throws -> String {
        let start = try await run(isPreview: true)
        Log.result("monitor \(start.master), with the identity \(start.identity)", .master(start.master))
        return try settings.render(start)
    }

    func giveBack() async {
        await connection.close()
    }

    private func run(isPreview: Bool) async throws -> SentinelStart {
        var machine = SentinelLauncherMachine(
            SentinelLauncherMachine.Settings(
                me: launch.address, mark: launch.mark, limit: launch.masterTimeout, isPreview: isPreview))
        var event = SentinelLaunchEvent.began
        var lost: Failure?
        while true {
            let step = machine.handle(event, at: .now - began)
            for case .waits(let reason, let observation, let remaining) in step.notes {
                waiting.say(observation.explained(reason), remaining: remaining)
            }
            switch step.effect {
            case .start(var start):
                // Whatever else is the name of a node goes into no file.
                start.seeds.sentinels.removeAll { !UUIDText.isValid($0.identity) }
                return start
            case .refuse(let refusal): throw Failure(refusal)
            case .giveUp: throw lost ?? Failure(.unavailable, "the connection with ZooKeeper is lost")
            case .connect, .reconnect:
                if case .reconnect(let rest) = step.effect, let lost {
                    try await connection.drop(after: lost, rest: rest)
                }
                _ = try await connection.registry(onlyToLook: isPreview)
                event = .connected
            default:
                do {
                    event = try await perform(step.effect, try await connection.registry(), isPreview: isPreview)
                } catch let failure as Failure where failure.code == .unavailable {
                    (lost, event) = (failure, .lost(isOurs: failure.isOurs))
                }
            }
        }
    }

    private func perform(
        _ effect: SentinelLaunchEffect, _ registry: Registry, isPreview: Bool
    ) async throws -> SentinelLaunchEvent {
        switch effect {
        case .look: return .looked(try await registry.view(watchingMaster: !isPreview))
        case .ask(let view): return .answered(view, await observer.ask(view))
        case .wait(let time):
            try await pause(for: time, watching: isPreview ? nil : registry.session, on: loop)
            return .woken
        case .chooseIdentity(let server):
            // In the same breath, because both take a round trip.
            async let names: Void = checkNames(at: server)
            let choice = IdentityChoice(launch, prober)
            let identity = try await isPreview ? choice.look(registry) : choice.take(registry)
            try await names
            return .identified(identity)
        case .askMore(let addresses): return .answeredMore(await observer.ask(addresses))
        case .connect, .reconnect, .start, .refuse, .giveUp: preconditionFailure("\(effect) is none of these")
        }
    }

    /// Whether a server of ours knows what Sentinel will send it.
    private func checkNames(at server: Address?) async throws {
        guard let server, let complaint = await prober.complaint(aboutNamesAt: server) else { return }
        throw Failure(.badConfiguration, complaint)
    }
}

extension SentinelLaunchSettings {
    fileprivate func render(_ start: SentinelStart) throws(Failure) -> String {
        try render(
            monitoring: start.master, identity: start.identity, clusterID: start.clusterID, seeds: start.seeds)
    }
}
