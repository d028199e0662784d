import Vocabulary

@testable import Succession

/// The rules of `decide` one by one, as `docs/design.md` has them: the second implementation that it is compared with.
enum OracleTable {
    typealias Words = OracleWords

    struct Row: Sendable {
        let rule: Rule
        let when: @Sendable (Words) -> Bool
        let then: @Sendable (Words) -> Decision

        init(
            _ rule: Rule, when: @escaping @Sendable (Words) -> Bool, then: @escaping @Sendable (Words) -> Decision
        ) {
            (self.rule, self.when, self.then) = (rule, when, then)
        }
    }

    static func ruling(_ words: Words) -> Ruling {
        let record = words.o.record
        let rest = record == nil ? nothingRecorded : record?.address == words.o.me ? usRecorded : anotherRecorded
        let row = (anyRecorded + rest).first { $0.when(words) }!
        var decision = row.then(words)
        switch decision {
        // A cold start's window closes whatever happens.
        case .wait(.settling): break
        case .wait(let reason) where words.o.waited >= words.o.limit: decision = .refuse(reason)
        default: break
        }
        return Ruling(row.rule, decision)
    }

    /// The same for a server that must never be master: it stands where its copy tells something, and waits.
    static func withoutLead(_ ruling: Ruling, _ words: Words) -> Ruling {
        switch ruling.decision {
        case .claim, .resume, .stand:
            let stands = words.o.candidates.contains { $0.number == words.o.candidacy?.number }
            if !stands, words.o.data.holdsData || words.o.data.clusterID != nil {
                return Ruling(ruling.rule, .stand)
            }
            let isOver = words.o.waited >= words.o.limit
            return Ruling(ruling.rule, isOver ? .refuse(.neverMaster) : .wait(.neverMaster))
        case .follow, .wait, .refuse: return ruling
        }
    }

    private static let anyRecorded = [
        Row(.shortage, when: { $0.o.shortage != nil }, then: { .wait(.shortage($0.o.shortage!)) }),
        Row(.chosenMaster, when: { $0.chosen != nil && $0.chosen != $0.o.me }, then: { .follow($0.chosen!) }),
        Row(.failoverInProgress, when: { $0.failover }, then: { _ in .wait(.failoverInProgress) }),
    ]

    private static let nothingRecorded = [
        Row(.soleMaster, when: { $0.liveMasters.count == 1 }, then: { .follow($0.liveMasters[0]) }),
        Row(
            .firstClaim,
            when: { words in
                let o = words.o
                return !o.data.holdsData && o.data.clusterID == nil && o.cluster == nil && o.sentinels.isEmpty
                    && o.members + o.candidates.map(\.address) == []
            }, then: { _ in .claim(at: nil) }),
        // A lost record is no reason to claim beside members that have the data, or may have it.
        Row(
            .unrecordedMembers, when: { !$0.successors.isEmpty || !$0.unknown.isEmpty && !$0.impatient },
            then: { words in
                let all = words.successors + (words.impatient ? [] : words.listed(words.unknown))
                return .wait(words.areNeverMasters(all) ? .neverMasters(all) : .unrecordedMembers(all))
            }),
        Row(.nothingRecorded, when: { _ in true }, then: coldStart),
    ]

    private static let anotherRecorded = [
        // The older master is not to be followed by the one that was promoted in its place.
        Row(
            .promotedNotRecorded,
            when: { $0.majority == $0.o.me && $0.ours.contains($0.it) && $0.masters.contains($0.it) },
            then: { .wait(.promotedButNotRecorded($0.it)) }),
        // What a loading master holds, and whether it can be read, is not known yet.
        Row(
            .recordedLoading,
            when: { words in
                words.ours.contains(words.it) && words.loading.contains(words.it) && words.hasUsableData
                    && !words.impatient
            }, then: { .wait(.loading($0.it)) }),
        Row(
            .recordedMaster, when: { $0.ours.contains($0.it) && ($0.masters + $0.loading).contains($0.it) },
            then: { .follow($0.it) }),
        Row(
            .redirected,
            when: { words in
                guard !words.strangers.contains(words.it), let next = words.follows[words.it] else { return false }
                return next != words.o.me && words.masters.contains(next) && words.ours.contains(next)
            }, then: { .follow($0.follows[$0.it]!) }),
        Row(.followedByRecorded, when: { $0.wasPromoted }, then: { .claim(at: $0.o.record!.version) }),
        Row(
            .unknownRedis, when: { $0.redis.contains($0.it) && !($0.strangers + $0.ours).contains($0.it) },
            then: { .wait($0.isDenied($0.it) ? .denied($0.it) : .notKnownToBeOurs($0.it)) }),
        Row(
            .deadWithLease, when: { $0.dead.contains($0.it) && $0.o.members.contains($0.it) },
            then: { .wait(.startingOrCutOff($0.it)) }),
        Row(
            .deadWithSuccessors, when: { $0.dead.contains($0.it) && !$0.successors.isEmpty },
            then: { words in
                let all = words.successors
                return .wait(words.areNeverMasters(all) ? .neverMasters(all) : .promotionOf(master: words.it, all))
            }),
        // A live member that can't be asked may hold the only copy.
        Row(
            .deadWithUnasked, when: { $0.dead.contains($0.it) && !$0.unknown.isEmpty && !$0.impatient },
            then: { .wait(.unknownData(master: $0.it, $0.listed($0.unknown))) }),
        Row(.deadAlone, when: { $0.dead.contains($0.it) }, then: coldStart),
        Row(
            .recordedReplica, when: { $0.isReplica($0.it) },
            then: { .wait(.follows($0.it, $0.follows[$0.it])) }),
        Row(.recordedDenied, when: { $0.isDenied($0.it) }, then: { .wait(.denied($0.it)) }),
        Row(.recordedSilent, when: { _ in true }, then: { .wait(.silent($0.it)) }),
    ]

