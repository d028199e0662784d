import Succession

/// A watcher: looks, hears the sentinels, asks the servers, plans, acts, and looks again (`ClusterWatch`). Each phase
/// is a step of its own: what it acts on may be long out of date, above all after it was stopped.
final class SimWatcher: SimActor {
    enum Phase {
        case connect, look
        case hear
        case survey
        case perform([Action])
        case confirm(MasterWrite?, token: Int, Recording, [Action])
        case send(Action, since: Int, [Action])
        case monitor([Address], Address, [Action])
        case handOver(HandOver)
    }

    let number: Int
    var phase = Phase.connect
    var session: Int?
    /// Our node below `/redis/watchers`.
    var node: Int?
    var view: ZKView!
    var reports: Sentinels = []
    var snapshot = Snapshot(mark: Names.mark(nil))
    /// What was truly answered, for the promises.
    var truth = Evidence()
    var forced: (master: Address, at: Int)?
    private var asked: (id: String, at: Int)?
    private var told: [(action: Action, at: Int)] = []
    private var endurance = Endurance()
    private var clock = FailoverClock()
    private var followed: [Address: Address] = [:]
    private var disturbed: Int?
    var hasActed = false
    /// The recorded master whose connection ended, and how often a new one was refused since.
    var crashed: Int?

    init(_ world: World, number: Int) {
        self.number = number
        super.init(world, host: Names.watcherHosts[number])
    }

    override var name: String { "watcher \(number)" }

    override func act() -> Int? {
        switch phase {
        case .connect: return connect()
        case .look: return look()
        case .hear: return hear()
        case .survey: return survey()
        case .perform(let actions): return perform(actions)
        case .confirm(let write, let token, let recording, let rest): return confirm(write, token, recording, rest)
        case .send(let action, let since, let rest): return send(action, since: since, rest)
        case .monitor(let sentinels, let master, let rest): return monitor(sentinels, master, rest)
        case .handOver(let handOver): return go(on: handOver)
        }
    }

    /// Another process takes its place: nothing is remembered.
    func restart() {
        (phase, session, node, forced, told, crashed) = (.connect, nil, nil, nil, [], nil)
        (endurance, clock, followed, disturbed) = (Endurance(), FailoverClock(), [:], nil)
        truth = Evidence()
    }

    private func connect() -> Int? {
        node = nil
        session = world.openSession(from: host)
        guard session != nil else { return 200 }
        phase = .look
        return world.dice.roll(1, 20)
    }

    func call<Value>(_ body: (inout SimZooKeeper) -> Value) -> Value? {
        guard let session else { return nil }
        switch world.zooKeeper(session, from: host, body) {
        case .answer(let value): return value
        case .lost: return nil
        case .expired:
            (phase, self.session) = (.connect, nil)
            return nil
        }
    }

    private func look() -> Int? {
        if node == nil {
            // Whether a lost create took effect is read by the session that owns the node.
            let session = session
            node = call { zk in
                if let own = zk.watchers.first(where: { $0.session == session }) { return own.node }
                let lease = SimZooKeeper.Lease(node: zk.newNode(), address: 0, session: session!)
                zk.watchers.append(lease)
                return lease.node
            }
            guard node != nil else { return 200 }
        }
        guard let view = call({ ZKView($0) }) else { return 200 }
        self.view = view
        phase = .hear
        return world.dice.roll(1, 15)
    }

    private func hear() -> Int? {
        reports = Sentinels(
            (view.sentinels.sorted() + (world.lies ? Names.liars : [])).map { id in
                let opinion = clock.timed(world.opinion(id, from: host, withDetails: true), of: id, at: world.now)
                return SentinelReport(Names.address(id), opinion)
            })
        phase = .survey
        return world.dice.roll(1, 15)
    }

