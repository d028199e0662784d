/// Keeps `/redis/cluster` current: what a cold start, and a watcher that starts later, must know of the last good time.
struct KeepClusterRecord: Behaviour {
    func actions(for snapshot: Snapshot, after events: [Event]) -> [Action] {
        guard snapshot.isSettled, let master = snapshot.record?.address else { return [] }
        var update = snapshot.clusterUpdate(under: master)
        if snapshot.hasFewerMembers, let members = snapshot.cluster?.members,
            !snapshot.held(.fewerMembers, for: Snapshot.memberIsGone)
        {
            update.members = members
        }
        return snapshot.isKept(update) ? [] : [.keep(update)]
    }
}

extension Snapshot {
    /// After this time a member that is missing counts as taken away for good. A cluster often goes down one by one, and
    /// those that went first have the oldest data: were they as many as are counted, a cold start would end without the
    /// last. Until then the price is a cold start that waits a session timeout for somebody who never comes.
    static let memberIsGone = Duration.seconds(3_600)

    /// Fewer live members than recorded.
    var hasFewerMembers: Bool { isSettled && cluster.map { liveMembers.count < $0.members } ?? false }

    fileprivate func isKept(_ update: ClusterUpdate) -> Bool {
        guard let cluster else { return false }
        return ClusterUpdate(members: cluster.members, replicationID: cluster.replicationID, epoch: cluster.epoch)
            == update
    }

    /// What to write down of the cluster under this master. The number of members never falls by a failover: the old
    /// master is to come back.
    func clusterUpdate(under master: Address) -> ClusterUpdate {
        var replicationID = cluster?.replicationID
        if case .master(let history) = answer(of: master) { replicationID = history.replicationID }
        let members = record?.address == master ? 0 : cluster?.members ?? 0
        return ClusterUpdate(
            members: max(liveMembers.count, members), replicationID: replicationID,
            epoch: epoch(under: master) ?? cluster?.epoch)
    }

    /// The configuration epoch under which the sentinels name this master; nil where none does.
    func epoch(under master: Address) -> Int? { sentinels.opinions.filter { $0.names == master }.map(\.epoch).max() }
}
