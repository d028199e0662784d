import Vocabulary

/// The fast path: a master whose process is gone is replaced at once, and the sentinels are told, instead of after
/// `down-after`.
///
/// Only a refused connection counts. Silence, timeouts and unreachable hosts are left to the sentinels' quorum, and so
/// is everything that could overlap with an election of theirs.
struct SucceedMaster: Behaviour {
    func actions(for snapshot: Snapshot, after events: [Event]) -> [Action] {
        guard let master = snapshot.masterToSucceed else { return [] }
        return [.succeed(master)]
    }
}

extension Snapshot {
    /// How long before the first sentinel could consider the master down by itself a succession may still begin. It and
    /// the announcement take some 50 ms, and no election must begin meanwhile; where sentinels notice sooner, a fifth
    /// of that time.
    private static func successionMargin(_ downAfter: Duration) -> Duration { min(.milliseconds(300), downAfter / 5) }

    fileprivate var masterToSucceed: Address? {
        guard let master = record?.address, hasCrashed(master), reachesMajority, canBeTold, mayStillBegin,
            sentinels.nobodyObjects(to: master), !anyFailover,
            !liveMembers.contains(where: isLiveMaster), !sentinels.voices.contains(where: knowsStranger),
            let heir = heir(of: master), mayTakeOver(heir)
        else { return nil }
        return master
    }

    private func knowsStranger(_ sentinel: SentinelReport) -> Bool {
        sentinel.opinion?.details.replicas.contains(where: isStranger) ?? false
    }

    /// Our connection to it ended and another was refused; and either its lease, which goes with its process, went as
    /// well, or one more was refused 50 ms later, and a majority of the sentinels have lost their links too: what
    /// refuses may be in between.
    private func hasCrashed(_ master: Address) -> Bool {
        guard answer(of: master) == .refused else { return false }
        if masterHadLease, !isLeased(master) { return masterWasRefused || masterHasCrashed }
        return masterHasCrashed && sentinels.isMajority(sentinels.opinions.count(where: \.details.isDisconnected))
    }

    /// Whether too few sentinels for an election consider the master down, or will soon; one that does not answer may.
    var mayStillBegin: Bool {
        let opinions = sentinels.opinions
        let noticing = opinions.count { opinion in
            let details = opinion.details
            return opinion.subjectivelyDown
                || details.lastReply + Self.successionMargin(details.downAfter) >= details.downAfter
        }
        let quorum = opinions.map(\.details.quorum).min() ?? 0
        return noticing == 0 || noticing + sentinels.electorate - opinions.count < quorum
    }

    /// Whether a majority can be told: each in the name of a peer that it lists. Those tell the others.
    private var canBeTold: Bool { sentinels.isMajority(sentinels.opinions.count(where: \.listsPeers)) }
}
