import Vocabulary

/// The words that depend on who asks.
extension Observation {
    /// Live members but ourselves, each once and in a fixed order. Our own port is free, so a lease at our own address
    /// is of an earlier life; a server that was restarted within the session timeout has two.
    var others: [Address] { liveMembers.filter { $0 != me } }

    func isFresherThanUs(_ member: Address) -> Bool {
        guard let theirs = freshness(of: member) else { return false }
        return theirs.isFresher(than: judged(data), holdings: holdings) && !isAheadByPings(theirs)
    }

    /// Whether a copy is of our own reign, and our log has all that we wrote then: what it is ahead by is pings, and
    /// what the sentinels publish.
    private func isAheadByPings(_ copy: Freshness) -> Bool {
        data.isWhole && data.epoch != nil && data.epoch == copy.epoch && data.replicationID == copy.replicationID
            && record?.address == me
    }

    /// Live members beside which a new master would be one too many, or without their data.
    ///
    /// A member that nobody would promote, because it can't be and lacks what there was (killed masters leave such
    /// replicas behind, on their old data), is none where our own data lacks nothing: it would wait for us for ever,
    /// and we for it. Nor is one that must never be master, where anybody who may lead has data at all.
    var successors: [Address] {
        others.filter { isPromotable($0) || isLiveMaster($0) || holdsData($0) && !isHeldBack($0) }
    }

    private func isHeldBack(_ member: Address) -> Bool {
        // Nobody promotes it. Whether a reign may begin beside it, with less than it has, is told once all stand that
        // may lead.
        if isNeverMaster(member) { return data.isUsable || candidates.contains { $0.mayLead && $0.freshness.isUsable } }
        let own = judged(data)
        guard holdings.map({ $0.keys > 0 }) ?? false, data.isUsable, !isBehind(own), let copy = freshness(of: member)
        else { return false }
        return isBehind(copy) || copy.position?.epoch ?? 0 < own.position?.epoch ?? 0
    }

    /// Whether waiting for somebody else's data has had its time: half of the limit, where we hold data ourselves. But
    /// sentinels promote nobody before their `down-after` is over, and an older master must not come back just then.
    var patienceIsOver: Bool { data.isUsable && waited * 2 >= limit && waited >= sentinels.timeToPromote }
}

extension Observation {
    /// What the cluster held; where ZooKeeper has lost that, what the passports of those that stand know of it.
    public var holdings: Holdings? { cluster?.holdings ?? restored?.holdings }

    /// The cluster of which the passports tell that lie beside our own data and that of the candidates, where ZooKeeper
    /// knows of none: the one with the highest position.
    public var restored: ClusterRecord? {
        guard cluster == nil else { return nil }
        let marked = ([data] + candidates.map(\.freshness)).filter { $0.clusterID != nil }
        // The order in which they are read must not decide between two clusters.
        let best = marked.max { one, other in
            let ranks = (rank(one), rank(other))
            return ranks.0 != ranks.1 ? ranks.0 < ranks.1 : one.clusterID ?? "" > other.clusterID ?? ""
        }
        guard let id = best?.clusterID else { return nil }
        let copies = marked.filter { $0.clusterID == id }
        let epoch = copies.compactMap(\.epoch).filter { $0 < ClusterRecord.highestEpoch - 1 }.max() ?? 0
        var record = ClusterRecord(id: id, members: 0, epoch: epoch)
        // One that can't be loaded tells as well what there was.
        let known = copies.filter(\.holdsData).compactMap { copy in copy.position.map { (copy, $0) } }
        if let (copy, position) = known.max(by: { ($0.1, $0.0.keys ?? 0) < ($1.1, $1.0.keys ?? 0) }) {
            record.holdings = Holdings(
                epoch: position.epoch, offset: position.offset, keys: max(copy.keys ?? 1, 1),
                isKept: copies.contains(where: \.isKept), seen: "-")
            record.replicationID = copy.replicationID
        }
        return record
    }

    private func rank(_ copy: Freshness) -> FreshnessRank { FreshnessRank(of: copy, among: []) }

    /// Candidates that were members before (they hold data, or the passport of this cluster lies in their folder), and
    /// live members that hold data.
    var presentCounted: Set<Address> {
        let id = cluster?.id
        let standing = candidates.filter { $0.freshness.holdsData || id != nil && $0.freshness.clusterID == id }
        return Set(standing.map(\.address)).union(others.filter(holdsData))
    }

    /// Those that are here for sure. The node of a launcher that was killed lives on for a session timeout, beside that
    /// of the one that was started in its place: on another port the two would count as two members with the data of
    /// one. What their passports say tells them apart; of those that have none, only who has stood for longer than that
    /// counts. And what those have that were passed over will not begin, and may be better.
    public var presentMembers: Int {
        let passed = candidates.filter { passedOver.contains($0.number) && $0.number != candidacy?.number }
        let standing = Dictionary(candidates.map { ($0.address, $0) }) { $0.number > $1.number ? $0 : $1 }
        let disks = presentCounted.subtracting(passed.map(\.address)).compactMap { address -> String? in
            guard !isLeased(address), let candidate = standing[address] else { return address.description }
            return candidate.freshness.runID ?? (isYoung(candidate) ? nil : address.description)
        }
        return Set(disks).count
    }

    /// Of those that must never be master: whoever stands, and whoever lives.
    public var witnesses: [Witness] {
        let standing = candidates.filter { !$0.mayLead }
            .map { Witness($0.address, judged($0.freshness), isRunning: false) }
        return standing + running(others).filter { !isAheadByPings($0.copy) }
    }

    public var recordedCopy: Freshness? {
        record?.address == me
            ? judged(data) : candidates.first { $0.address == record?.address }.map { judged($0.freshness) }
    }

    private func isYoung(_ candidate: Candidate) -> Bool {
        guard let candidacy, let own = candidates.first(where: { $0.number == candidacy.number }) else { return false }
        let rest = candidacy.age - candidacy.sessionTimeout * 3 / 2
        return Duration.milliseconds(candidate.since - own.since) > rest
    }

    /// By ZooKeeper's clock: of several starts each would count anew.
    public var missingFor: Duration? {
        guard let since = cluster?.missingSince, let candidacy,
            let own = candidates.first(where: { $0.number == candidacy.number })
        else { return nil }
        return .milliseconds(max(own.since, since) - since) + candidacy.age
    }
}

extension Sentinels {
    /// In which those that answer replace a dead master: after `down-after`, and what an election and a promotion take,
    /// about 2 s, and as much again. Zero where none answers.
    fileprivate var timeToPromote: Duration { opinions.map { $0.details.downAfter + .seconds(5) }.max() ?? .zero }
}

extension Observation {
    /// The number of the reign that a claim of ours would begin: above every one that is known here.
    public var nextEpoch: Int {
        let copies = ([data] + candidates.map(\.freshness)).filter {
            $0.clusterID != nil && $0.clusterID == mark.clusterID
        }
        let known = [cluster?.configurationEpoch, restored?.epoch, cluster?.holdings?.epoch].compactMap(\.self)
        let borne = copies.compactMap(\.epoch).filter { $0 < ClusterRecord.highestEpoch - Reign.stride }
        return Reign.next(after: known + borne, and: sentinels.opinions.map(\.epoch))
    }
}

extension Freshness {
    /// What a reign that begins with this copy takes over; nil where that bears no id.
    public var origin: Origin? {
        guard holdsData, let replicationID, let offset = provenOffset ?? offset else { return nil }
        return Origin(epoch: epoch, replicationID: replicationID, offset: offset)
    }
}
