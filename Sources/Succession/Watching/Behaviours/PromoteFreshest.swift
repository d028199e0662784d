import Vocabulary

/// Promotes a member where no sentinel ever would: nobody answers master, and no majority knows whom to promote, or has
/// had the time for it several times over.
struct PromoteFreshest: Behaviour {
    func conditions(in snapshot: Snapshot) -> Set<Condition> {
        var holding: Set<Condition> = []
        if snapshot.isUnmastered { holding.insert(.unmastered) }
        if snapshot.isMasterless { holding.insert(.masterless) }
        return holding
    }

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

extension Condition {
    /// Nobody answers master, and no majority of sentinels could ever promote anybody.
    static let unmastered = Condition("unmastered")
}

extension Snapshot {
    /// No member answers master or is about to, and no majority both names one address and knows a replica of it that
    /// it would promote. (It may try all the same, again and again: that is no break.)
    fileprivate var isUnmastered: Bool { isMasterless && !sentinelsWillPromote }

    /// Whether a sentinel has a failover in progress that may still promote somebody.
    fileprivate var mayPromote: Bool {
        sentinels.opinions.contains { opinion in opinion.failoverFor.map { $0 <= opinion.longestFailover } ?? false }
    }

    /// After so long a majority that seems to know whom to promote has tried in vain: Sentinel tries again after twice
    /// the `failover-timeout`, and this is half-way between two tries. What bars a replica for it (how long its link
    /// was down) can't all be seen from outside, and each try may be that of a sentinel that knows no replica.
    fileprivate var sentinelsPatience: Duration {
        let tries = sentinels.opinions.map(\.failoverTimeout).reduce(.zero, max) * 3
        return sentinels.opinions.map(\.details.downAfter).reduce(.zero, max)
            + min(max(tries, .seconds(15)), .seconds(60))
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

    /// Whether somebody who must never be master would lose by following this one what nobody else has: all, or
    /// whatever is newer.
    fileprivate func wouldDestroyMore(_ member: Address) -> Bool {
        guard !acceptsLoss || isExposed else { return false }
        guard holdsData(member), let copy = freshness(of: member) else {
            return witnesses.contains { $0.copy.holdsData }
        }
        return neverMastersAhead(of: copy) != nil
    }
}
