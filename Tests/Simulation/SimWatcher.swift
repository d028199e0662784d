import Succession
import Vocabulary

/// A watcher's process: runs what `WatcherMachine` says, one effect at a time and in any order. What it acts on may be
/// long out of date, above all after it was stopped.
final class SimWatcher: SimActor {
    let number: Int
    private(set) var machine: WatcherMachine
    var session: Int?
    /// Our node below `/redis/watchers`.
    private(set) var node: Int?
    private(set) var view: ZKView?
    private var reports: Sentinels?
    /// What was truly answered, for the promises.
    var truth = Evidence()
    private var clock = FailoverClock()
    private var followed: [Address: Address] = [:]
    /// What is still to be run of what the machine has said.
    private var pending: [WatcherEffect] = []
    private var pause: Duration?
    /// Who is at the other end of each line.
    var lines: [Line: SimActor] = [:]
    /// A record whose reply was lost.
    var unconfirmed: Unconfirmed?
    /// The recorded master whose connection ended.
    var crashed: Int?

    init(_ world: World, number: Int) {
        self.number = number
        machine = WatcherMachine(address: "watcher \(number)")
        super.init(world, host: Names.watcherHosts[number])
    }

    override var name: String { "watcher \(number)" }

    /// Whether it waits for its next pass.
    var isResting: Bool { pending.isEmpty }

    /// Another process takes its place: nothing is remembered.
    func restart() {
        machine = WatcherMachine(address: name)
        (session, node, view, reports, crashed, unconfirmed) = (nil, nil, nil, nil, nil, nil)
        (pending, pause, lines) = ([], nil, [:])
        (clock, followed, truth) = (FailoverClock(), [:], Evidence())
    }

    override func act() -> Int? {
        guard !pending.isEmpty else { return beginPass() }
        let delay = run(pending.remove(at: world.dice.below(pending.count)))
        guard let pause, pending.isEmpty else { return delay }
        self.pause = nil
        // It looks less often than the real one: the pace is no part of what is shown.
        let milliseconds = Int(pause / .milliseconds(1))
        if milliseconds <= 1 { return 1 }
        return milliseconds < 200 ? world.dice.roll(40, 250) : min(milliseconds, 9_000) + world.dice.roll(0, 1_000)
    }

    private func beginPass() -> Int? {
        if session == nil {
            node = nil
            session = world.openSession(from: host)
            guard session != nil else { return 200 }
            tell(.session(isOpen: true))
            return world.dice.roll(1, 20)
        }
        // There are no watches here: each pass reads.
        tell(.nodeChanged)
        tell(.wake([], clusters: 1))
        return 1
    }

    func tell(_ event: WatcherEvent) {
        for effect in machine.handle(event, at: .milliseconds(world.now)) { take(effect) }
    }

    private func take(_ effect: WatcherEffect) {
        switch effect {
        case .read, .survey, .step: pending.append(effect)
        case .askLink: tell(.link(wasRefused: crashed != nil, hasCrashed: crashed != nil))
        case .show: tell(.shown(hasOpenAlerts: false, newestAlert: nil))
        case .pause(let time, _): pause = time
        case .closeLines: lines = [:]
        case .saw(let snapshot, _):
            world.tally.plans += 1
            world.note { "\(self.name)\(snapshot.leads ? " (leads)" : ""): sees \(snapshot.shown)" }
        case .did(let action, let result):
            count(action, result)
            world.note { "\(self.name): has done \(action)" }
        case .couldNot(let action, let trouble): world.note { "\(self.name): could not \(action): \(trouble.text)" }
        case .follow, .publish, .recorded, .enteredAgain, .remark, .timeZooKeeper, .lookedInVain: break
        }
    }

    private func count(_ action: Action, _ result: ActionResult) {
        switch action {
        case .announce, .succeed: world.tally.announcements += 1
        case .switchOver where result.recorded != nil:
            world.tally.announcements += 1
            world.tally.switchovers += 1
        default: break
        }
    }

    private func run(_ effect: WatcherEffect) -> Int {
        switch effect {
        case .read(let reading): read(reading)
        case .survey: return hearAndSurvey(effect)
        case .step(let step): return run(step)
        default: break
        }
        return world.dice.roll(1, 15)
    }

    /// A step that could not be ended yet is run again.
    func again(_ step: ActionStep) { pending.append(.step(step)) }

    func call<Value>(_ body: (inout SimZooKeeper) -> Value) -> Value? {
        guard let session else { return nil }
        switch world.zooKeeper(session, from: host, body) {
        case .answer(let value): return value
        case .lost: return nil
        case .expired:
            self.session = nil
            tell(.session(isOpen: false))
            return nil
        }
    }

