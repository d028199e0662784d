import Succession
import Vocabulary

/// Runs the effects of a `LauncherMachine`, as `RedisLauncher` does. Each is a step of its own, so that anything may
/// happen in between.
final class SimLauncher: SimActor {
    private let slot: Slot
    private let address: Int
    private let began: Int
    private var machine: LauncherMachine
    /// What it is about to do.
    private var effect = LaunchEffect.connect
    /// The reply to a transaction was lost: our own node is read.
    private var isUnresolved = false
    private var session: Int?
    private var node = 0
    private var candidate: Int?
    /// What was read last, as it truly was, and what was decided on.
    private var seen: ZKView!
    private var truth: StartTruth!
    /// Whether a watch is set, and whether it has ended a wait.
    private var (isWatching, hasHeard) = (false, false)
    private var clock = FailoverClock()
    /// The reign that our transaction begins.
    private var reign: ClusterRecord?
    /// The freshest copy in the folder; nil: what lies in its place.
    private let aside: Int?
    private let inPlace: Freshness
    /// What it stands and claims with.
    private let copy: Freshness

    init(_ world: World, slot: Slot) {
        (self.slot, address, began) = (slot, slot.address, world.now)
        let copies = ([slot.folder.inPlace] + slot.folder.asides.reversed()).map {
            world.freshness(of: $0, slot.persistence)
        }
        inPlace = copies[0]
        let best = copies.indices.dropFirst().reduce(0) { copies[$1].isFresher(than: copies[$0]) ? $1 : $0 }
        copy = copies[best]
        aside = best == 0 ? nil : copies.count - 1 - best
        // Whether the best copy is damaged, only the server itself finds out here.
        var known = LaunchData(
            inPlace: LaunchData.Copy(inPlace, problem: inPlace.isLoadable ? nil : "damaged"),
            aside: aside.map { [copy] _ in LaunchData.Copy(copy) })
        known.best.problem = nil
        world.mutant?.twist(&known)
        machine = LauncherMachine(
            LauncherMachine.Settings(
                me: Names.address(slot.address), mark: Names.mark(nil), data: known,
                limit: .milliseconds(Times.masterTimeout), mayLead: !slot.isNeverMaster,
                newClusterID: Names.mark(world.newCluster()).clusterID!))
        super.init(world, host: slot.host)
        effect = machine.handle(.began, at: .zero).effect
    }

    override var name: String { "launcher of \(Names.address(address))" }

    private var disk: Disk { aside.map { slot.folder.asides[$0] } ?? slot.folder.inPlace }
    private var waited: Int { world.now - began }

    override func act() -> Int? {
        switch effect {
        case .connect: return connect()
        case .reconnect:
            if let session { world.closeSession(session, from: host) }
            (session, candidate) = (nil, nil)
            return connect()
        case .lookForRoot: return read(watching: false) { .foundRoot($0.hasParents || world.lies) }
        case .readRecord: return read { .readRecord($0.record) }
        case .glance: return read { .glanced(world.lies ? nil : $0.glance) }
        case .look: return read { .looked(View($0, withLiars: world.lies)) }
        case .ask(let view): return ask(view)
        case .stand: return stand()
        case .wait: return tell(.woken(byWatch: hasHeard))
        case .claim(let claim): return isUnresolved ? resolve() : commit(claim, at: claim.version)
        case .join(let version): return isUnresolved ? resolve() : commit(nil, at: version)
        case .start(let start): return become(start)
        case .noteMissing, .refuse, .giveUp: preconditionFailure("\(effect) is no step")
        }
    }

    /// Tells the machine what became of its effect. Returns the time to the next one.
    private func tell(_ event: LaunchEvent) -> Int? {
        let step = machine.handle(event, at: .milliseconds(waited))
        for note in step.notes { take(note) }
        (effect, hasHeard) = (step.effect, false)
        switch effect {
        case .connect, .reconnect: return world.dice.roll(100, 200)
        case .lookForRoot, .readRecord, .glance, .look, .ask: return world.dice.roll(1, 30)
        case .stand, .noteMissing, .claim, .join, .start: return pause
        case .wait(let time): return Int(time.wholeMilliseconds) + world.dice.roll(0, 100)
        case .refuse, .giveUp: return refuse()
        }
    }

