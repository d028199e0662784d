import Succession

/// The driver of `interrex redis`: looks, asks, decides, commits, and becomes its server (`RedisLauncher`). Each phase
/// is a step of its own, so that anything may happen in between.
final class SimLauncher: SimActor {
    private enum Phase {
        case connect, look
        case ask(ZKView)
        case stand
        case commit(Decision, Observation, StartTruth)
        case resolve(Decision, Observation, StartTruth)
        case start(Decision, Observation, StartTruth)
    }

    private let slot: Slot
    private let address: Int
    private let began: Int
    private var phase = Phase.connect
    private var session: Int?
    private var node = 0
    private var candidate: (node: Int, since: Int)?
    /// Candidates whose turn it was to claim, and since when.
    private var turns: [Int: Int] = [:]
    private var clock = FailoverClock()
    /// The id for a cluster of our own, where there is none.
    private let newCluster: Int
    /// The record of the cluster that a claim of ours, or a resumed start, has written.
    private var written: ClusterRecord?
    /// The freshest copy in the folder; nil: what lies in its place.
    private let aside: Int?
    private let inPlace: Freshness
    /// What it stands and claims with.
    private let copy: Freshness

    init(_ world: World, slot: Slot) {
        (self.slot, address, began) = (slot, slot.address, world.now)
        newCluster = world.newCluster()
        let copies = ([slot.folder.inPlace] + slot.folder.asides.reversed()).map {
            world.freshness(of: $0, slot.persistence)
        }
        inPlace = copies[0]
        let best = copies.indices.dropFirst().reduce(0) { copies[$1].isFresher(than: copies[$0]) ? $1 : $0 }
        copy = copies[best]
        aside = best == 0 ? nil : copies.count - 1 - best
        super.init(world, host: slot.host)
    }

    override var name: String { "launcher of \(Names.address(address))" }

    private var disk: Disk { aside.map { slot.folder.asides[$0] } ?? slot.folder.inPlace }

    override func act() -> Int? {
        switch phase {
        case .connect: return connect()
        case .look:
            guard let view = call({ ZKView($0) }) else { return 200 }
            phase = .ask(view)
            return world.dice.roll(1, 30)
        case .ask(let view): return decide(on: view)
        case .stand: return stand()
        case .commit(let decision, let observation, let truth): return commit(decision, observation, truth)
        case .resolve(let decision, let observation, let truth):
            guard let isOurs = call({ [node] zk in zk.members.contains { $0.node == node } }) else { return 100 }
            if !isOurs { written = nil }
            phase = isOurs ? .start(decision, observation, truth) : .look
            return world.dice.roll(2, 50)
        case .start(let decision, let observation, let truth): return start(decision, observation, truth)
        }
    }

    private func connect() -> Int? {
        candidate = nil
        session = world.openSession(from: host)
        guard session != nil else { return 200 }
        phase = .look
        return world.dice.roll(1, 10)
    }

    /// A call whose loss only means to ask again; a session that is over means to begin anew.
    private func call<Value>(_ body: (inout SimZooKeeper) -> Value) -> Value? {
        guard let session else { return nil }
        switch world.zooKeeper(session, from: host, body) {
        case .answer(let value): return value
        case .lost: return nil
        case .expired:
            phase = .connect
            return nil
        }
    }