    private static let usRecorded = [
        Row(
            .promotedFromUs, when: { !$0.promotedFromUs.isEmpty }, then: { words in .follow(words.promotedFurthest) }),
        // Whom the sentinels chose may be alive, and only silent to us.
        Row(
            .chosenButSilent,
            when: { words in
                words.majority.map { $0 != words.o.me && !words.dead.contains($0) && !words.impatient } ?? false
            }, then: { .wait(.chosenButSilent($0.majority!)) }),
        // It would be written under an id that is not the members'.
        Row(
            .disputedCluster, when: { $0.o.isDisputed },
            then: { .wait(.disputedCluster($0.o.mark.clusterID ?? "-")) }),
        // Beside a live master with fresher data there is no patience to lose.
        Row(
            .fresherThanUs,
            when: { words in
                !(words.fresher + words.unknown).isEmpty
                    && (!words.impatient || words.fresher.contains(where: words.liveMasters.contains))
            },
            then: { .wait(.fresherMembers($0.listed($0.fresher + $0.unknown))) }),
        Row(.membersMissing, when: { ($0.o.cluster?.members ?? 0) > $0.usCountedMembers }, then: coldStart),
        Row(.behindHoldings, when: { !$0.mayBegin($0.own) }, then: coldStart),
        Row(.witnessesAhead, when: { !$0.neverMastersAhead($0.own).isEmpty }, then: coldStart),
        // A candidate with fresher data is a member that nobody has counted.
        Row(
            .fresherCandidates,
            when: { words in
                let order = OracleOrder(held: words.known.held)
                return words.o.candidates.contains {
                    order.isFresher(words.judged($0.freshness), words.own, recorded: (false, true))
                }
            },
            then: coldStart),
        Row(.resume, when: { _ in true }, then: { _ in .resume }),
    ]
}

extension OracleWords {
    /// The recorded address.
    var it: Address { o.record!.address }

    func isReplica(_ address: Address) -> Bool {
        if case .replica? = o.instances[address]?.answer { true } else { false }
    }

    func isDenied(_ address: Address) -> Bool { o.instances[address]?.answer == .denied }

    func listed(_ addresses: [Address]) -> [Address] { others.filter(addresses.contains) }

    var liveMasters: [Address] { listed(masters.filter { !strangers.contains($0) }) }

    /// Whoever lacks what there was, and could only be promoted by a watcher that won't, waits for us where we
    /// lack nothing.
    var successors: [Address] { listed(promotable + holders.filter { !waitsForUs($0) } + liveMasters) }

    /// Whether the user wants each of them never to be master.
    func areNeverMasters(_ addresses: [Address]) -> Bool { addresses.allSatisfy(isNeverMaster) }

    /// Of several, the one with the highest offset; of equals, the first in the order of reasons.
    var promotedFurthest: Address {
        func offset(_ address: Address) -> Int64 {
            if case .master(let history)? = o.instances[address]?.answer { history.offset } else { -1 }
        }
        let highest = promotedFromUs.map(offset).max()
        return listed(promotedFromUs).first { offset($0) == highest }!
    }
}

extension OracleWords {
    /// The recorded one lost us as its master, our log shows that we were promoted from it, and nobody is known to have
    /// more.
    fileprivate var wasPromoted: Bool {
        guard case .replica(let replication)? = o.instances[it]?.answer, replication.master == o.me,
            !replication.isLinked, proven.contains(it), !redis.contains(o.me)
        else { return false }
        guard let cluster = o.cluster, hasUsableData, o.data.isWhole, o.data.clusterID == cluster.id,
            o.data.epoch == cluster.epoch, !o.isDisputed, o.sentinels.areAbsent || majority == o.me
        else { return false }
        guard let line = o.data.previousID, line == cluster.replicationID,
            o.sentinels.compactMap({ $0.opinion?.names }).allSatisfy({ $0 == o.me })
        else { return false }
        var mine = own
        mine.offset = o.data.provenOffset
        func isBehindUs(_ history: History) -> Bool {
            history.replicationID == o.data.replicationID
                || history.replicationID == line && mine.offset.map { history.offset <= $0 + (1 << 20) } ?? false
        }
        guard isBehindUs(replication.history) else { return false }
        let order = OracleOrder(held: known.held)
        let hasRival = others.contains { member in
            guard member != it, !strangers.contains(member) else { return false }
            guard case .replica(let other)? = o.instances[member]?.answer else { return true }
            return !isBehindUs(other.history) && copies[member].map { order.isFresher($0, mine) } ?? true
        }
        if hasRival || o.candidates.contains(where: { order.isFresher(judged($0.freshness), mine) }) { return false }
        if cluster.members > usCountedMembers, o.waited < .seconds(6) { return false }
        return !lacksSomething(mine) && neverMastersAhead(mine).isEmpty
    }
}