    private func take(_ note: LaunchNote) {
        switch note {
        case .decided(let ruling):
            world.tally.decisions[ruling.rule.rawValue, default: 0] += 1
            world.note {
                "\(self.name) (\(Trace.shown(self.copy))): sees \(self.seen.shown); \(Trace.shown(self.truth.instances)); "
                    + "sentinels name \(Trace.shown(self.truth.sentinels)); rule \(ruling.rule.rawValue): \(ruling.decision)"
            }
        case .waits(let reason, _, _):
            world.tally.waited(for: reason)
            switch reason {
            case .behind, .follows: slot.waitsSince = slot.waitsSince ?? world.now
            case .neverMasters, .promotionOf: (slot.waitsSince, slot.isOutdone) = (slot.waitsSince ?? world.now, true)
            default: break
            }
        case .unusableData: break
        }
    }

    private func refuse() -> Int? {
        world.tally.refusals += 1
        slot.kill(restartIn: world.dice.roll(500, 3_000), takesLease: true, movesOn: false)
        return nil
    }

    private func connect() -> Int? {
        session = world.openSession(from: host)
        guard session != nil else { return waited < Times.masterTimeout ? 200 : refuse() }
        return tell(.connected(sessionTimeout: .milliseconds(Times.session)))
    }

    private func read(watching: Bool = true, _ event: (ZKView) -> LaunchEvent) -> Int? {
        guard let view = call({ ZKView($0) }) else { return tell(.lost(isOurs: false)) }
        seen = view
        if watching { isWatching = true }
        return tell(event(view))
    }

    /// Nil where the connection was lost, or the session is over: the launcher takes another one.
    private func call<Value>(_ body: (inout SimZooKeeper) -> Value) -> Value? {
        if case .answer(let value) = world.zooKeeper(session!, from: host, body) { value } else { nil }
    }

    /// The watch on `/redis/master` fires, if it is set: a wait ends.
    func masterChanged() {
        guard isWatching, world.passes(Names.zooKeeper, host) else { return }
        isWatching = false
        guard case .wait = effect, !isGone, !isPaused else { return }
        hasHeard = true
        wake(in: world.dice.roll(1, 30))
    }

    private func ask(_ view: View) -> Int? {
        let answers = world.answers(view, me: address, from: host, clock: &clock)
        truth = StartTruth(view: seen, instances: answers.instances, sentinels: answers.sentinels, disk: disk)
        var view = view
        world.mutant?.twist(&view, answers)
        return tell(.answered(view, answers))
    }

    /// Once in a while it is stopped just before or after its write, at times for longer than its session lives. Not in
    /// an outage, of which must be known who is in time.
    private var pause: Int {
        if world.outage?.hasBegun ?? false { return world.dice.roll(2, 60) }
        return world.dice.once(in: 25) ? world.dice.roll(500, 16_000) : world.dice.roll(2, 60)
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
        guard let number else { return tell(.lost(isOurs: false)) }
        candidate = number
        return tell(.stood(path: "n-\(number)"))
    }

