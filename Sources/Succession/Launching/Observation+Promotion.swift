import Vocabulary

/// Whether we were promoted in the place of the recorded master, and died before anybody recorded it.
///
/// Whoever promotes a server has the others follow it, and so gives up what they have beyond it. What was written to it
/// since is with it alone, and nobody would bring that back: a sentinel or a watcher promotes the recorded one again.
/// But a server may be told by hand to follow any other, an old copy may come up where somebody is followed still, and
/// only a whole log has the last of what was written. So all of it must be shown; otherwise we wait.
extension Observation {
    func wasPromoted(inPlaceOf record: Record) -> Bool {
        guard let replication = replication(of: record.address), replication.master == me, !replication.isLinked,
            isProven(record.address), !answersAsRedis(me)
        else { return false }
        return isLogBeyond(replication.history) && isLeftToUs && nobodyHasMore(but: record.address)
    }

    /// Whether our log is whole, of the reign that goes on, and written by the master that this history comes from: it
    /// is of that master's own, or of the one from which we were promoted.
    private func isLogBeyond(_ history: History) -> Bool {
        guard let cluster, data.isUsable, data.isWhole, data.clusterID == cluster.id, data.epoch == cluster.epoch
        else { return false }
        return isOurs(history)
    }

    private func isOurs(_ history: History) -> Bool {
        history.replicationID == data.replicationID || history.replicationID == data.previousID
    }

    /// Whether no sentinel promotes somebody else meanwhile: that would leave the record as it is, and so our claim.
    private var isLeftToUs: Bool { (sentinels.areAbsent || sentinels.majorityAddress == me) && !isDisputed }

    /// Whoever is missing gets the time in which a lost lease comes back.
    private func nobodyHasMore(but recorded: Address) -> Bool {
        let own = judged(data)
        let isMissing = cluster.map { $0.members > Set(members).union([me]).count } ?? false
        return (!isMissing || waited >= Self.shortestWindow) && mayBegin(with: own) && neverMastersAhead(of: own) == nil
            && candidates.allSatisfy { !judged($0.freshness).isFresher(than: own, holdings: holdings) }
            && others.allSatisfy { $0 == recorded || isStranger($0) || hasNothingMore($0) }
    }

    /// A replica that was left behind by our promotion, or has nothing newer.
    private func hasNothingMore(_ member: Address) -> Bool {
        replication(of: member).map { isOurs($0.history) || !isFresherThanUs(member) } ?? false
    }
}
