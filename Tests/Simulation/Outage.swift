import Succession

/// A total outage: every server ends at once and comes back elsewhere, with the data that its disk has, in any order.
/// Nothing else goes wrong in such a seed, so that what is left of the data can be told beforehand.
final class Outage: SimActor {
    enum Kind: String, CaseIterable {
        case allBack, oneLate, oneLost, oneLeft, nothingOnAnyDisk, zooKeeperWiped, oneDamaged
        /// Killed again during their first synchronisation, before the outage.
        case synchronising
        /// The leases are gone long before: no passport speaks of what was written since.
        case stalePassports
    }

    let kind: Kind
    /// The freshest data on the disks that a server would start with and that are back within the window: all but what
    /// is late or lost. The master must have it.
    private(set) var freshest: Lines.Place?
    /// The same without those that must never be master: what they have a person may give up.
    private(set) var freshestToLead: Lines.Place?
    private(set) var hasBegun = false
    private var isPrepared = false

    override init(_ world: World, host: Int) {
        kind = Kind.allCases[world.dice.below(Kind.allCases.count)]
        super.init(world, host: host)
    }

    /// Once everybody agrees and a watcher has counted all.
    override func act() -> Int? {
        guard world.now >= 25_000 else { return 25_000 - world.now }
        if isPrepared {
            begin()
            return nil
        }
        guard world.isSettled, let cluster = world.zk.cluster?.record, cluster.members == Names.servers,
            cluster.replicationID != nil
        else { return world.now < 50_000 ? world.dice.roll(200, 1_000) : nil }
        world.note { "OUTAGE \(self.kind)" }
        world.tally.outages[kind.rawValue, default: 0] += 1
        isPrepared = true
        switch kind {
        case .synchronising:
            for slot in world.slots where slot.server?.isMaster == false {
                slot.kill(restartIn: world.dice.roll(20, 400), takesLease: true, movesOn: true)
            }
            return world.dice.roll(400, 2_500)
        case .stalePassports:
            for slot in world.slots where world.dice.once(in: 2) { slot.lease?.end() }
            return world.dice.roll(6_000, 12_000)
        default:
            begin()
            return nil
        }
    }

    private func begin() {
        let odd = world.slots[world.dice.below(Names.servers)]
        // At once, or when every lease is long over.
        let earliest = world.dice.once(in: 2) ? 0 : 9_000
        var inTime = world.slots
        switch kind {
        case .oneLate, .oneLost: inTime.removeAll { $0 === odd }
        case .oneLeft: inTime.removeAll { $0 !== odd }
        default: break
        }
        let isPowerFailure = world.dice.once(in: 2)
        for slot in world.slots {
            let delay = earliest + world.dice.roll(20, 4_000)
            let late = kind == .oneLate && slot === odd ? world.dice.roll(4_000, 20_000) : 0
            slot.isLost = (kind == .oneLost || kind == .oneLeft) && !inTime.contains { $0 === slot }
            slot.kill(
                restartIn: delay + late, takesLease: isPowerFailure || !world.dice.once(in: 3),
                movesOn: !world.dice.once(in: 4))
            if isPowerFailure { slot.loseUnsynced() }
            if kind == .nothingOnAnyDisk { slot.loseDisk() }
        }
        // Where it was the only one, a person has to mend it.
        if kind == .oneDamaged, odd.folder.inPlace.holdsData,
            world.slots.contains(where: { $0 !== odd && $0.folder.inPlace.holdsData })
        {
            odd.folder.inPlace.isDamaged = true
        }
        if world.dice.once(in: 2) {
            for slot in world.sentinelSlots {
                slot.kill(restartIn: world.dice.roll(20, 4_000), takesLease: true, movesOn: true)
            }
        }
        if world.dice.once(in: 2) { for watcher in world.watchers { watcher.restart() } }
        if kind == .zooKeeperWiped { world.zk.wipe() }
        freshest = freshest(of: inTime)
        freshestToLead = freshest(of: inTime.filter { !$0.isNeverMaster })
        // Where nothing at all is known, whoever starts empty may be the first there ever was (rule 3b). Of what no
        // passport speaks, only times are known.
        if kind == .zooKeeperWiped, world.slots.contains(where: { !$0.folder.inPlace.holdsData }) {
            (freshest, freshestToLead) = (nil, nil)
        }
        if kind == .stalePassports { (freshest, freshestToLead) = (nil, nil) }
        hasBegun = true
    }

    private func freshest(of slots: [Slot]) -> Lines.Place? {
        slots.flatMap(\.folder.copies).filter { $0.holdsData && !$0.isDamaged }.compactMap(\.place)
            .max { world.lines.isFresher($1, than: $0) }
    }
}