    private func decide(on view: ZKView) -> Int? {
        var observation = world.observation(
            view, me: address, from: host, candidacy: candidacy, data: copy, waited: world.now - began, clock: &clock)
        observation.mayLead = !slot.isNeverMaster
        turns = turns.filter { turn in view.candidates.contains { $0.node == turn.key } }
        observation.passedOver = Set(turns.filter { world.now - $0.value > Times.longestTurn }.keys)
        let truth = StartTruth(
            view: view, instances: observation.instances, sentinels: observation.sentinels, disk: disk)
        let untwisted = observation
        world.mutant?.twist(&observation)
        let ruling = ruling(observation)
        world.tally.decisions[ruling.rule.rawValue, default: 0] += 1
        world.note {
            "\(self.name) (\(Trace.shown(self.copy))): sees \(observation.shown); rule \(ruling.rule.rawValue): "
                + "\(ruling.decision)"
        }
        switch ruling.decision {
        case .wait(let reason):
            world.tally.waited(for: reason)
            if case .fresherCandidate(_, let number) = reason { turns[number] = turns[number] ?? world.now }
            switch reason {
            case .behind: slot.waitsSince = slot.waitsSince ?? world.now
            case .neverMasters: (slot.waitsSince, slot.isOutdone) = (slot.waitsSince ?? world.now, true)
            default: break
            }
            phase = .look
            return world.dice.roll(80, 300)
        case .refuse:
            world.tally.refusals += 1
            slot.kill(restartIn: world.dice.roll(500, 3_000), takesLease: true, movesOn: false)
            return nil
        case .stand: phase = .stand
        case .claim, .follow, .resume: phase = .commit(ruling.decision, untwisted, truth)
        }
        return pause
    }

    /// Once in a while it is stopped just before or after its write, at times for longer than its session lives. Not in
    /// an outage, of which must be known who is in time.
    private var pause: Int {
        if world.outage?.hasBegun ?? false { return world.dice.roll(2, 60) }
        return world.dice.once(in: 25) ? world.dice.roll(500, 16_000) : world.dice.roll(2, 60)
    }

    private var candidacy: Candidacy? {
        candidate.map {
            Candidacy(
                number: $0.node, age: .milliseconds(world.now - $0.since),
                sessionTimeout: .milliseconds(Times.session))
        }
    }

    private func stand() -> Int? {
        let (session, address, disk, copy, now) = (session!, address, disk, copy, world.now)
        let mayLead = !slot.isNeverMaster
        let number = call { zk in
            let lease = SimZooKeeper.Lease(
                node: zk.newNode(), address: address, session: session, disk: disk, freshness: copy, since: now,
                mayLead: mayLead)
            zk.candidates.append(lease)
            return lease.node
        }
        // A lost reply leaves a node without an owner's word: the session's end takes it away (`Registry.stand`).
        guard let number else {
            phase = .connect
            return 200
        }
        candidate = (number, world.now)
        phase = .look
        return world.dice.roll(1, 20)
    }

    /// The record of the reign that begins with our data.
    private func nextRecord(_ observation: Observation) -> ClusterRecord {
        let known = observation.cluster ?? observation.restored
        var record =
            known
            ?? ClusterRecord(id: observation.mark.clusterID ?? Names.mark(newCluster).clusterID!, members: 1)
        record.members = max(record.members, 1)
        return record.succeeded(epoch: observation.nextEpoch, by: copy.origin)
    }

    /// The one fenced transaction of a start (`Registry+Starts`).
    private func commit(_ decision: Decision, _ observation: Observation, _ truth: StartTruth) -> Int? {
        let (address, session, mutant, now, lines) = (address, session!, world.mutant, world.now, world.lines)
        let record = nextRecord(observation)
        let isClaim = if case .claim = decision { true } else { false }
        let givesUp = (isClaim || decision == .resume) && observation.acceptsLoss
        var write: MasterWrite?
        var (created, named) = (0, Int?.none)
        let reply = world.zooKeeper(session, from: host) { zk -> Bool in
            if isClaim || decision == .resume {
                var version = observation.record?.version
                if case .claim(let read) = decision { version = read }
                let isFree = isClaim && mutant == .claimWithoutVersion
                if isFree { version = zk.master?.version }
                guard zk.master?.version == version, isFree || zk.cluster?.version == truth.view.cluster?.version,
                    !givesUp || zk.acceptsLoss
                else { return false }
                // A resumed start writes again: a claim that was decided before our lease was there must not succeed after it.
                if isClaim || mutant != .resumeWithoutWrite {
                    write = MasterWrite(before: zk.master, after: zk.setMaster(address), wipes: zk.wipes, at: now)
                    zk.keep(record, id: 0, lines)
                    if givesUp { zk.acceptsLoss = false }
                }
            } else {
                guard observation.record == nil || zk.master?.version == observation.record?.version else {
                    return false
                }
            }
            created = zk.newNode()
            zk.members.append(SimZooKeeper.Lease(node: created, address: address, session: session))
            named = zk.master?.address
            return true
        }
        if let write {
            if isClaim { world.promises.claimed(write, on: truth, by: self) }
            if !givesUp { world.promises.begins(with: disk.place, on: truth, name) }
            world.masterChanged()
        }
        world.promises.committed(created, naming: named)
        node = created
        switch reply {
        case .answer(true):
            if isClaim || decision == .resume { written = record }
            phase = .start(decision, observation, truth)
        case .answer(false):
            world.tally.overtakenWrites += 1
            phase = .look
        case .lost:
            if isClaim || decision == .resume { written = record }
            phase = .resolve(decision, observation, truth)
        case .expired: phase = .connect
        }
        return pause
    }

