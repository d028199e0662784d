@testable import Succession

/// The table of DESIGN.md 3.3, row by row: the second implementation that `decide` is compared with.
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
        let row = anyRecorded.first { $0.when(words) } ?? rest.first { $0.when(words) }!
        var decision = row.then(words)
        switch decision {
        // Beyond the table: a cold start's window closes whatever happens.
        case .wait(.settling): break
        case .wait(let reason) where words.o.waited >= words.o.limit: decision = .refuse(reason)
        default: break
        }
        return Ruling(rule: row.rule, decision: decision)
    }

    /// The same for a server that must never be master: it stands where its copy tells something, and waits.
    static func withoutLead(_ ruling: Ruling, _ words: Words) -> Ruling {
        switch ruling.decision {
        case .claim, .resume, .stand:
            let stands = words.o.candidates.contains { $0.number == words.o.candidacy?.number }
            if !stands, words.o.data.holdsData || words.o.data.clusterID != nil {
                return Ruling(rule: ruling.rule, decision: .stand)
            }
            let isOver = words.o.waited >= words.o.limit
            return Ruling(rule: ruling.rule, decision: isOver ? .refuse(.neverMaster) : .wait(.neverMaster))
        case .follow, .wait, .refuse: return ruling
        }
    }

    private static let anyRecorded = [
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
        // Beyond the table: a lost record is no reason to claim beside members that have the data, or may have it.
        Row(
            .nothingRecorded, when: { !$0.successors.isEmpty || !$0.unknown.isEmpty && !$0.impatient },
            then: { words in
                let all = words.successors + (words.impatient ? [] : words.listed(words.unknown))
                return .wait(words.areNeverMasters(all) ? .neverMasters(all) : .unrecordedMembers(all))
            }),
        Row(.nothingRecorded, when: { _ in true }, then: coldStart),
    ]

    private static let anotherRecorded = [
        // Beyond the table: the older master is not to be followed by the one that was promoted in its place.
        Row(
            .otherwise,
            when: { $0.majority == $0.o.me && $0.ours.contains($0.it) && $0.masters.contains($0.it) },
            then: { .wait(.promotedButNotRecorded($0.it)) }),
        // Beyond the table: what a loading master holds, and whether it can be read, is not known yet.
        Row(
            .recordedMaster,
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
        Row(
            .unknownRedis, when: { $0.redis.contains($0.it) && !($0.strangers + $0.ours).contains($0.it) },
            then: { .wait(hesitation($0) == .denied($0.it) ? .denied($0.it) : .notKnownToBeOurs($0.it)) }),
        Row(
            .deadWithLease, when: { $0.dead.contains($0.it) && $0.o.members.contains($0.it) },
            then: { .wait(.startingOrCutOff($0.it)) }),
        Row(
            .deadWithSuccessors, when: { $0.dead.contains($0.it) && !$0.successors.isEmpty },
            then: { words in
                let all = words.successors
                return .wait(words.areNeverMasters(all) ? .neverMasters(all) : .promotionOf(master: words.it, all))
            }),
        // Beyond the table: a live member that can't be asked may hold the only copy, as in rule 5b.
        Row(
            .deadWithSuccessors, when: { $0.dead.contains($0.it) && !$0.unknown.isEmpty && !$0.impatient },
            then: { .wait(.unknownData(master: $0.it, $0.listed($0.unknown))) }),
        Row(.deadAlone, when: { $0.dead.contains($0.it) }, then: coldStart),
        Row(.otherwise, when: { _ in true }, then: { .wait(hesitation($0)) }),
    ]

    private static let usRecorded = [
        Row(
            .promotedFromUs, when: { !$0.promotedFromUs.isEmpty }, then: { words in .follow(words.promotedFurthest) }),
        // Beyond the table: whom the sentinels chose may be alive, and only silent to us.
        Row(
            .otherwise,
            when: { words in
                words.majority.map { $0 != words.o.me && !words.dead.contains($0) && !words.impatient } ?? false
            }, then: { .wait(.chosenButSilent($0.majority!)) }),
        // Beyond the table: it would be written under an id that is not the members'.
        Row(.otherwise, when: { $0.o.isDisputed }, then: { .wait(.disputedCluster($0.o.mark.clusterID ?? "-")) }),
        // Beyond the table: beside a live master with fresher data there is no patience to lose.
        Row(
            .fresherThanUs,
            when: { words in
                !(words.fresher + words.unknown).isEmpty
                    && (!words.impatient || words.fresher.contains(where: words.liveMasters.contains))
            },
            then: { .wait(.fresherMembers($0.listed($0.fresher + $0.unknown))) }),
        Row(.membersMissing, when: { ($0.o.cluster?.members ?? 0) > $0.usCountedMembers }, then: coldStart),
        Row(
            .membersMissing, when: { !$0.mayBegin($0.own) || !$0.neverMastersAhead($0.own).isEmpty }, then: coldStart),
        // Beyond the table: a candidate with fresher data is a member that nobody has counted.
        Row(
            .membersMissing,
            when: { words in
                let order = OracleOrder(held: words.known.held)
                return words.o.candidates.contains {
                    order.isFresher(words.judged($0.freshness), words.own, recorded: (false, true))
                }
            },
            then: coldStart),
        Row(.resume, when: { _ in true }, then: { _ in .resume }),
    ]

    /// Why neither the living nor the dead recorded master lets us go on.
    static func hesitation(_ words: Words) -> Reason {
        switch words.o.instances[words.it]?.answer {
        case .replica?: .follows(words.it, words.follows[words.it])
        case .denied?: .denied(words.it)
        case .loading?: .loading(words.it)
        default: .silent(words.it)
        }
    }
}

extension OracleWords {
    /// B of the table: the recorded address.
    var it: Address { o.record!.address }

    func listed(_ addresses: [Address]) -> [Address] { others.filter(addresses.contains) }

    var liveMasters: [Address] { listed(masters.filter { !strangers.contains($0) }) }

    /// Beyond the table: whoever lacks what there was, and could only be promoted by a watcher that won't, waits for us where we
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
