/// Keeps `/redis/cluster` current: what a cold start, and a watcher that starts later, must know of the last good time.
struct KeepClusterRecord: Behaviour {
    func actions(for snapshot: Snapshot, after events: [Event]) -> [Action] {
        guard snapshot.isSettled, let master = snapshot.record?.address else { return [] }
        var record = snapshot.clusterRecord(under: master)
        if snapshot.hasFewerMembers, let members = snapshot.cluster?.members,
            !snapshot.held(.fewerMembers, for: Snapshot.memberIsGone)
        {
            record.members = members
        }
        return snapshot.isKept(record) ? [] : [.keep(record)]
    }
}

extension Snapshot {
    /// After this time a member that is missing counts as taken away for good. A cluster often goes down one by one, and
    /// those that went first have the oldest data: were they as many as are counted, a cold start would end without the
    /// last. Until then the price is a cold start that waits a session timeout for somebody who never comes.
    static let memberIsGone = Duration.seconds(3_600)

    /// So many bytes the record may lag, because the master's lease writes more often: this is for one whose lease is gone.
    private static let lag: Int64 = 65_536

    /// For so long a lease may leave a reign uncounted in which much was written.
    private static let leasePatience = Duration.seconds(5)

    private var isKeptByLease: Bool { record.map { isLeased($0.address) } ?? false }

    /// Much was written in a reign that the record does not reckon with yet.
    var isUncounted: Bool {
        guard isSettled, let cluster, let held = cluster.holdings, held.epoch < cluster.epoch, held.keys > 0,
            let record, case .master(let history) = answer(of: record.address)
        else { return false }
        return held.keys != history.keys || history.ownBytes > Self.lag
    }

    /// Fewer live members than recorded.
    var hasFewerMembers: Bool { isSettled && cluster.map { liveMembers.count < $0.members } ?? false }

    /// Whether the record says all that matters of `new`: offsets alone, which change all the time, are no reason to write.
    fileprivate func isKept(_ new: ClusterRecord) -> Bool {
        guard var cluster else { return false }
        guard Set(cluster.holders.map(\.address)) == Set(new.holders.map(\.address)),
            isCurrent(cluster.holdings, new.holdings)
        else { return false }
        (cluster.holders, cluster.holdings) = (new.holders, new.holdings)
        return cluster == new
    }

    private func isCurrent(_ old: Holdings?, _ new: Holdings?) -> Bool {
        guard let new else { return true }
        guard let old, old.epoch == new.epoch, (old.keys > 0) == (new.keys > 0) else { return false }
        return new.offset <= old.offset || new.offset - old.offset <= Self.lag
    }

    /// What to write down of the cluster under this master: of the reign that goes on where it is the recorded one, else of
    /// the one that begins. The number of members never falls by a failover: the old master is to come back.
    public func clusterRecord(under master: Address) -> ClusterRecord {
        let isRecorded = record?.address == master
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
        // Its lease knows better: it tells writes from what only moves the offset, and when a new reign counts. One that can't
        // ask its server any more tells nothing.
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

    /// The configuration epoch under which the sentinels name this master; nil where none does.
    func epoch(under master: Address) -> Int? {
        let epochs = sentinels.opinions.filter { $0.names == master && $0.epoch >= 0 }.map(\.epoch)
        return Reign.believed(epochs, beside: cluster?.configurationEpoch ?? 0).max()
    }
}