    /// A redis-server reads its data file up to where it is damaged.
    private func endOnDamage(_ server: SimRedis) {
        world.tally.damagedStarts += 1
        let later = Later(world) { [slot] world in
            guard slot.server === server else { return }
            world.note { "\(server.name): ends, its data is damaged" }
            slot.kill(restartIn: world.dice.roll(500, 2_000), takesLease: false, movesOn: false)
        }
        later.wake(in: world.dice.roll(20, 1_500))
    }

    /// What becomes of the data in the folder (`RedisLauncher.move`).
    private func arrange(_ decision: Decision, _ observation: Observation) {
        guard case .follow(let leader) = decision else {
            if let aside {
                slot.folder.restore(aside)
                world.tally.restored += 1
            }
            return
        }
        if world.mutant == .asideDeleted, inPlace.holdsData {
            slot.folder.setAside()
            let copies = slot.folder.asides
            slot.folder.asides = []
            for copy in copies { world.promises.deleted(copy, of: slot) }
            return
        }
        guard inPlace.holdsData, !inPlace.isLoadable || !observation.isContained(inPlace, inHistoryOf: leader) else {
            if inPlace.holdsData { world.tally.keptInPlace += 1 }
            return
        }
        slot.folder.setAside()
        world.tally.setAside += 1
    }

    /// Exec: the PID is redis-server's from here on, and the lease has the session.
    private func start(_ decision: Decision, _ observation: Observation, _ truth: StartTruth) -> Int? {
        var (master, startedUnder) = (Int?.none, observation.record.map { Names.id($0.address) })
        switch decision {
        case .claim: startedUnder = address
        case .follow(let leader): master = Names.id(leader)
        default: break
        }
        arrange(decision, observation)
        (slot.waitsSince, slot.isOutdone) = (nil, false)
        let id = written?.id ?? observation.mark.clusterID
        let isClaim = if case .claim = decision { true } else { false }
        var truth = truth
        truth.disk = slot.folder.inPlace
        let server = SimRedis(world, slot: slot, mark: id.map(Names.cluster), master: master, start: truth)
        if master == nil {
            world.promises.startsAsMaster(server, node: node, wasClaim: isClaim)
            if let written { world.lines.crown(server.place.line, written.epoch) }
        }
        world.note { "\(self.name): becomes \(master == nil ? "a master" : "a replica")" }
        let draft = PassportDraft(
            me: Names.address(address), cluster: id, settings: slot.persistence,
            passport: slot.folder.inPlace.trusted)
        let lease = SimLease(
            world, of: server, at: address, session: session!, node: node, startedUnder: startedUnder,
            raisesPriority: master != nil && !slot.isNeverMaster, slot: slot, draft: draft
        ) { [unowned slot, unowned server, unowned world] in
            guard slot.server === server else { return }
            slot.kill(restartIn: world.dice.roll(500, 2_000), takesLease: true, movesOn: false)
        }
        if let candidate {
            _ = world.zooKeeper(session!, from: host) { $0.candidates.removeAll { $0.node == candidate.node } }
        }
        (slot.server, slot.lease, slot.launcher) = (server, lease, nil)
        server.wake(in: world.dice.roll(5, 100))
        if server.isDamaged { endOnDamage(server) }
        lease.wake(in: world.dice.roll(3, 30))
        end()
        return nil
    }
}
