import Cluster
import Runtime
import Succession
import Vocabulary
import ZooKeeper

/// The driver of `interrex redis`: runs the effects of a `LauncherMachine`, which decides everything.
actor RedisLauncher: Launcher {
    private let settings: RedisLaunchSettings
    private let launch: LaunchSettings
    private let loop: EventLoop
    private let observer: Observer
    private let connection: LaunchConnection
    private let began = ContinuousClock.now
    /// The name of our node under `members`: random, so that its existence proves our own transaction.
    private let member = UUIDText.random()
    private var lease: LeaseProcess?
    private var waiting = WaitingLine()

    init(_ settings: RedisLaunchSettings, loop: EventLoop) {
        self.settings = settings
        launch = settings.launch
        self.loop = loop
        connection = LaunchConnection(launch, on: loop)
        observer = Observer(Prober(launch.redis, on: loop), me: launch.address, mark: launch.mark)
    }

    func prepare() async throws -> Prepared {
        let start = try await run(settings.machine(isPreview: false))
        return try await ready(start, try await connection.registry())
    }

    func preview() async throws -> String {
        let start = try await run(settings.machine(isPreview: true))
        Log.result(start.explanation, .master(start.master ?? launch.address), .rule(start.ruling.rule.rawValue))
        return try text(start)
    }

    func giveBack() async {
        lease?.end()
        await connection.close()
    }

    private func run(_ machine: LauncherMachine) async throws -> Start {
        var (machine, event) = (machine, LaunchEvent.began)
        var lost: Failure?
        while true {
            let step = machine.handle(event, at: .now - began)
            for note in step.notes { tell(note, machine.settings.isPreview) }
            switch step.effect {
            case .start(let start): return start
            case .refuse(let refusal): throw Failure(refusal)
            case .giveUp: throw lost ?? Failure(.unavailable, "the connection with ZooKeeper is lost")
            case .connect, .reconnect:
                if case .reconnect(let rest) = step.effect, let lost {
                    try await connection.drop(after: lost, rest: rest)
                }
                let registry = try await connection.registry(onlyToLook: machine.settings.isPreview)
                event = .connected(sessionTimeout: registry.session.negotiatedTimeout)
            default:
                do {
                    event = try await perform(
                        step.effect, try await connection.registry(), isPreview: machine.settings.isPreview)
                } catch let failure as Failure where failure.code == .unavailable {
                    (lost, event) = (failure, .lost(isOurs: failure.isOurs))
                }
            }
        }
    }

    private func tell(_ note: LaunchNote, _ isPreview: Bool) {
        switch note {
        case .decided(let ruling):
            let rule = ruling.rule.rawValue
            if !isPreview { Log.debug("rule \(rule): \(ruling.decision)", .rule(rule)) }
        case .unusableData(let problem): Log.warn("with this data no master can start: \(problem)")
        case .waits(let reason, let observation, let remaining):
            waiting.say(observation.explained(reason), remaining: remaining)
        }
    }

    // MARK: Effects

    private func perform(_ effect: LaunchEffect, _ registry: Registry, isPreview: Bool) async throws -> LaunchEvent {
        switch effect {
        case .lookForRoot: return .foundRoot(try await registry.children(registry.paths.root) != nil)
        case .readRecord: return .readRecord(try await registry.record(watch: true))
        case .glance(let withMembers): return .glanced(try await registry.glance(withMembers: withMembers))
        case .look: return .looked(try await registry.view(watchingMaster: !isPreview))
        case .ask(let view): return .answered(view, await observer.ask(view))
        case .stand(let freshness, let mayLead):
            return .stood(path: try await registry.stand(launch.address, freshness, mayLead: mayLead))
        case .noteMissing(let cluster, let version, let since):
            _ = try await registry.noteMissing(cluster, version: version, since: since)
            return .noted
        case .wait(let time):
            return .woken(byWatch: try await pause(for: time, watching: isPreview ? nil : registry.session, on: loop))
        case .claim(let claim):
            try startLease()
            return LaunchEvent(try await carryOut(claim, registry))
        case .join(let version):
            try startLease()
            return LaunchEvent(try await registry.join(launch.address, member: member, checking: version))
        case .connect, .reconnect, .start, .refuse, .giveUp: preconditionFailure("\(effect) is none of these")
        }
    }

    /// The lease comes up while ZooKeeper works, and not beside the server, whose start it would slow down.
    private func startLease() throws {
        if lease == nil { lease = try LeaseProcess.start(holding: settings.lock) }
    }

    private func carryOut(_ claim: Claim, _ registry: Registry) async throws -> Registry.Outcome {
        let me = launch.address.description
        return try await registry.claim(
            launch.address, member: member, at: claim.version, cluster: claim.cluster,
            clusterVersion: claim.clusterVersion, lossVersion: claim.lossVersion,
            creating: claim.isTakeover ? try await registry.missingParents(rootIsMissing: claim.rootIsMissing) : [],
            entry: claim.isTakeover
                ? HistoryEntry(
                    time: Timestamp.now, old: claim.replaced?.description, new: me, cause: HistoryEntry.claim,
                    epoch: claim.cluster.epoch, members: claim.cluster.members, by: me) : nil)
    }

    // MARK: The start

    private func ready(_ start: Start, _ registry: Registry) async throws -> Prepared {
        guard let lease else { preconditionFailure("every start has begun with a lease") }
        if let candidate = start.candidate { await registry.remove(candidate) }
        let text = try text(start)
        let move = settings.move(for: start.data)
        var order = LeaseOrder(launch, registry, node: registry.paths.member(member), address: launch.address)
        order.startedUnder = start.startedUnder
        order.data = settings.leaseData(cluster: start.clusterID, move)
        // Until its first synchronisation Sentinel must not promote it, whatever data it keeps until then.
        if start.master != nil, settings.userPriority > 0 { order.priority = settings.userPriority }
        var prepared = Prepared(
            launch: launch, explanation: start.explanation, fields: fields(start), text: text, lease: lease,
            order: order, session: registry.session)
        prepared.move = move
        return prepared
    }

    private func fields(_ start: Start) -> [LogField] {
        let isClaim = if case .claim = start.ruling.decision { true } else { false }
        return [
            .master(start.master ?? launch.address), .cause(isClaim ? HistoryEntry.claim : nil).inJSONOnly,
            .rule(start.ruling.rule.rawValue),
        ]
    }

    private func text(_ start: Start) throws -> String {
        try settings.render(following: start.master, clusterID: start.clusterID, startsEmpty: start.master != nil)
    }
}

extension LaunchEvent {
    init(_ outcome: Registry.Outcome) {
        switch outcome {
        case .done: self = .done
        case .overtaken: self = .overtaken
        }
    }
}

extension RedisLaunchSettings {
    fileprivate func machine(isPreview: Bool) -> LauncherMachine {
        var settings = LauncherMachine.Settings(
            me: launch.address, mark: launch.mark, data: launchData, limit: launch.masterTimeout,
            acceptLossAfter: acceptLossAfter, mayLead: userPriority > 0, newClusterID: UUIDText.random())
        settings.hasPassword = launch.redis.credentials != nil
        settings.checksOwners = launch.registry.digest != nil
        settings.isPreview = isPreview
        return LauncherMachine(settings)
    }
}
