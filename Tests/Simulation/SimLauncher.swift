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
    private var clock = FailoverClock()
    /// The id for a cluster of our own, where there is none.
    private let newCluster: Int

    init(_ world: World, slot: Slot) {
        (self.slot, address, began) = (slot, slot.address, world.now)
        newCluster = world.newCluster()
        super.init(world, host: slot.host)
    }

    override var name: String { "launcher of \(Names.address(address))" }

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
            view, me: address, from: host, candidacy: candidacy, disk: slot.disk, waited: world.now - began,
            clock: &clock)
        let truth = StartTruth(
            view: view, instances: observation.instances, sentinels: observation.sentinels, disk: slot.disk)
        world.mutant?.twist(&observation)
        let ruling = ruling(observation)
        world.tally.decisions[ruling.rule.rawValue, default: 0] += 1
        world.note { "\(self.name): sees \(observation.shown); rule \(ruling.rule.rawValue): \(ruling.decision)" }
        switch ruling.decision {
        case .wait(let reason):
            world.tally.waited(for: reason)
            phase = .look
            return world.dice.roll(80, 300)
        case .refuse:
            world.tally.refusals += 1
            slot.kill(restartIn: world.dice.roll(500, 3_000), takesLease: true, movesOn: false, lostKeys: 0)
            return nil
        case .stand: phase = .stand
        case .claim, .follow, .resume: phase = .commit(ruling.decision, observation, truth)
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
        let (session, address, disk) = (session!, address, slot.disk)
        let number = call { zk in
            let lease = SimZooKeeper.Lease(node: zk.newNode(), address: address, session: session, disk: disk)
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

    /// The one fenced transaction of a start (`Registry+Starts`).
    private func commit(_ decision: Decision, _ observation: Observation, _ truth: StartTruth) -> Int? {
        let (address, session) = (address, session!)
        let cluster =
            observation.cluster.map(ZKCluster.init)
            ?? ZKCluster(
                id: observation.mark.clusterID.map(Names.cluster) ?? newCluster, members: 1)
        let (mutant, now) = (world.mutant, world.now)
        var write: MasterWrite?
        var (created, named) = (0, Int?.none)
        let reply = world.zooKeeper(session, from: host) { zk -> Bool in
            if case .claim(var version) = decision {
                let clusterIsAsRead = (zk.cluster != nil) == (observation.cluster != nil)
                if mutant == .claimWithoutVersion { version = zk.master?.version }
                guard zk.master?.version == version, clusterIsAsRead || mutant == .claimWithoutVersion else {
                    return false
                }
                write = MasterWrite(before: zk.master, after: zk.setMaster(address), wipes: zk.wipes, at: now)
                zk.keep(cluster)
            } else {
                guard observation.record == nil || zk.master?.version == observation.record?.version else {
                    return false
                }
                // Written again: a claim that was decided before our lease was there must not succeed after it.
                if decision == .resume, mutant != .resumeWithoutWrite { _ = zk.setMaster(address) }
            }
            created = zk.newNode()
            zk.members.append(SimZooKeeper.Lease(node: created, address: address, session: session))
            named = zk.master?.address
            return true
        }
        if let write { world.promises.claimed(write, on: truth, by: self) }
        world.promises.committed(created, naming: named)
        node = created
        switch reply {
        case .answer(true): phase = .start(decision, observation, truth)
        case .answer(false):
            world.tally.overtakenWrites += 1
            phase = .look
        case .lost: phase = .resolve(decision, observation, truth)
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
            slot.kill(restartIn: world.dice.roll(500, 2_000), takesLease: false, movesOn: false, lostKeys: 0)
        }
        later.wake(in: world.dice.roll(20, 1_500))
    }

    /// Exec: the PID is redis-server's from here on, and the lease has the session.
    private func start(_ decision: Decision, _ observation: Observation, _ truth: StartTruth) -> Int? {
        var (master, disk, startedUnder) = (Int?.none, slot.disk, observation.record.map { Names.id($0.address) })
        switch decision {
        case .claim: startedUnder = address
        case .follow(let leader):
            master = Names.id(leader)
            if disk != nil, observation.mustSetAside(leader) {
                disk = nil
                world.tally.setAside += 1
            }
        default: break
        }
        let cluster = observation.mark.clusterID.map(Names.cluster)
        let isClaim = if case .claim = decision { true } else { false }
        let server = SimRedis(
            world, slot: slot.number, address: address, mark: cluster ?? (isClaim ? newCluster : nil), master: master,
            disk: disk, start: truth)
        if master == nil { world.promises.startsAsMaster(server, node: node, wasClaim: isClaim) }
        world.note { "\(self.name): becomes \(master == nil ? "a master" : "a replica")" }
        let lease = SimLease(
            world, of: server, at: address, session: session!, node: node, startedUnder: startedUnder,
            raisesPriority: master != nil && disk == nil
        ) { [unowned slot, unowned server, unowned world] in
            guard slot.server === server else { return }
            slot.kill(restartIn: world.dice.roll(500, 2_000), takesLease: true, movesOn: false, lostKeys: 0)
        }
        if let candidate {
            _ = world.zooKeeper(session!, from: host) { $0.candidates.removeAll { $0.node == candidate.node } }
        }
        (slot.server, slot.lease, slot.launcher) = (server, lease, nil)
        server.wake(in: world.dice.roll(5, 100))
        if server.damaged != nil { endOnDamage(server) }
        lease.wake(in: world.dice.roll(3, 30))
        end()
        return nil
    }
}
