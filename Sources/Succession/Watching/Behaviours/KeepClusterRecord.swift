import Vocabulary

/// Keeps `/redis/cluster` current: what a cold start, and a watcher that starts later, must know of the last good time.
struct KeepClusterRecord: Behaviour {
    func conditions(in snapshot: Snapshot) -> Set<Condition> {
        var holding: Set<Condition> = []
        if snapshot.hasFewerMembers { holding.insert(.fewerMembers) }
        if snapshot.isUncounted { holding.insert(.uncounted) }
        return holding
    }

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

extension Condition {
    /// Fewer live members than recorded.
    static let fewerMembers = Condition("fewer members")
}

extension Snapshot {
    /// After this time a member that is missing counts as taken away for good. A cluster often goes down one by one,
    /// and those that went first have the oldest data: were they as many as are counted, a cold start would end without
    /// the last. Until then the price is a cold start that waits a session timeout for somebody who never comes.
    fileprivate static let memberIsGone = Duration.seconds(3_600)

    fileprivate var hasFewerMembers: Bool { isSettled && cluster.map { liveMembers.count < $0.members } ?? false }

    /// Whether the record says all that matters of `new`: offsets alone, which change all the time, are no reason to
    /// write.
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
        return new.offset <= old.offset || new.offset - old.offset <= Self.recordLag
    }
}
