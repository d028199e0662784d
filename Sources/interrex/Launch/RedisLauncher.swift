import Cluster
import Glibc
import Redis
import Succession
import ZooKeeper

/// The driver of `interrex redis`: observes, asks `decide`, acts (DESIGN.md 2 and 3).
actor RedisLauncher: Launcher {
    private let settings: RedisLaunchSettings
    private let launch: LaunchSettings
    private let loop: EventLoop
    private let observer: Observer
    private let connection: LaunchConnection
    /// The name of our node under `members`: random, so that its existence proves our own transaction.
    private let member = UUIDText.random()
    private var lease: LeaseProcess?
    private var candidate: Standing?
    private var birth = Birth.unknown
    private var hasGlanced = false
    private var hasWarned = false
    /// What was read last, and when.
    private var known: (view: View, moment: ContinuousClock.Instant)?
    /// The record of the cluster that a claim of ours, or a resumed start, has written.
    private var written: ClusterRecord?

    /// Whether the cluster came into being under our eyes: see `viewOfNewborn`.
    private enum Birth: Equatable {
        case unknown, longAgo
        /// The root did not exist at that moment. Once our claim was overtaken, the winner's record is kept, because the
        /// watch on it tells when it changes.
        case after(ContinuousClock.Instant, winner: Record?)
    }

    /// Our node among the candidates of a cold start.
    private struct Standing {
        let path: String
        let since = ContinuousClock.now
    }

    init(_ settings: RedisLaunchSettings, loop: EventLoop) {
        self.settings = settings
        launch = settings.launch
        self.loop = loop
        connection = LaunchConnection(launch, on: loop)
        observer = Observer(
            Prober(launch.redis, on: loop), me: launch.address,
            mark: Mark(root: launch.registry.root, masterName: launch.redis.masterName, clusterID: nil),
            data: settings.copy.freshness, limit: launch.masterTimeout, acceptLossAfter: settings.acceptLossAfter,
            mayLead: settings.userPriority > 0)
    }

    func prepare() async throws -> Prepared {
        var (pauses, waiting) = (Pauses(on: loop), WaitingLine())
        while true {
            let registry = try await connection.registry()
            do {
                let observation = try await observe(registry)
                let ruling = ruling(observation)
                Log.debug("rule \(ruling.rule.rawValue): \(ruling.decision)")
                try checkData(for: ruling.decision)
                warnOfData()
                switch ruling.decision {
                case .wait(let reason):
                    waiting.say(observation.explained(reason), remaining: remaining(reason, observation))
                    try await note(reason, observation, registry)
                    if try await pauses.pause(watching: registry.session) { forgetRecord() }
                case .refuse(let reason):
                    throw Failure(
                        .noMaster,
                        "no usable master within MASTER_TIMEOUT (\(launch.masterTimeout)): \(observation.explained(reason))"
                    )
                case .stand:
                    candidate = Standing(
                        path: try await registry.stand(
                            launch.address, settings.copy.freshness, mayLead: settings.userPriority > 0))
                    known = nil
                case .claim, .follow, .resume:
                    if try await register(ruling.decision, observation, registry) == .done {
                        return try await ready(ruling, observation, registry)
                    }
                    forgetRecord()
                }
            } catch let failure as Failure where failure.code == .unavailable {
                try await connection.drop(after: failure)
                (candidate, birth, known, hasGlanced) = (nil, .unknown, nil, false)
            }
        }
    }

    func preview() async throws -> String {
        var (pauses, waiting) = (Pauses(on: loop), WaitingLine())
        while true {
            let registry = try await connection.registryToLook()
            let observation = await observer.observe(try await registry.view(watchingMaster: false))
            let ruling = ruling(observation)
            try checkData(for: ruling.decision)
            switch ruling.decision {
            case .wait(let reason):
                waiting.say(observation.explained(reason), remaining: launch.masterTimeout - observation.waited)
                try await pauses.pause(watching: nil)
            case .refuse(let reason):
                throw Failure(
                    .noMaster,
                    "no usable master within MASTER_TIMEOUT (\(launch.masterTimeout)): \(observation.explained(reason))"
                )
            case .stand:
                throw Failure(
                    .noMaster,
                    "a cold start would decide the role (rule \(ruling.rule.rawValue)), and --render-only can't stand in it"
                )
            case .claim, .follow, .resume:
                Log.result(explanation(ruling, observation))
                return try text(ruling.decision, observation)
            }
        }
    }

    func giveBack() async {
        lease?.end()
        await connection.close()
    }

    // MARK: Looking

    private func observe(_ registry: Registry) async throws -> Observation {
        let candidacy = candidate.flatMap { standing in
            Registry.number(ofCandidate: standing.path).map {
                Candidacy(
                    number: $0, age: ContinuousClock.now - standing.since,
                    sessionTimeout: registry.session.negotiatedTimeout)
            }
        }
        if candidacy == nil {
            if let view = try await viewOfNewborn(registry) { return await observer.observe(view) }
            if let observation = try await glance(registry) { return observation }
        }
        // Many launchers that wait for one master must not keep ZooKeeper busy: what was read a moment ago may still tell
        // whom to follow, because joining is fenced by the version. For all else it is read again.
        if let known, ContinuousClock.now - known.moment < .seconds(1) {
            let observation = await observer.observe(known.view, candidacy: candidacy)
            switch decide(observation) {
            case .follow, .wait: return observation
            case .claim, .resume, .stand, .refuse: break
            }
        }
        let moment = ContinuousClock.now
        let view = try await registry.view()
        known = (view, moment)
        return await observer.observe(view, candidacy: candidacy)
    }

    /// The common case with the fewest reads: a recorded master that answers and bears our mark, and no sentinel that could
    /// know better. A master that has only just been claimed gets a second to listen.
    /// - Returns: nil where more must be known.
    private func glance(_ registry: Registry) async throws -> Observation? {
        guard !hasGlanced else { return nil }
        hasGlanced = true
        let withMembers = launch.redis.credentials != nil
        guard let view = try await registry.glance(withMembers: withMembers), let master = view.record?.address,
            master != launch.address
        else {
            return nil
        }
        var pauses = Pauses(on: loop)
        let start = ContinuousClock.now
        while ContinuousClock.now - start < .seconds(1) {
            let observation = await observer.observe(view)
            if case .follow = decide(observation) { return observation }
            guard observation.instances[master]?.answer == .refused else { return nil }
            if try await pauses.pause(watching: registry.session) { return nil }
        }
        return nil
    }

    /// The shortest look that is right, for launches into nothing: where the root does not exist, nothing does; and where
    /// our claim of it was then overtaken, the winner's transaction is all that there is. It holds for one session timeout,
    /// as long as the winner's lease is sure to live, and while its record is untouched.
    private func viewOfNewborn(_ registry: Registry) async throws -> View? {
        switch birth {
        case .longAgo: return nil
        case .unknown:
            let isMissing = try await registry.children(registry.paths.root) == nil
            birth = isMissing ? .after(.now, winner: nil) : .longAgo
            return isMissing ? View() : nil
        // Who may have made the winner's nodes is only seen by reading their ACLs.
        case .after where launch.registry.digest != nil:
            birth = .longAgo
            return nil
        case .after(let moment, var winner):
            if winner == nil { winner = try await registry.record(watch: true) }
            if ContinuousClock.now - moment < registry.session.negotiatedTimeout, let winner, winner.version == 0,
                winner.address != launch.address
            {
                birth = .after(moment, winner: winner)
                return View(firstClaimWonBy: winner)
            }
            birth = .longAgo
            return nil
        }
    }

    /// `/redis/master` has changed, or was not as we thought: it is read again.
    private func forgetRecord() {
        known = nil
        if case .after(let moment, _) = birth { birth = .after(moment, winner: nil) }
    }

    /// What a wait leaves for the next looks: whose turn it is, and since when nobody is master.
    private func note(_ reason: Reason, _ observation: Observation, _ registry: Registry) async throws {
        switch reason {
        case .fresherCandidate(_, let number):
            await observer.isTurn(of: number)
        case .behind:
            guard settings.acceptLossAfter != nil, let view = known?.view, let cluster = view.cluster,
                let version = view.clusterVersion, cluster.missingSince == nil,
                let own = observation.candidates.first(where: { $0.number == observation.candidacy?.number })
            else { return }
            _ = try await registry.noteMissing(cluster, version: version, since: own.since)
            forgetRecord()
        default: break
        }
    }

    /// How long this wait may last still.
    private func remaining(_ reason: Reason, _ observation: Observation) -> Duration {
        if case .settling(_, _, let rest) = reason { rest } else { launch.masterTimeout - observation.waited }
    }

    // MARK: Acting

    /// A master that its redis-server would not start as, or would start empty beside its data, is none.
    private func checkData(for decision: Decision) throws {
        switch decision {
        case .claim, .resume:
            if let problem = settings.copy.problem { throw Failure(.badConfiguration, problem) }
        case .follow, .stand, .wait, .refuse: break
        }
    }

    /// Once: the data will only be moved out of the way, or keep this server from becoming master.
    private func warnOfData() {
        guard !hasWarned, let problem = settings.inPlace.problem else { return }
        hasWarned = true
        Log.warn("with this data no master can start: \(problem)")
    }

    private func register(
        _ decision: Decision, _ observation: Observation, _ registry: Registry
    ) async throws -> Registry.Outcome {
        // The lease comes up while ZooKeeper works, and not beside the server, whose start it would slow down.
        if lease == nil { lease = try LeaseProcess.start(holding: settings.lock) }
        let view = known?.view
        switch decision {
        case .claim(let version):
            let record = nextRecord(observation)
            let outcome = try await registry.claim(
                launch.address, member: member, at: version, cluster: record, clusterVersion: view?.clusterVersion,
                lossVersion: view?.lossVersion,
                creating: try await registry.missingParents(rootIsMissing: birth != .longAgo),
                entry: HistoryEntry(
                    time: Timestamp.now, old: observation.record?.address.description,
                    new: launch.address.description, cause: HistoryEntry.claim, epoch: record.epoch,
                    members: record.members, by: launch.address.description))
            // The id of a claim that was overtaken is nobody's.
            if outcome == .done { written = record }
            return outcome
        case .resume:
            // Written again, and a reign of its own: a claim that was decided before our lease was there must not succeed after
            // it, and a log that is loaded again begins to count from anywhere.
            let record = nextRecord(observation)
            let outcome = try await registry.claim(
                launch.address, member: member, at: observation.record?.version, cluster: record,
                clusterVersion: view?.clusterVersion, lossVersion: view?.lossVersion, creating: [])
            if outcome == .done { written = record }
            return outcome
        default:
            return try await registry.join(launch.address, member: member, checking: observation.record?.version)
        }
    }

    /// The record of the reign that begins with our data.
    private func nextRecord(_ observation: Observation) -> ClusterRecord {
        let known = observation.cluster ?? observation.restored
        var record = known ?? ClusterRecord(id: observation.mark.clusterID ?? UUIDText.random(), members: 1)
        record.members = max(record.members, 1)
        return record.succeeded(epoch: observation.nextEpoch, by: settings.copy.freshness.origin)
    }

    private func ready(_ ruling: Ruling, _ observation: Observation, _ registry: Registry) async throws -> Prepared {
        guard let lease else { preconditionFailure("every start has begun with a lease") }
        if let candidate { await registry.remove(candidate.path) }
        let text = try text(ruling.decision, observation)
        let move = move(ruling.decision, observation)
        var order = LeaseOrder(launch, registry, node: registry.paths.member(member), address: launch.address)
        order.startedUnder = startedUnder(ruling.decision, observation)
        order.data = settings.leaseData(cluster: written?.id ?? observation.mark.clusterID, move)
        // Until its first synchronisation Sentinel must not promote it, whatever data it keeps until then.
        if case .follow = ruling.decision, settings.userPriority > 0 { order.priority = settings.userPriority }
        var prepared = Prepared(
            launch: launch, explanation: explanation(ruling, observation), text: text, lease: lease, order: order,
            session: registry.session)
        prepared.move = move
        return prepared
    }

    private func text(_ decision: Decision, _ observation: Observation) throws -> String {
        let id = written?.id ?? observation.mark.clusterID
        guard case .follow(let master) = decision else {
            return try settings.render(following: nil, clusterID: id, startsEmpty: false)
        }
        return try settings.render(following: master, clusterID: id, startsEmpty: true)
    }

    /// What becomes of the data in the folder. Data that is a part of the history of the master that is followed stays: until
    /// the server has a whole new copy, a cold start can use it.
    private func move(_ decision: Decision, _ observation: Observation) -> DataMove {
        let asides = settings.dataFiles.asides
        guard case .follow(let master) = decision else {
            return settings.copy.asideTime.map { .restore(asides, time: $0) } ?? .none
        }
        let copy = settings.inPlace
        if let problem = copy.problem {
            // A server would end at it, or overwrite what it passes over.
            return settings.isLeftBySynchronisation(of: master, observation)
                ? .none : .setAside(asides, because: problem)
        }
        guard copy.freshness.holdsData, !observation.isContained(copy.freshness, inHistoryOf: master) else {
            return .none
        }
        return .setAside(asides, because: "it is no part of the history of the master \(master), as far as is known")
    }

    /// What `/redis/master` says while this start is right.
    private func startedUnder(_ decision: Decision, _ observation: Observation) -> Address? {
        if case .claim = decision { launch.address } else { observation.record?.address }
    }

    private func explanation(_ ruling: Ruling, _ observation: Observation) -> String {
        let what =
            switch ruling.decision {
            case .claim: "starting as master: nobody else is"
            case .resume: "starting as master: ZooKeeper names us and nobody holds fresher data"
            case .follow(let master): "starting as a replica of \(master)"
            case .stand, .wait, .refuse: "\(ruling.decision)"
            }
        let record = observation.record.map { "\($0.address) is recorded" } ?? "nothing is recorded"
        return "\(what) (rule \(ruling.rule.rawValue); \(record))"
    }
}
