public import Vocabulary

/// What is to be written down of the cluster: by who keeps it current, and with each new master.
extension Snapshot {
    /// What to write down of the cluster under this master: of the reign that goes on where it is the recorded one,
    /// else of the one that begins. The number of members never falls by a failover: the old master is to come back.
    /// - Parameter wasPromoted: whether it was made a master again: then a reign begins, be it the recorded one or not.
    public func clusterRecord(under master: Address, wasPromoted: Bool = false) -> ClusterRecord {
        let isRecorded = record?.address == master && !wasPromoted
        var new = cluster ?? ClusterRecord(id: mark.clusterID ?? "", members: 0)
        guard case .master(let history) = answer(of: master) else { return new }
        if isRecorded {
            new.replicationID = history.replicationID
        } else {
            let origin = history.origin
            new = new.succeeded(epoch: nextEpoch, by: origin, replicationID: history.replicationID)
        }
        new.members = max(liveMembers.count, isRecorded ? 0 : new.members)
        // Who can be told is told of the higher one; a lone sentinel that begins anew counts from 0.
        let told = tellable.isEmpty ? nil : new.sentinelEpoch
        new.sentinelEpoch = [epoch(under: master), told].compactMap(\.self).max() ?? new.sentinelEpoch
        new.missingSince = nil
        if isRecorded {
            new.holdings = holdings(of: history, new)
            new.holders = holders(new)
            new.disks = new.disks.filter { isLeased($0.address) }
        }
        return new
    }

    /// The number of the next reign.
    public var nextEpoch: Int {
        Reign.next(
            after: [cluster?.configurationEpoch, cluster?.holdings?.epoch].compactMap(\.self),
            and: sentinels.opinions.map(\.epoch))
    }

    private func holdings(of history: History, _ cluster: ClusterRecord) -> Holdings? {
        guard let seen else { return cluster.holdings }
        let old = cluster.holdings
        // Its lease knows better: it tells writes from what only moves the offset, and when a new reign counts. One
        // that can't ask its server any more tells nothing.
        if let old, isKeptByLease, old.epoch == cluster.epoch || !held(.uncounted, for: Self.leasePatience) {
            return old
        }
        if let old, old.epoch == cluster.epoch, history.offset <= old.offset, (old.keys > 0) == history.holdsKeys {
            return old
        }
        return Holdings(
            epoch: cluster.epoch, offset: history.offset, rate: old?.rate ?? 0, keys: history.keys,
            isKept: old?.isKept ?? true, seen: seen)
    }

    private func holders(_ cluster: ClusterRecord) -> [Holder] {
        let all = liveMembers.compactMap { member -> Holder? in
            guard let copy = freshness(of: member), copy.holdsData, let position = copy.position else { return nil }
            return Holder(member, epoch: position.epoch, offset: position.offset)
        }
        return Array(all.prefix(ClusterRecord.holderLimit))
    }

    private var isKeptByLease: Bool { record.map { isLeased($0.address) } ?? false }

    /// So many bytes the record may lag, because the master's lease writes more often: this is for one whose lease is
    /// gone.
    static let recordLag: Int64 = 65_536

    /// For so long a lease may leave a reign uncounted in which much was written.
    private static let leasePatience = Duration.seconds(5)

    /// Much was written in a reign that the record does not reckon with yet.
    var isUncounted: Bool {
        guard isSettled, let cluster, let held = cluster.holdings, held.epoch < cluster.epoch, held.keys > 0,
            let record, case .master(let history) = answer(of: record.address)
        else { return false }
        return held.keys != history.keys || history.ownBytes > Self.recordLag
    }
}

extension Condition {
    /// Much was written in a reign that `/redis/cluster` does not reckon with yet.
    static let uncounted = Condition("uncounted")
}
