/// Where others than the user of `ZK_AUTH` may change the nodes, a crashed master is replaced all the same: servers and sentinels
/// say that it crashed, and who has its data. Whom a node names, or what it asks for, is no reason to empty a server.
extension Action {
    /// Whether servers lose what they hold where somebody else has written what it was planned from.
    var destroysOnTheRecordsWord: Bool {
        switch self {
        case .attach, .repoint, .switchOver: true
        // Who is promoted, or told of, is looked at more strictly then.
        case .succeed, .force, .promote, .announce: false
        case .reset, .configure, .remove: false
        case .record, .keep, .answer, .alert, .publish: false
        }
    }
}

extension Snapshot {
    /// Whether a member has what there was, but for the last second of it: then a reign may begin with it.
    ///
    /// Where somebody else may have written what there was, what this watcher heard of the master itself goes before it: a number
    /// that nobody ever came to would keep everybody from being promoted, and a low one let anybody.
    public func mayTakeOver(_ member: Address) -> Bool {
        if isExposed, let lastWord { return holds(lastWord, member) }
        return freshness(of: member).map { mayBegin(with: $0) } ?? false
    }

    /// Whether a member has all that the recorded master told of, under the id that it bore: as its replica, or promoted from it.
    private func holds(_ word: History, _ member: Address) -> Bool {
        let (history, shared): (History, Int64)
        switch answer(of: member) {
        case .replica(let replication) where replication.history.replicationID == word.replicationID:
            (history, shared) = (replication.history, replication.history.offset)
        case .master(let own) where own.previousID == word.replicationID:
            (history, shared) = (own, (own.previousOffset ?? 0) - 1)
        default: return false
        }
        return (history.holdsKeys || !word.holdsKeys) && shared >= word.offset - Holdings.noise
    }

    /// Whether another server of ours answers master: who is told to follow the recorded one takes that one's data.
    var hasRival: Bool { instances.keys.contains { $0 != record?.address && mayBeFollowed($0) } }
}
