import Vocabulary

/// Whether we were promoted in the place of the recorded master, and died before anybody recorded it.
///
/// Whoever promotes a server has the others follow it, and so gives up what they have beyond it. What was written to it
/// since is with it alone, and nobody would bring that back: a sentinel or a watcher promotes the recorded one again.
/// But a server may be told by hand to follow any other, an old copy may come up where somebody is followed still, and
/// only a whole log has the last of what was written. So all of it must be shown; otherwise we wait.
extension Observation {
    /// What a failover may have cost, in bytes: as much as the target of a switchover may lack.
    private static let failoverLoss = Snapshot.switchoverLag

    func wasPromoted(inPlaceOf record: Record) -> Bool {
        guard let replication = replication(of: record.address), replication.master == me, !replication.isLinked,
            isProven(record.address), !answersAsRedis(me)
        else { return false }
        return isPromotedLog && isLeftBehind(replication.history) && isLeftToUs && nobodyHasMore(but: record.address)
    }

    /// Whether our log has all that its server took as a master, and that one was promoted from the reign that goes on.
    private var isPromotedLog: Bool {
        guard let cluster, data.isUsable, data.isWhole, data.clusterID == cluster.id, data.epoch == cluster.epoch
        else { return false }
        return data.previousID != nil && data.previousID == cluster.replicationID
    }

    /// Whether a server has taken its data from us since, or was left behind by our promotion with no more beyond it
    /// than a failover may cost.
    private func isLeftBehind(_ history: History) -> Bool {
        if history.replicationID == data.replicationID { return true }
        guard history.replicationID == data.previousID, let shared = data.provenOffset else { return false }
        return history.offset - shared <= Self.failoverLoss
    }

    /// Whether no sentinel promotes somebody else meanwhile: that would leave the record as it is, and so our claim.
    private var isLeftToUs: Bool {
        guard !isDisputed else { return false }
        return sentinels.areAbsent
            || sentinels.majorityAddress == me && sentinels.opinions.allSatisfy { $0.names == nil || $0.names == me }
    }

    /// Whoever is missing gets the time in which a lost lease comes back.
    private func nobodyHasMore(but recorded: Address) -> Bool {
        var own = judged(data)
        // What was appended since counts under our own id alone.
        own.offset = data.provenOffset
        let isMissing = cluster.map { $0.members > Set(members).union([me]).count } ?? false
        return (!isMissing || waited >= Self.shortestWindow) && !isBehind(own) && neverMastersAhead(of: own) == nil
            && candidates.allSatisfy { !judged($0.freshness).isFresher(than: own, holdings: holdings) }
            && others.allSatisfy { $0 == recorded || isStranger($0) || hasNothingMore($0, than: own) }
    }

    private func hasNothingMore(_ member: Address, than own: Freshness) -> Bool {
        guard let history = replication(of: member)?.history, let copy = freshness(of: member) else { return false }
        return isLeftBehind(history) || !copy.isFresher(than: own, holdings: holdings)
    }
}

extension Freshness {
    /// What a reign takes over that begins with the log of a promoted server: nothing is recorded of its own id.
    var originOfPromotion: Origin? {
        guard let previousID, let provenOffset else { return nil }
        return Origin(epoch: epoch, replicationID: previousID, offset: provenOffset)
    }
}
