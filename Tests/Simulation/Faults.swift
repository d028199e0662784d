/// What goes wrong, by the seed: for a time anything, then nothing more.
final class Faults: SimActor {
    private enum Fault: String, CaseIterable {
        case killServer, killContainer, killMaster, killLease, killSentinel, killWatcher, killLauncher, killAll
        case killMajority, killSynchronising, powerFailure, loseDisk
        case pauseServer, pauseLease, pauseSentinel, pauseWatcher, pauseLauncher
        case cutLink, cutOneWay, isolateHost, zooKeeperDown, zooKeeperWiped, lossy
    }

    /// When the last fault is over.
    static let end = 60_000
    private let start: Int
    private let pace: Int
    /// Which faults this seed knows: few kinds at a time reach deeper than all at once.
    private let kinds: [Fault]
    private var isOver = false

    init(_ world: World) {
        start = world.dice.roll(0, 15_000)
        pace = world.dice.roll(1_000, 9_000)
        let seed = world.dice.roll(2, 7)
        var kinds: [Fault] = []
        for _ in 0..<seed {
            let fault = Fault.allCases[world.dice.below(Fault.allCases.count)]
            // A loss of all of ZooKeeper's data is rare.
            if ![.zooKeeperWiped, .loseDisk].contains(fault) || world.dice.once(in: 3) { kinds.append(fault) }
        }
        self.kinds = kinds.isEmpty ? [.killMaster] : kinds
        super.init(world, host: 0)
    }

    override func act() -> Int? {
        if world.now >= Self.end { return finish() }
        if world.now < start { return start - world.now }
        let fault = kinds[world.dice.below(kinds.count)]
        world.tally.faults[fault.rawValue, default: 0] += 1
        world.note { "FAULT \(fault)" }
        inflict(fault)
        return min(world.dice.roll(1, 2 * pace), Self.end - world.now)
    }

    /// All is well again, and stays so.
    private func finish() -> Int? {
        guard !isOver else { return nil }
        isOver = true
        world.note { "END of all faults" }
        for index in world.cuts.indices { world.cuts[index] = false }
        world.lossOdds = 0
        if !world.zk.isUp { world.zk.comeBack(at: world.now) }
        for actor in everybody { actor.isPaused = false }
        return nil
    }

    private var everybody: [SimActor] {
        world.slots.flatMap { [$0.launcher, $0.server, $0.lease] as [SimActor?] }.compactMap { $0 }
            + world.sentinelSlots.flatMap { [$0.launcher, $0.sentinel, $0.lease] as [SimActor?] }.compactMap { $0 }
            + world.watchers
    }

    private var slot: Slot { world.slots[world.dice.below(Names.servers)] }
    private var sentinelSlot: SentinelSlot { world.sentinelSlots[world.dice.below(Names.servers)] }
    private var watcher: SimWatcher { world.watchers[world.dice.below(world.watchers.count)] }

    private func inflict(_ fault: Fault) {
        switch fault {
        case .killServer: kill(slot, takesLease: false)
        case .killContainer: kill(slot, takesLease: true)
        case .killMaster:
            if let master = world.zk.master?.address {
                kill(world.slots[Names.host(of: master)], takesLease: world.dice.once(in: 3))
            }
        case .killLease: slot.lease?.end()
        case .killSentinel:
            sentinelSlot.kill(restartIn: delay, takesLease: world.dice.once(in: 2), movesOn: world.dice.once(in: 2))
        case .killWatcher: watcher.restart()
        case .killLauncher:
            let slot = slot
            if slot.launcher != nil { kill(slot, takesLease: true) }
        case .killAll:
            for slot in world.slots { kill(slot, takesLease: true) }
            if world.dice.once(in: 2) {
                for slot in world.sentinelSlots { slot.kill(restartIn: delay, takesLease: true, movesOn: true) }
            }
        case .killMajority:
            let spared = world.dice.below(Names.servers)
            for slot in world.slots where slot.number != spared { kill(slot, takesLease: world.dice.once(in: 2)) }
        case .killSynchronising: killSynchronising()
        case .powerFailure:
            let slot = slot
            kill(slot, takesLease: true)
            slot.loseUnsynced()
        case .loseDisk:
            let slot = slot
            kill(slot, takesLease: true)
            slot.loseDisk()
            world.tally.lostDisks += 1
        case .pauseServer: pause(slot.server)
        case .pauseLease: pause(slot.lease)
        case .pauseSentinel: pause(sentinelSlot.sentinel)
        case .pauseWatcher: pause(watcher)
        case .pauseLauncher: pause(slot.launcher ?? sentinelSlot.launcher)
        case .cutLink, .cutOneWay, .isolateHost: cut(fault)
        case .zooKeeperDown:
            guard world.zk.isUp else { return }
            world.zk.isUp = false
            later(in: world.dice.roll(200, 15_000)) { world in if !world.zk.isUp { world.zk.comeBack(at: world.now) } }
        case .zooKeeperWiped: world.zk.wipe()
        case .lossy: world.lossOdds = [0, 4, 20, 100][world.dice.below(4)]
        }
    }

    /// How long a process stays down: from at once to longer than everybody's patience.
    private var delay: Int { world.dice.once(in: 3) ? world.dice.roll(20, 800) : world.dice.roll(800, 20_000) }

    private func kill(_ slot: Slot, takesLease: Bool) {
        slot.kill(restartIn: delay, takesLease: takesLease, movesOn: world.dice.once(in: 2))
        if world.dice.once(in: 30), slot.folder.inPlace.holdsData { slot.folder.inPlace.isDamaged = true }
    }

    /// A launcher or a replica during its first synchronisation, as soon as there is one.
    private func killSynchronising() {
        for slot in world.slots where slot.launcher != nil || slot.server?.isBecomingReplica ?? false {
            kill(slot, takesLease: true)
            world.tally.killedSynchronising += 1
        }
    }

    private func pause(_ actor: SimActor?) {
        guard let actor, !actor.isPaused else { return }
        actor.isPaused = true
        world.note { "stopped: \(actor.name)" }
        later(in: world.dice.once(in: 2) ? world.dice.roll(50, 1_500) : world.dice.roll(1_500, 20_000)) { _ in
            actor.isPaused = false
        }
    }

    private func cut(_ fault: Fault) {
        let one = world.dice.below(Names.hosts)
        var ways: [(Int, Int)] = []
        if fault == .isolateHost {
            for other in 0..<Names.hosts where other != one { ways += [(one, other), (other, one)] }
        } else {
            let other = (one + world.dice.roll(1, Names.hosts - 1)) % Names.hosts
            ways = fault == .cutOneWay ? [(one, other)] : [(one, other), (other, one)]
        }
        for (from, to) in ways { world.cuts[from * Names.hosts + to] = true }
        world.note { "cut: \(ways)" }
        later(in: world.dice.roll(300, 25_000)) { world in
            for (from, to) in ways { world.cuts[from * Names.hosts + to] = false }
        }
    }

    private func later(in delay: Int, _ body: @escaping (World) -> Void) {
        Later(world, body).wake(in: delay)
    }
}

/// Something that happens once.
final class Later: SimActor {
    private let body: (World) -> Void

    init(_ world: World, _ body: @escaping (World) -> Void) {
        self.body = body
        super.init(world, host: 0)
    }

    override func act() -> Int? {
        body(world)
        return nil
    }
}
