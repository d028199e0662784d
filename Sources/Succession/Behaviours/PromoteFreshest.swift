/// Promotes a member where no sentinel ever would: nobody answers master, and no majority knows whom to promote, or has
/// had the time for it several times over.
struct PromoteFreshest: Behaviour {
    func actions(for snapshot: Snapshot, after events: [Event]) -> [Action] {
        guard snapshot.isMasterless, !snapshot.mayPromote, let best = snapshot.freshestSuccessor,
            !snapshot.wouldDestroyMore(best), snapshot.mayTakeOver(best)
        else { return [] }
        // A live member that can't be asked may hold the newest copy: it gets three times as long.
        let limit = snapshot.liveMembers.contains(where: snapshot.cannotBeAsked) ? Duration.seconds(30) : .seconds(10)
        let hasGivenUp = snapshot.held(.masterless, for: snapshot.sentinelsPatience)
        return snapshot.isUnmastered && snapshot.held(.unmastered, for: limit) || hasGivenUp ? [.promote(best)] : []
    }
}

extension Snapshot {
    /// No member answers master or is about to, and no majority both names one address and knows a replica of it that it
    /// would promote. (It may try all the same, again and again: that is no break.)
    var isUnmastered: Bool { isMasterless && !sentinelsWillPromote }

    /// Whether a sentinel has a failover in progress that may still promote somebody.
    fileprivate var mayPromote: Bool {
        sentinels.opinions.contains { opinion in opinion.failoverFor.map { $0 <= opinion.longestFailover } ?? false }
    }

    /// After so long a majority that seems to know whom to promote has tried in vain: Sentinel tries again after twice the
    /// `failover-timeout`, and this is half-way between two tries. What bars a replica for it (how long its link was down)
    /// can't all be seen from outside, and each try may be that of a sentinel that knows no replica.
    var sentinelsPatience: Duration {
        let tries = sentinels.opinions.map(\.failoverTimeout).reduce(.zero, max) * 3
        return sentinels.opinions.map(\.details.downAfter).reduce(.zero, max)
            + min(max(tries, .seconds(15)), .seconds(60))
    }

    /// No member answers master or is about to, and one holds data or could be promoted.
    ///
    /// A majority of the sentinels must answer: without one, the master may be alive where we don't see it.
    var isMasterless: Bool {
        guard reachesMajority, freshestSuccessor != nil else { return false }
        let known = Set(
            liveMembers + [record?.address].compactMap(\.self) + sentinels.opinions.compactMap(\.names)
                + instances.keys.filter(bearsOurMark))
        return known.allSatisfy { !mayBeMaster($0) }
    }

    /// Whether a majority names one address and knows a replica of it that it would promote.
    private var sentinelsWillPromote: Bool {
        guard let named = sentinels.majorityAddress, !isStranger(named) else { return false }
        return sentinels.isMajority(
            sentinels.opinions.filter { opinion in
                opinion.names == named
                    && opinion.details.replicas.contains {
                        isPromotable($0) && isLeased($0) && !opinion.details.barred.contains($0)
                    }
            }.count)
    }

    /// A server that answers master, is about to, or may do so where we can't hear it.
    private func mayBeMaster(_ address: Address) -> Bool {
        if isStranger(address) { return false }
        switch answer(of: address) {
        case .master, .loading, .denied: return true
        // A lease whose server refuses: it is about to listen.
        case .refused: return isLeased(address)
        case .silent: return !isDead(address) && !isLeasedReplica(address)
        case .replica, .notRedis: return false
        }
    }

    /// A live member that was a replica when it last answered: its silence hides no master.
    private func isLeasedReplica(_ address: Address) -> Bool {
        isLeased(address) && followed[address] != nil && address != record?.address
            && !sentinels.opinions.contains { $0.names == address }
    }

    /// The live member with the freshest data that may ever be master; of equals one that can be promoted.
    var freshestSuccessor: Address? {
        let candidates = liveMembers.filter {
            mayBeChanged($0) && !isNeverMaster($0) && (isPromotable($0) || holdsData($0))
        }
        let copies = candidates.map { freshness(of: $0) ?? .empty }
        let ranked = zip(candidates, copies).map { member, copy in
            (member, FreshnessRank(of: copy, among: copies, holdings: holdings), isPromotable(member) ? 1 : 0)
        }
        return ranked.max { ($0.1, $0.2, $0.0) < ($1.1, $1.2, $1.0) }?.0
    }

    /// Whether somebody who must never be master would lose by following this one what nobody else has: all, or whatever is newer.
    fileprivate func wouldDestroyMore(_ member: Address) -> Bool {
        guard !acceptsLoss || isExposed else { return false }
        guard holdsData(member), let copy = freshness(of: member) else {
            return witnesses.contains { $0.copy.holdsData }
        }
        return neverMastersAhead(of: copy) != nil
    }

    /// The member that would be promoted, and those that must never be master and have more.
    var outdoneSuccessor: (Address, [Address])? {
        guard isMasterless, let best = freshestSuccessor, let copy = freshness(of: best),
            let holders = neverMastersAhead(of: copy)
        else { return nil }
        return (best, holders)
    }

    /// The member that would be promoted, where it lacks more than the last second of what there was, and nobody allows that.
    var heldBackSuccessor: (Address, Shortfall)? {
        guard isMasterless, let best = freshestSuccessor, let copy = freshness(of: best), !mayTakeOver(best),
            let shortfall = shortfall(of: copy)
        else { return nil }
        return (best, shortfall)
    }
}