    /// Asks the servers, and plans (`Surveyor`).
    private func survey() -> Int? {
        var instances: [Address: Instance] = [:]
        func ask(_ id: Int) {
            let address = Names.address(id)
            if instances[address] == nil { instances[address] = world.instance(id, from: host) }
        }
        for id in view.members { ask(id) }
        if let master = view.master { ask(master.address) }
        for case let opinion? in reports.map(\.opinion) {
            for replica in opinion.details.replicas { ask(Names.id(replica)) }
            if let named = opinion.names { ask(Names.id(named)) }
        }
        if let record = view.record, case .master? = instances[record.address]?.answer {
        } else {
            for holder in view.clusterRecord?.holders ?? [] { ask(Names.id(holder.address)) }
        }
        for (_, instance) in instances {
            if case .replica(let replication) = instance.answer, let master = replication.master {
                ask(Names.id(master))
            }
        }
        truth.note(view, reports, instances, at: world.now)
        snapshot = assembled(instances)
        let began = world.now
        if snapshot.isUnderway, disturbed == nil { disturbed = began }
        let actions = plan(snapshot)
        world.tally.plans += 1
        hasActed = false
        if world.isTracing {
            let doing = actions.filter(\.isDeed)
            world.note { "\(self.name)\(self.snapshot.leads ? " (leads)" : ""): sees \(self.snapshot.shown)" }
            for action in doing { world.note { "\(self.name): plans \(action)" } }
        }
        phase = .perform(actions.filter(\.isDeed))
        return 1
    }

    private func assembled(_ instances: [Address: Instance]) -> Snapshot {
        let before = followed
        followed = followed.filter { instances[$0.key] != nil }
        for (address, instance) in instances {
            if case .replica(let replication) = instance.answer { followed[address] = replication.master }
        }
        let borne = World.clusterIDs(of: view.members, instances)
        let named = reports.majorityAddress.map { [Names.id($0)] } ?? []
        let mark = Names.mark(
            id: borne.only ?? view.clusterRecord?.id ?? borne.first ?? World.clusterIDs(of: named, instances).first)
        let registered = Set(reports.map { Names.id($0.address) })
        var peers: [Address: PeerAnswer] = [:]
        for peer in Set(reports.compactMap(\.opinion).flatMap(\.details.sentinels)) {
            guard !registered.contains(Names.id(peer)) else { continue }
            peers[peer] =
                switch world.sentinel(Names.id(peer), from: host) {
                case .server: .sentinel
                case .refused: .refused
                case .silent: .silent
                }
        }
        if let crashed {
            if crashed != view.master?.address {
                self.crashed = nil
            } else if case .server = world.redis(crashed, from: host) {
                self.crashed = nil
            }
        }
        told.removeAll { world.now - $0.at >= Times.rest }
        var snapshot = Snapshot(
            mark: mark, record: view.record, cluster: view.clusterRecord, sentinels: reports,
            members: view.members.map(Names.address), instances: instances, peers: peers,
            leads: node != nil && view.watchers.first == node, masterHasCrashed: crashed != nil,
            followed: before.merging(followed) { $1 }, sessionTimeout: .milliseconds(Times.session),
            resting: told.map(\.action))
        snapshot.acceptsLoss = view.acceptsLoss
        snapshot.masterWasRefused = crashed != nil
        snapshot.switchover = view.switchover?.request
        snapshot.isDisputed = view.clusterRecord.map { $0.id != borne.only ?? $0.id } ?? false
        snapshot.seen = "\(world.now)"
        // The driver's clock: from when it was first seen.
        if asked?.id != snapshot.switchover?.id { asked = snapshot.switchover.map { ($0.id, world.now) } }
        snapshot.isSwitchoverLate = asked.map { world.now - $0.at > 60_000 } ?? false
        world.mutant?.twist(&snapshot)
        snapshot.held = endurance.note(snapshot.conditions, at: .milliseconds(world.now))
        return snapshot
    }

    func tell(_ action: Action) { told.append((action, world.now)) }

    /// The pass is over. The simulated watcher looks less often than the real one: the pace is no part of what is
    /// shown.
    func rest() -> Int? {
        phase = .look
        if !snapshot.isUnderway, !hasActed { disturbed = nil }
        if hasActed { return 1 }
        let pace = snapshot.nextLook(unsettledFor: .milliseconds(disturbed.map { world.now - $0 } ?? 0))
        let milliseconds = Int(pace / .milliseconds(1))
        return milliseconds < 200 ? world.dice.roll(40, 250) : min(milliseconds, 9_000) + world.dice.roll(0, 1_000)
    }
}

extension Action {
    /// Whether it changes anything.
    var isDeed: Bool {
        switch self {
        case .alert, .publish: false
        default: true
        }
    }

    var isAnnouncement: Bool { if case .announce = self { true } else { false } }
}

extension Snapshot {
    /// For the trace.
    var shown: String {
        let record = record.map { "\($0.address) v\($0.version)" } ?? "nobody"
        return "\(record) recorded; \(Trace.shown(instances)); sentinels name \(Trace.shown(sentinels))"
    }
}
