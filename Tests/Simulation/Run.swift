import Succession

/// One seed from the first step to the last: a minute of faults, then quiet until everybody agrees.
struct Run: Sendable {
    var tally: Tally
    var broken: [String]
    var trace: [String]
    /// Tells one run from another: two runs of one seed have the same.
    var fingerprint: Int

    /// How long after the last fault everybody must agree, in milliseconds.
    static let settlingLimit = 240_000
    /// For how long they must then go on doing so.
    private static let calm = 5_000

    init(seed: UInt64, mutant: Mutant? = nil, isTracing: Bool = false) {
        let world = World(seed: seed, mutant: mutant, isTracing: isTracing)
        var settledAt: Int?
        while world.promises.broken.isEmpty {
            world.step()
            guard world.now > Faults.end, world.steps % 8 == 0 else { continue }
            if !world.isSettled { settledAt = nil } else if settledAt == nil { settledAt = world.now }
            if let settledAt, world.now - settledAt > Self.calm {
                world.tally.settling.append(settledAt - Faults.end)
                world.promises.checkAtEnd()
                break
            }
            if world.now > Faults.end + Self.settlingLimit {
                if let reason = world.excuse {
                    world.tally.unsettled[reason, default: 0] += 1
                    break
                }
                world.promises.fail(5, "not settled \(Self.settlingLimit) ms after the last fault: \(world.shown)")
            }
        }
        broken = world.promises.broken
        if !broken.isEmpty, world.isSplit || world.hasTwoClusters, mutant == nil {
            world.tally.splits += 1
            broken = []
        }
        if world.zk.wipes > 0 { world.tally.wiped += 1 }
        world.tally.steps = world.steps
        world.tally.seeds = 1
        (tally, trace) = (world.tally, world.trace.lines)
        fingerprint = world.now &* 31 &+ world.steps &* 17 &+ Int(truncatingIfNeeded: world.dice.next())
    }
}

extension World {
    static let falseMajority = "a majority of the sentinels was false"

    /// Whether servers bear the ids of different clusters: strangers to each other, which nobody can mend.
    var hasTwoClusters: Bool {
        zk.wipes > 0 && Set(slots.compactMap { $0.server?.mark }).union([zk.cluster?.id].compactMap { $0 }).count > 1
    }

    /// Why nobody can be expected to settle this without a person; nil where everybody should have.
    fileprivate var excuse: String? {
        // Nobody finds a server without a lease once its master is gone; what it is or holds is known to nobody.
        if slots.contains(where: { $0.server != nil && ($0.lease?.isGone ?? true) }) { return "a lease was killed" }
        if zk.wipes > 0 { return "ZooKeeper's data was lost" }
        // Nobody gives up what only a server has that is never to be master.
        let holders = slots.filter { ($0.server?.holdsKeys ?? $0.folder.inPlace.holdsData) }
        if !holders.isEmpty, holders.allSatisfy(\.isNeverMaster) { return "only one that must never lead holds data" }
        // Who was started meanwhile has set its data aside to follow what they named.
        if tally.lies > 0 { return Self.falseMajority }
        // Nobody goes on without it before a person has looked at it.
        let copies = slots.compactMap { slot in
            slot.server.map { ($0.holdsKeys, $0.isDamaged) }
                ?? (slot.folder.inPlace.holdsData ? (true, slot.folder.inPlace.isDamaged) : nil)
        }
        if copies.contains(where: \.1), !copies.contains(where: { $0.0 && !$0.1 }) { return "all data is damaged" }
        // Two copies that share no master any more: a live master that neither ZooKeeper nor a sentinel names, and a
        // replica of the dead recorded one that holds data. Which one is to be lost, is not for a rule to say.
        let masters = slots.compactMap(\.server).filter(\.isMaster)
        let stranded = slots.compactMap(\.server).filter { !$0.isMaster && !$0.isLinked && $0.holdsKeys }
        if masters.count == 1, !stranded.isEmpty, zk.master?.address != masters[0].address { return "two copies" }
        return nil
    }

    /// Everything at a glance, for the trace.
    var shown: String {
        let servers = slots.map { slot in
            guard let server = slot.server else {
                let disk = slot.folder.inPlace
                let data = disk.place.map { "line\($0.line) \($0.keys) keys (\(lines.offset($0)))" } ?? "no data"
                return "\(Names.address(slot.address)) down, \(slot.persistence) \(data)"
            }
            let role = server.master.map { "of \(Names.address($0))" } ?? "master"
            return
                "\(Names.address(server.address)) \(role)\(server.isMaster || server.isLinked ? "" : ", link down"), "
                + "line\(server.place.line) \(server.place.keys) keys, mark \(server.mark.map(String.init) ?? "-")"
        }
        let sentinels = sentinelSlots.map { slot in
            guard let sentinel = slot.sentinel else { return "down" }
            return "\(sentinel.shown(sentinel.names)) epoch \(sentinel.configEpoch), \(sentinel.failover), "
                + "\(sentinel.replicas.count) replicas, \(sentinel.peers.count) peers"
        }
        return "\(ZKView(zk).shown); cluster \(zk.cluster.map { $0.record.json } ?? "none"); servers: "
            + "\(servers.joined(separator: "; ")); sentinels: \(sentinels.joined(separator: "; "))"
    }
}
