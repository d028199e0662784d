import Vocabulary

@testable import Succession

/// What `/redis/cluster` and passports tell of data, read a second time.
extension OracleWords {
    /// The number of the reign that `/redis/cluster` names this id for.
    func reign(of line: String?) -> Int? {
        guard let line, let cluster = o.cluster else { return nil }
        if cluster.replicationID == line { return cluster.epoch }
        return cluster.reigns.reversed().first { $0.replicationID == line }?.epoch
    }

    func reign(of history: History) -> Int? {
        // Whoever has just claimed has not written down its id yet.
        if let cluster = o.cluster, cluster.replicationID == nil, let recorded = o.record?.address,
            case .master(let master)? = o.instances[recorded]?.answer, master.replicationID == history.replicationID
        {
            return cluster.epoch
        }
        return reign(of: history.replicationID) ?? reign(of: history.previousID)
    }

    /// Whose passport is another cluster's, or nobody's, says nothing of this one's reigns; its replication id may.
    func judged(_ copy: Freshness) -> Freshness {
        guard let id = known.id else { return copy }
        var copy = copy
        if copy.clusterID != id { copy.epoch = nil }
        copy.epoch = copy.epoch ?? reign(of: copy.replicationID)
        return copy
    }

    /// Of a wiped ZooKeeper the passports of those that stand know: the cluster of the best of them, and the most that
    /// any of that one tells.
    func cluster() -> (id: String?, held: Holdings?) {
        if let cluster = o.cluster { return (cluster.id, cluster.holdings) }
        let marked = ([o.data] + o.candidates.map(\.freshness)).filter { $0.clusterID != nil }
        let order = OracleOrder(held: nil)
        let unbeaten = marked.filter { one in !marked.contains { order.isFresher($0, one) } }
        guard let id = unbeaten.compactMap(\.clusterID).min() else { return (nil, nil) }
        let members = marked.filter { $0.clusterID == id }
        let positions = members.filter { $0.holdsData && $0.epoch != nil && $0.offset != nil }
        let latest = positions.max { ($0.epoch!, $0.offset!, $0.keys ?? 0) < ($1.epoch!, $1.offset!, $1.keys ?? 0) }
        let held = latest.map { copy in
            Holdings(
                epoch: copy.epoch!, offset: copy.offset!, keys: max(1, copy.keys ?? 1),
                isKept: members.contains { $0.isKept }, seen: "-")
        }
        return (id, held)
    }

    /// Whom a count of members may count: who has data, or the passport of one that was here before.
    var here: [Address] {
        let standing = o.candidates.filter { one in
            one.freshness.holdsData || o.cluster != nil && one.freshness.clusterID == o.cluster!.id
        }
        return Array(Set(standing.map(\.address) + holders))
    }

    private var passedOver: [Address] {
        o.candidates.filter { o.passedOver.contains($0.number) && $0.number != o.candidacy?.number }.map(\.address)
    }

    /// "Nobody begins behind what there was", and its four ways out.
    func mayBegin(_ copy: Freshness) -> Bool {
        guard let held = known.held, held.keys > 0 else { return true }
        let isUsable = copy.holdsData && copy.isLoadable
        if isUsable, let epoch = copy.epoch, let offset = copy.offset, !OracleOrder.lacks(epoch, offset, of: held) {
            return true
        }
        if o.acceptsLoss { return true }
        if hasWaitedEnough { return true }
        // What was in memory alone can't come back, for nobody.
        if !held.isKept && (isUsable || !copy.isKept) { return true }
        guard let members = o.cluster?.members, members > 0 else { return false }
        return isUsable && disks >= members && neverMastersAhead(copy).isEmpty
    }

    /// Who must never be master and has more than a reign would begin with that is not known to have all there was.
    func neverMastersAhead(_ copy: Freshness) -> [Address] {
        if o.acceptsLoss || hasWaitedEnough { return [] }
        var standing = o.candidates.filter { !$0.mayLead }.map { ($0.address, judged($0.freshness)) }
        var live = others.filter(isNeverMaster).compactMap { member in copies[member].map { (member, $0) } }
        if var held = o.cluster?.holdings, !lacksSomething(copy) {
            // It lacks nothing of what was written down; what came after that only passports tell.
            live = []
            standing = standing.filter { _, theirs in
                guard held.keys > 0, let epoch = theirs.epoch, let offset = theirs.offset else { return false }
                (held.epoch, held.offset) = (epoch, offset)
                return OracleOrder.lacks(copy.epoch!, copy.offset!, of: held)
            }
        }
        let recorded =
            o.record?.address == o.me
            ? own : o.candidates.first { $0.address == o.record?.address }.map { judged($0.freshness) }
        func isWithRecorded(_ one: Freshness) -> Bool {
            guard let recorded else { return false }
            return one == recorded || one.replicationID != nil && one.replicationID == recorded.replicationID
        }
        let ahead = (standing + live).filter { _, theirs in
            OracleOrder.worth(theirs) == 2
                && OracleOrder(held: known.held).isFresher(
                    theirs, copy, recorded: (isWithRecorded(theirs), isWithRecorded(copy)))
        }
        return Set(ahead.map(\.0)).sorted { "\($0)" < "\($1)" }
    }