    private func read(_ reading: Reading) {
        if reading.node == nil {
            // Whether a lost create took effect is read by the session that owns the node.
            let session = session
            node = call { zk in
                if let own = zk.watchers.first(where: { $0.session == session }) { return own.node }
                let lease = SimZooKeeper.Lease(node: zk.newNode(), address: 0, session: session!)
                zk.watchers.append(lease)
                return lease.node
            }
        }
        guard let node, let view = call({ ZKView($0) }) else { return tell(.read(.failed, reading)) }
        self.view = view
        var nodes = NodesRead(
            node: "\(node)", isEntered: view.watchers.contains(node), isFirst: view.watchers.first == node)
        nodes.switchover = view.switchover?.request
        nodes.switchoverVersion = view.switchover.map { Int32($0.version) }
        nodes.clusterVersion = view.cluster?.version
        nodes.lossVersion = view.acceptsLoss ? 0 : nil
        tell(.read(.nodes(nodes), reading))
    }

    func recorded(_ recording: Recording) {
        let version = recording.previous.map { $0.version + 1 } ?? 0
        view?.master = SimZooKeeper.Master(address: Names.id(recording.master), version: version)
        truth.recorded = recording.master
        world.note { "\(self.name): has recorded \(recording.master) (\(recording.evidence))" }
    }
}

// MARK: Asking everybody (`Surveyor`)

extension SimWatcher {
    /// The sentinels first, and the servers a while later.
    private func hearAndSurvey(_ effect: WatcherEffect) -> Int {
        guard let view else { return 1 }
        guard let reports else {
            reports = Sentinels(
                (view.sentinels.sorted() + (world.lies ? Names.liars : [])).map { id in
                    let opinion = clock.timed(world.opinion(id, from: host, withDetails: true), of: id, at: world.now)
                    return SentinelReport(Names.address(id), opinion)
                })
            pending.append(effect)
            return world.dice.roll(1, 15)
        }
        self.reports = nil
        let instances = instances(view, reports)
        truth.note(view, reports, instances, at: world.now)
        var snapshot = assembled(view, reports, instances)
        world.mutant?.twist(&snapshot)
        tell(.surveyed(Survey(snapshot)))
        return 1
    }

    private func instances(_ view: ZKView, _ reports: Sentinels) -> [Address: Instance] {
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
        return instances
    }

    private func assembled(_ view: ZKView, _ reports: Sentinels, _ instances: [Address: Instance]) -> Snapshot {
        let before = followed
        followed = followed.filter { instances[$0.key] != nil }
        for (address, instance) in instances {
            if case .replica(let replication) = instance.answer { followed[address] = replication.master }
        }
        let borne = World.clusterIDs(of: view.members, instances)
        let named = reports.majorityAddress.map { [Names.id($0)] } ?? []
        let mark = Names.mark(
            id: borne.only ?? view.clusterRecord?.id ?? borne.first ?? World.clusterIDs(of: named, instances).first)
        if let crashed {
            if crashed != view.master?.address {
                self.crashed = nil
            } else if case .server = world.redis(crashed, from: host) {
                self.crashed = nil
            }
        }
        var snapshot = Snapshot(
            mark: mark, record: view.record, cluster: view.clusterRecord, sentinels: reports,
            members: view.members.map(Names.address), instances: instances, peers: peers(reports),
            followed: before.merging(followed) { $1 }, sessionTimeout: .milliseconds(Times.session))
        snapshot.acceptsLoss = view.acceptsLoss
        snapshot.isDisputed = view.clusterRecord.map { $0.id != borne.only ?? $0.id } ?? false
        snapshot.seen = "\(world.now)"
        return snapshot
    }

    private func peers(_ reports: Sentinels) -> [Address: PeerAnswer] {
        let registered = Set(reports.map(\.address))
        var peers: [Address: PeerAnswer] = [:]
        for peer in Set(reports.compactMap(\.opinion).flatMap(\.details.sentinels)) where !registered.contains(peer) {
            peers[peer] =
                switch world.sentinel(Names.id(peer), from: host) {
                case .server: .sentinel
                case .refused: .refused
                case .silent: .silent
                }
        }
        return peers
    }
}

extension Snapshot {
    /// For the trace.
    var shown: String {
        let record = record.map { "\($0.address) v\($0.version)" } ?? "nobody"
        return "\(record) recorded; \(Trace.shown(instances)); sentinels name \(Trace.shown(sentinels))"
    }
}
