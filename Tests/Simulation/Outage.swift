/// A total outage: every server ends at once and comes back elsewhere, with the data that its disk has, in any order.
/// Nothing else goes wrong in such a seed, so that what is left of the data can be told beforehand.
final class Outage: SimActor {
    enum Kind: String, CaseIterable {
        case allBack, oneLate, oneLost, nothingOnAnyDisk, zooKeeperWiped, oneDamaged
    }

    let kind: Kind
    /// The freshest of the disks that a server would start with and that are back within the window: all but one that
    /// is late or lost. The master must have it.
    private(set) var freshest: Disk?
    private(set) var hasBegun = false

    override init(_ world: World, host: Int) {
        kind = Kind.allCases[world.dice.below(Kind.allCases.count)]
        super.init(world, host: host)
    }

    /// Once everybody agrees and a watcher has counted all.
    override func act() -> Int? {
        guard world.now >= 25_000 else { return 25_000 - world.now }
        guard world.isSettled, world.zk.cluster?.members == Names.servers, world.zk.cluster?.line != nil else {
            return world.now < 50_000 ? world.dice.roll(200, 1_000) : nil
        }
        world.note { "OUTAGE \(self.kind)" }
        world.tally.outages[kind.rawValue, default: 0] += 1
        begin()
        return nil
    }

    private func begin() {
        let odd = world.slots[world.dice.below(Names.servers)]
        // At once, or when every lease is long over.
        let earliest = world.dice.once(in: 2) ? 0 : 9_000
        let inTime = world.slots.filter { $0 !== odd || kind != .oneLate && kind != .oneLost }
        for slot in world.slots {
            let delay = earliest + world.dice.roll(20, 4_000)
            let late = kind == .oneLate && slot === odd ? world.dice.roll(4_000, 20_000) : 0
            slot.isLost = kind == .oneLost && slot === odd
            let lostKeys = kind == .nothingOnAnyDisk ? nil : [0, 0, 3, 40][world.dice.below(4)]
            slot.kill(
                restartIn: delay + late, takesLease: !world.dice.once(in: 3), movesOn: !world.dice.once(in: 4),
                lostKeys: lostKeys)
        }
        // Where it was the only one, a person has to mend it.
        if kind == .oneDamaged, world.slots.contains(where: { $0 !== odd && $0.disk != nil }) {
            odd.disk?.isDamaged = true
        }
        if world.dice.once(in: 2) {
            for slot in world.sentinelSlots {
                slot.kill(restartIn: world.dice.roll(20, 4_000), takesLease: true, movesOn: true)
            }
        }
        if world.dice.once(in: 2) { for watcher in world.watchers { watcher.restart() } }
        if kind == .zooKeeperWiped { world.zk.wipe() }
        freshest = inTime.compactMap(\.disk).filter { !$0.isDamaged }.max { $0.place.keys < $1.place.keys }
        // Where nothing at all is known, whoever starts empty may be the first there ever was (rule 3b).
        if kind == .zooKeeperWiped, world.slots.contains(where: { $0.disk == nil }) { freshest = nil }
        hasBegun = true
    }
}