    private var hasWaitedEnough: Bool {
        guard let limit = o.acceptLossAfter, let since = o.cluster?.missingSince, let us = o.candidacy,
            let ours = o.candidates.first(where: { $0.number == us.number })
        else { return false }
        return Duration.milliseconds(max(0, ours.since - since)) + us.age >= limit
    }

    /// So many disks are behind those that are here.
    private var disks: Int {
        var names: Set<String> = []
        for address in here where !passedOver.contains(address) {
            let newest = o.candidates.filter { $0.address == address }.max { $0.number < $1.number }
            if !o.members.contains(address), let newest {
                if let run = newest.freshness.runID {
                    names.insert(run)
                } else if isYoung(address) {
                    continue
                } else {
                    names.insert("\(address)")
                }
            } else {
                names.insert("\(address)")
            }
        }
        return names.count
    }

    /// One that has stood for less than one and a half session timeouts may stand beside its own predecessor's node.
    private func isYoung(_ address: Address) -> Bool {
        guard let us = o.candidacy, let ours = o.candidates.first(where: { $0.number == us.number }) else {
            return false
        }
        return o.candidates.contains { one in
            let age = us.age + .milliseconds(ours.since - one.since)
            return one.address == address && age < us.sessionTimeout * 3 / 2
        }
    }

    func lacksSomething(_ copy: Freshness) -> Bool {
        guard let held = known.held, held.keys > 0 else { return false }
        guard copy.holdsData, copy.isLoadable, let epoch = copy.epoch, let offset = copy.offset else { return true }
        return OracleOrder.lacks(epoch, offset, of: held)
    }

    func isNeverMaster(_ member: Address) -> Bool {
        guard case .replica(let replication)? = o.instances[member]?.answer else { return false }
        return replication.priority == 0 && replication.awaitedPriority == nil
    }

    func waitsForUs(_ member: Address) -> Bool {
        // Nobody promotes it; whether it has more is told among all that may lead.
        if isNeverMaster(member) {
            return ([own] + o.candidates.filter(\.mayLead).map(\.freshness)).contains { OracleOrder.worth($0) == 2 }
        }
        guard let held = known.held, held.keys > 0, own.holdsData, own.isLoadable, !lacksSomething(own) else {
            return false
        }
        guard let copy = copies[member] else { return false }
        return lacksSomething(copy) || copy.epoch! < own.epoch!
    }

    func shortfall(_ copy: Freshness) -> Reason {
        .behind(
            Shortfall(
                holdings: known.held!, holders: o.cluster?.holders.map(\.address) ?? [], copy: copy, root: o.mark.root))
    }
}

/// Which of two copies is fresher, written down a second time.
struct OracleOrder {
    var held: Holdings?

    /// Whether this position lacks more than pings and the last second of writes.
    static func lacks(_ epoch: Int, _ offset: Int64, of held: Holdings) -> Bool {
        epoch < held.epoch || epoch == held.epoch && held.offset - offset > 256 + held.rate
    }

    /// 0: nothing, 1: what no server would start with, 2: data.
    static func worth(_ copy: Freshness) -> Int { !copy.holdsData ? 0 : copy.isLoadable ? 2 : 1 }

    /// - Parameter recorded: which of the two is the recorded master's own.
    func isFresher(_ one: Freshness, _ other: Freshness, recorded: (Bool, Bool) = (false, false)) -> Bool {
        let worths = (Self.worth(one), Self.worth(other))
        if worths.0 != worths.1 { return worths.0 > worths.1 }
        if worths.0 == 0 { return false }
        switch (position(one), position(other)) {
        case (let mine?, let theirs?): return mine > theirs
        case (let mine?, nil): return !isBehind(mine)
        case (nil, let theirs?): return isBehind(theirs)
        case (nil, nil): break
        }
        let isOneLine = one.replicationID != nil && one.replicationID == other.replicationID
        if !isOneLine, recorded.0 != recorded.1 { return recorded.0 }
        let times = (one.modified ?? 0, other.modified ?? 0)
        let offsets = (
            one.replicationID == nil ? 0 : one.offset ?? 0, other.replicationID == nil ? 0 : other.offset ?? 0
        )
        // Of two files of one moment the offset decides, so that the order is one.
        return isOneLine || times.0 == times.1 ? offsets.0 > offsets.1 : times.0 > times.1
    }

    private func position(_ copy: Freshness) -> (Int, Int64)? {
        guard let epoch = copy.epoch, let offset = copy.offset else { return nil }
        return (epoch, offset)
    }

    private func isBehind(_ position: (Int, Int64)) -> Bool {
        held.map { Self.lacks(position.0, position.1, of: $0) } ?? false
    }
}