    /// The one fenced transaction of a start (`Registry+Starts`).
    private func commit(_ claim: Claim?, at version: Int32?) -> Int? {
        let (address, session, mutant, now, lines) = (address, session!, world.mutant, world.now, world.lines)
        let isTakeover = claim?.isTakeover ?? false
        let givesUp = claim?.lossVersion != nil
        var write: MasterWrite?
        var (created, named) = (0, Int?.none)
        let reply = world.zooKeeper(session, from: host) { zk -> Bool in
            let isFree = isTakeover && mutant == .claimWithoutVersion
            if let claim {
                guard isFree || zk.master?.version == version && zk.cluster?.version == claim.clusterVersion,
                    isFree || !(claim.rootIsMissing && zk.hasParents), !givesUp || zk.acceptsLoss
                else { return false }
                if isTakeover || mutant != .resumeWithoutWrite {
                    write = MasterWrite(before: zk.master, after: zk.setMaster(address), wipes: zk.wipes, at: now)
                    zk.keep(claim.cluster, id: 0, lines)
                    if givesUp { zk.acceptsLoss = false }
                }
            } else {
                guard version == nil || zk.master?.version == version else { return false }
            }
            created = zk.newNode()
            zk.members.append(SimZooKeeper.Lease(node: created, address: address, session: session))
            named = zk.master?.address
            return true
        }
        if let write {
            if isTakeover { world.promises.claimed(write, on: truth, by: self) }
            if !givesUp { world.promises.begins(with: disk.place, on: truth, name) }
            world.masterChanged()
        }
        world.promises.committed(created, naming: named)
        (node, reign) = (created, claim?.cluster)
        switch reply {
        case .answer(true): return tell(.done)
        case .answer(false):
            world.tally.overtakenWrites += 1
            return tell(.overtaken)
        case .lost:
            isUnresolved = true
            return pause
        case .expired: return tell(.lost(isOurs: false))
        }
    }

    /// As long as the session may live, it is asked again.
    private func resolve() -> Int? {
        switch world.zooKeeper(session!, from: host, { [node] zk in zk.members.contains { $0.node == node } }) {
        case .answer(let isOurs):
            isUnresolved = false
            return tell(isOurs ? .done : .overtaken)
        case .lost: return 100
        case .expired:
            isUnresolved = false
            return tell(.lost(isOurs: false))
        }
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

    /// What becomes of the data in the folder.
    private func arrange(_ start: Start) {
        if world.mutant == .asideDeleted, start.master != nil, inPlace.holdsData {
            slot.folder.setAside()
            let copies = slot.folder.asides
            slot.folder.asides = []
            for copy in copies { world.promises.deleted(copy, of: slot) }
            return
        }
        switch (start.data, aside) {
        case (.restore, let aside?):
            slot.folder.restore(aside)
            world.tally.restored += 1
        case (.setAside, _):
            slot.folder.setAside()
            world.tally.setAside += 1
        default: if start.master != nil, inPlace.holdsData { world.tally.keptInPlace += 1 }
        }
    }

    /// Exec: the PID is redis-server's from here on, and the lease has the session.
    private func become(_ start: Start) -> Int? {
        let master = start.master.map(Names.id)
        arrange(start)
        (slot.waitsSince, slot.isOutdone) = (nil, false)
        truth.disk = slot.folder.inPlace
        let server = SimRedis(
            world, slot: slot, mark: start.clusterID.map(Names.cluster), master: master, start: truth)
        if master == nil {
            let isClaim = if case .claim = start.ruling.decision { true } else { false }
            world.promises.startsAsMaster(server, node: node, wasClaim: isClaim)
            if let reign { world.lines.crown(server.place.line, reign.epoch) }
        }
        world.note { "\(self.name): becomes \(master == nil ? "a master" : "a replica")" }
        let draft = PassportDraft(
            me: Names.address(address), cluster: start.clusterID, settings: slot.persistence,
            passport: slot.folder.inPlace.trusted)
        let lease = SimLease(
            world, of: server, at: address, session: session!, node: node,
            startedUnder: start.startedUnder.map(Names.id),
            raisesPriority: master != nil && !slot.isNeverMaster, slot: slot, draft: draft
        ) { [unowned slot, unowned server, unowned world] in
            guard slot.server === server else { return }
            slot.kill(restartIn: world.dice.roll(500, 2_000), takesLease: true, movesOn: false)
        }
        if let candidate {
            _ = world.zooKeeper(session!, from: host) { $0.candidates.removeAll { $0.node == candidate } }
        }
        (slot.server, slot.lease, slot.launcher) = (server, lease, nil)
        server.wake(in: world.dice.roll(5, 100))
        if server.isDamaged { endOnDamage(server) }
        lease.wake(in: world.dice.roll(3, 30))
        end()
        return nil
    }
}
