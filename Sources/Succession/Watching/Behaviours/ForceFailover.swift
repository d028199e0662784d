import Vocabulary

/// The fast path where the sentinels can't be told of a master: a lone one has no peer in whose name one could speak,
/// and of those whose peers are all gone none could win a vote.
///
/// Only a refused connection counts. Silence, timeouts and unreachable hosts are left to the sentinels' quorum, and so
/// is everything that could make two failovers overlap: those end with equal epochs and different masters, which never
/// reconcile (`equal-epochs-never-meet` in docs/facts.md).
struct ForceFailover: Behaviour {
    func actions(for snapshot: Snapshot, after events: [Event]) -> [Action] {
        guard let master = snapshot.masterToReplace else { return [] }
        return [.force(master: master, on: snapshot.forcibleSentinels)]
    }
}

extension Snapshot {
    /// How long before the first sentinel would consider the master down by itself a failover may still be forced: the
    /// others hear of a promotion about 1.1 s after it began, and must not begin their own meanwhile.
    private static let forcingMargin = Duration.milliseconds(1_500)

    fileprivate var masterToReplace: Address? {
        guard masterHasCrashed, let master = record?.address, instances[master]?.answer == .refused, !sentinels.isEmpty,
            sentinels.nobodyObjects(to: master), sentinels.voices.allSatisfy({ $0.opinion != nil }), !anyFailover,
            !liveMembers.contains(where: isLiveMaster), !promotableReplicas(of: master).isEmpty,
            !knownReplicas.contains(where: { isStranger($0) || answersAsRedis($0) && !mayBeChanged($0) }),
            !hasUnaskedSentinel
        else { return nil }
        let isAlone = !sentinels.opinions.contains(where: \.listsPeers)
        return isAlone && nobodyHasNoticed(master) || noVoteCouldWin ? master : nil
    }

    /// Whether a sentinel answers that the others know and that is not registered, its lease lost: nobody asks it
    /// whether it has a failover of its own.
    private var hasUnaskedSentinel: Bool {
        peers.contains { $0.value.mayBeSentinel && !believedSentinels.contains($0.key) }
    }

    /// No sentinel considers the master down, nor will for a while yet, and a majority has lost its link to it.
    private func nobodyHasNoticed(_ master: Address) -> Bool {
        let opinions = sentinels.opinions
        return opinions.allSatisfy { opinion in
            !opinion.subjectivelyDown && opinion.details.lastReply + Self.forcingMargin < opinion.details.downAfter
        } && sentinels.isMajority(opinions.filter(\.details.isDisconnected).count)
    }

    /// All of them consider it down and have no quorum, and those that are missing are gone: no election can end well.
    /// They are still as many as the operator wants to agree on a master's death.
    private var noVoteCouldWin: Bool {
        let opinions = sentinels.opinions
        guard opinions.count >= opinions.map(\.details.quorum).max() ?? 0 else { return false }
        let missing = Set(opinions.flatMap(\.details.sentinels)).subtracting(believedSentinels)
        return opinions.allSatisfy { $0.subjectivelyDown && !$0.details.hasQuorum } && !missing.isEmpty
            && missing.allSatisfy { peers[$0] == .refused }
    }

    /// The registered sentinels, those first that know the most replicas that can be promoted.
    fileprivate var forcibleSentinels: [Address] {
        func known(_ report: SentinelReport) -> Int {
            report.opinion?.details.replicas.filter { isPromotable($0) }.count ?? 0
        }
        let known = Dictionary(sentinels.map { ($0.address, known($0)) }, uniquingKeysWith: max)
        return known.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map(\.key)
    }
}
