import Succession

/// How a watcher carries out a request for another master (`Performer`): each step is one of its own, because it may be stopped
/// or killed between any two.
extension SimWatcher {
    struct HandOver {
        enum Step { case pause, catchUp, promote, follow }

        var running: Switchover
        var old: Int
        var target: Int
        var step = Step.pause
        /// When the fence was last passed, and when the pause began.
        var fencedAt = 0
        var pausedAt = 0
    }

    /// For how long the old master's clients wait, for how long that is relied on, and how long the target may take.
    private enum Limit {
        static let pause = 2_000
        static let trust = 1_500
        static let catchUp = 1_000
    }

    func begin(_ request: Switchover, _ target: Address) -> Int? {
        guard let old = view.master?.address else { return 1 }
        let running = request.ended(.running, "begun", from: Names.address(old), to: target)
        guard note(running) else { return 1 }
        phase = .handOver(HandOver(running: running, old: old, target: Names.id(target)))
        return world.dice.roll(1, 10)
    }

    /// Writes what there is to say of a request, if it is still the one that was read, and we lead.
    func note(_ switchover: Switchover) -> Bool {
        let (node, version) = (node, view.switchover?.version)
        let isDone = call { zk -> Bool in
            guard zk.watchers.contains(where: { $0.node == node }), let asked = zk.switchover, asked.version == version
            else { return false }
            zk.switchover = SimZooKeeper.Asked(request: switchover, version: asked.version + 1)
            return true
        }
        guard isDone == true else { return false }
        view.switchover?.version += 1
        hasActed = true
        if switchover.state != .running { world.tally.answers[switchover.state!.rawValue, default: 0] += 1 }
        return true
    }

    func go(on handOver: HandOver) -> Int? {
        var next = handOver
        guard let old = server(handOver.old), let heir = server(handOver.target) else {
            return fail(handOver, "one of the two does not answer")
        }
        switch handOver.step {
        case .pause:
            guard isFenced() else { return fail(handOver, "it does not lead") }
            (next.fencedAt, next.pausedAt, next.step) = (world.now, world.now, .catchUp)
            old.heldUntil = world.now + Limit.pause
        case .catchUp:
            if world.now - handOver.pausedAt > Limit.catchUp { return fail(handOver, "it has not caught up") }
            let hasAll = heir.isLinked && heir.master == handOver.old && heir.place == old.place
            if hasAll || world.mutant == .promotedTooSoon {
                guard isFenced() else { return fail(handOver, "it does not lead") }
                (next.fencedAt, next.step) = (world.now, .promote)
            }
        case .promote:
            guard world.now - handOver.fencedAt < Times.fence, world.now - handOver.pausedAt < Limit.trust else {
                return fail(handOver, "it was held up")
            }
            heir.follow(nil, .watcher)
            next.step = .follow
        case .follow:
            // The pause is renewed, and what came since the first one is looked for.
            old.heldUntil = world.now + Limit.pause
            let hasAll =
                world.lines.shared(old.place, heir.place) == old.place.keys || world.mutant == .promotedTooSoon
            guard old.isMaster, heir.isMaster, hasAll else {
                if isFenced() { heir.follow(handOver.old, .watcher) }
                return fail(handOver, "it was held up")
            }
            world.promises.handsOver(old, to: heir, by: self)
            old.follow(handOver.target, .watcher)
            return complete(handOver)
        }
        phase = .handOver(next)
        // Once in a while it is stopped in between.
        return world.dice.once(in: 30) ? world.dice.roll(200, 4_000) : world.dice.roll(1, 40)
    }

    private func server(_ id: Int) -> SimRedis? {
        if case .server(let server) = world.redis(id, from: host) { server } else { nil }
    }

    private func isFenced() -> Bool {
        let (node, version) = (node, view.master?.version)
        return call { zk in zk.watchers.contains { $0.node == node } && zk.master?.version == version } == true
    }

    private func fail(_ handOver: HandOver, _ why: String) -> Int? {
        server(handOver.old)?.heldUntil = 0
        if case .connect = phase { return 1 }
        phase = .perform([.answer(handOver.running.ended(.failed, why))])
        return 1
    }

    private func complete(_ handOver: HandOver) -> Int? {
        let target = Names.address(handOver.target)
        let instance = world.instance(handOver.target, from: host)
        let replicas = snapshot.changeableReplicas(of: Names.address(handOver.old)).filter { $0 != target }
        (truth.instances[target], truth.instances[Names.address(handOver.old)]) = (
            instance, world.instance(handOver.old, from: host)
        )
        snapshot.instances[target] = instance
        let recording = Recording(
            master: target, evidence: .switchover, previous: snapshot.record,
            cluster: snapshot.clusterRecord(under: target))
        let told = Announcement(
            master: target, epoch: recording.cluster.epoch,
            sentinels: snapshot.sentinels.filter { $0.opinion != nil }.map(\.address))
        world.tally.switchovers += 1
        phase = .perform(
            [.record(recording), .announce(told)] + replicas.map { .attach($0, to: target) }
                + [.answer(handOver.running.ended(.done, "it is master"))])
        return world.dice.roll(1, 10)
    }
}

/// People and tools that ask for another master.
final class Asker: SimActor {
    private var count = 0

    override func act() -> Int? {
        if world.now > Faults.end { return nil }
        count += 1
        let targets = world.slots.map { Names.address($0.address) }
        let to = world.dice.once(in: 2) ? targets[world.dice.below(targets.count)] : nil
        let awayFrom = world.dice.once(in: 4) ? targets[world.dice.below(targets.count)] : nil
        let request = Switchover(id: "\(count)", to: to?.description, awayFrom: awayFrom?.description)
        if world.zk.isUp {
            world.zk.switchover = SimZooKeeper.Asked(
                request: request, version: world.zk.switchover.map { $0.version + 1 } ?? 0)
            for watcher in world.watchers where !watcher.isGone && !watcher.isPaused {
                if case .look = watcher.phase { watcher.wake(in: world.dice.roll(1, 20)) }
            }
        }
        return world.dice.roll(4_000, 20_000)
    }
}
