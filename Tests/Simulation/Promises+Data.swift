import Succession

/// Nothing is lost (promise 4).
///
/// A write that has been on a majority of the disks is from then on always on one of them, set aside or in its place,
/// until the last disk that has it is lost: no launch, and no sweep of copies, takes the last one. What a full
/// synchronisation takes that a sentinel, or a watcher with a majority's word, has ordered, is counted. And nobody
/// begins a reign with less than `/redis/cluster` says that there was, but for the last second, unless all members
/// stand, it was never kept, or somebody has given it up.
extension Promises {
    /// What a power failure takes: writes of the last second.
    static let lastSecond = 3

    /// Takes note of what is on two disks of three.
    func prove() {
        let slots = world.slots
        for one in slots.indices {
            for other in slots.indices where other != one {
                let others = slots[other].folder.copies.compactMap(\.place)
                slots[one].folder.prove { place in others.map { world.lines.shared(place, $0) }.max() ?? 0 }
            }
        }
    }

    /// A new file has taken the place of an old one.
    func replaced(_ old: Disk, by server: SimRedis) {
        guard let place = old.place, let new = server.slot.folder.inPlace.place else { return }
        server.slot.folder.inPlace.proven = min(old.proven, world.lines.shared(place, new))
        let cause = cause(of: server)
        lost(old, cause == .launch ? nil : "\(cause)") { "\(server.name) has replaced its file" }
    }

    /// Who has told it, or whom it follows, to follow another.
    private func cause(of server: SimRedis) -> SimRedis.Cause {
        var (next, depth) = (Optional(server), 0)
        while let server = next, depth < Names.servers {
            if server.cause != .launch { return server.cause }
            (next, depth) = (server.master.flatMap { world.redisAt[$0] }, depth + 1)
        }
        return .launch
    }

    /// A copy that was set aside has been deleted.
    func deleted(_ copy: Disk, of slot: Slot) {
        lost(copy, nil) { "a copy set aside on host \(slot.number) was deleted" }
    }

    /// - Parameter cause: who else has ordered it; nil: the product's own deed.
    private func lost(_ copy: Disk, _ cause: String?, _ what: () -> String) {
        guard let place = copy.place, copy.proven > 0 else { return }
        let left =
            world.slots.flatMap(\.folder.copies).compactMap(\.place).map { world.lines.shared(place, $0) }.max() ?? 0
        guard left + Self.lastSecond < copy.proven else { return }
        let count = copy.proven - left
        if let cause {
            world.tally.destroyed[cause, default: 0] += count
        } else {
            fail(4, "\(what()): \(count) of \(copy.proven) keys that were on a majority of the disks are on none")
        }
    }

    /// A reign begins with this data.
    func begins(with place: Lines.Place?, on truth: StartTruth, _ name: String) {
        guard let cluster = truth.view.cluster, let holdings = cluster.record.holdings, let held = cluster.held,
            holdings.keys > 0
        else { return }
        world.tally.begun += 1
        // What nobody kept can't come back.
        if !holdings.isKept { return }
        if let place, world.lines.reign(of: place) > holdings.epoch { return }
        let kept = place.map { world.lines.shared($0, held) } ?? 0
        let tolerance = Int((holdings.rate + Holdings.noise) / Lines.bytes) + Self.lastSecond
        guard kept + tolerance < held.keys else { return }
        if place != nil, present(truth) >= cluster.record.members {
            world.tally.begunComplete += 1
            return
        }
        fail(
            4,
            "\(name) begins with \(kept) of the \(held.keys) keys that the cluster held, and \(present(truth)) of "
                + "\(cluster.record.members) members stand")
    }

    /// On how many hosts there are members with data, or that were members before: as candidates, or live.
    private func present(_ truth: StartTruth) -> Int {
        let standing = truth.view.candidates.filter { $0.disk.map { $0.holdsData || $0.passport != nil } ?? false }
        let live = truth.instances.filter { Self.holdsData($0.value) }.keys.map(Names.id)
        return Set((standing.map(\.address) + live).map(Names.host)).count
    }
}

extension Folder {
    mutating func prove(_ shared: (Lines.Place) -> Int) {
        if let place = inPlace.place { inPlace.proven = max(inPlace.proven, shared(place)) }
        for index in asides.indices {
            if let place = asides[index].place { asides[index].proven = max(asides[index].proven, shared(place)) }
        }
    }
}

/// A person who gives up what is on no disk any more, once nobody can go on without it.
final class Operator: SimActor {
    override func act() -> Int? {
        guard world.now > Faults.end || world.outage?.hasBegun ?? false else { return 5_000 }
        let waiting = world.slots.compactMap(\.waitsSince).min()
        guard let waiting, world.now - waiting > 2 * Times.masterTimeout, !world.zk.acceptsLoss, mayGiveUp else {
            return 2_000
        }
        world.note { "the operator accepts the loss" }
        world.tally.accepted += 1
        world.zk.acceptsLoss = true
        return 20_000
    }

    /// Whether a disk is gone, or its data, or they wait for one that is never promoted, or what was written since the
    /// last snapshot went with its master: else the members can go on by themselves.
    private var mayGiveUp: Bool {
        isShortened
            || world.slots.contains { slot in
                slot.isLost || slot.isOutdone || !slot.folder.copies.contains { $0.holdsData && !$0.isDamaged }
            }
    }

    /// Whether no disk has as many keys as the cluster held.
    private var isShortened: Bool {
        guard let keys = world.zk.cluster?.record.holdings?.keys else { return false }
        return !world.slots.flatMap(\.folder.copies).contains { ($0.place?.keys ?? 0) >= keys && !$0.isDamaged }
    }
}
