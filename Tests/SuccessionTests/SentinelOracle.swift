import Vocabulary

@testable import Succession

/// The rules of `decideSentinel` one by one, as `docs/design.md` has them: the second implementation that it is
/// compared with.
enum SentinelOracle {
    struct Row: Sendable {
        let rule: SentinelRule
        let when: @Sendable (OracleWords) -> Bool
        let then: @Sendable (OracleWords) -> SentinelDecision

        init(
            _ rule: SentinelRule, when: @escaping @Sendable (OracleWords) -> Bool,
            then: @escaping @Sendable (OracleWords) -> SentinelDecision
        ) {
            (self.rule, self.when, self.then) = (rule, when, then)
        }
    }

    static func ruling(_ words: OracleWords) -> SentinelRuling {
        let row = rows.first { $0.when(words) }!
        if case .wait(let reason) = row.then(words), words.o.waited >= words.o.limit {
            return SentinelRuling(row.rule, .refuse(reason))
        }
        return SentinelRuling(row.rule, row.then(words))
    }

    private static let rows = [
        Row(
            .chosenMaster, when: { $0.chosen.map($0.mayBeRecorded) ?? false }, then: { .monitor($0.chosen!) }),
        Row(.chosenUnproven, when: { $0.chosen != nil }, then: { .wait(.notKnownToBeOurs($0.chosen!)) }),
        Row(.failoverInProgress, when: { $0.failover }, then: { _ in .wait(.failoverInProgress) }),
        Row(.nothingRecorded, when: { $0.o.record == nil }, then: { _ in .wait(.nothingRecorded) }),
        Row(.stranger, when: { $0.strangers.contains($0.it) }, then: { .wait(.stranger($0.it)) }),
        Row(
            .recordedMaster, when: { $0.mayBeRecorded($0.it) },
            then: { .monitor($0.it) }),
        Row(
            .redirected,
            when: { words in
                words.follows[words.it].map(words.mayBeRecorded) ?? false
            }, then: { .monitor($0.follows[$0.it]!) }),
        Row(
            .unknownRedis, when: { $0.redis.contains($0.it) && !$0.proven.contains($0.it) },
            then: { .wait($0.isDenied($0.it) ? .denied($0.it) : .notKnownToBeOurs($0.it)) }),
        Row(.shortage, when: { $0.o.shortage != nil }, then: { .wait(.shortage($0.o.shortage!)) }),
        Row(
            .deadWithLease, when: { $0.dead.contains($0.it) && $0.o.members.contains($0.it) },
            then: { .wait(.startingOrCutOff($0.it)) }),
        // Whoever monitors a dead master promotes a replica, which a live master must not suffer.
        Row(
            .deadBesideMaster, when: { $0.dead.contains($0.it) && !$0.liveMasters.isEmpty },
            then: { .wait(.promotionOf(master: $0.it, $0.liveMasters)) }),
        Row(
            .deadWithReplica,
            when: { words in
                words.dead.contains(words.it)
                    && words.promotable.contains { words.follows[$0] == words.it && words.o.members.contains($0) }
            }, then: { .monitor($0.it) }),
        // Data without a master, which only a watcher with a majority of the sentinels promotes.
        Row(
            .deadWithStranded,
            when: { words in
                words.dead.contains(words.it)
                    && words.o.members.contains { member in
                        guard !words.strangers.contains(member),
                            case .replica(let replication)? = words.o.instances[member]?.answer
                        else { return false }
                        return !replication.isLinked && replication.history.holdsKeys
                    }
            }, then: { .monitor($0.it) }),
        Row(.deadAlone, when: { $0.dead.contains($0.it) }, then: { .wait(.dead($0.it)) }),
        // Whoever was promoted in its place, and never recorded, is dead.
        Row(
            .recordedStranded,
            when: { words in
                guard case .replica(let replication)? = words.o.instances[words.it]?.answer,
                    let gone = replication.master, words.liveMasters.isEmpty
                else { return false }
                let names = words.o.sentinels.compactMap { $0.opinion?.names }
                let members = words.o.cluster?.holders.map(\.address) ?? []
                return !replication.isLinked && replication.history.holdsKeys && members.contains(gone)
                    && !words.o.members.contains(gone)
                    && words.dead.contains(gone) && !words.strangers.contains(gone) && gone.host.kind != .name
                    && names.allSatisfy { $0 == gone }
            }, then: { .monitor($0.follows[$0.it]!) }),
        Row(
            .recordedReplica, when: { $0.isReplica($0.it) }, then: { .wait(.follows($0.it, $0.follows[$0.it])) }),
        Row(.recordedLoading, when: { $0.loading.contains($0.it) }, then: { .wait(.loading($0.it)) }),
        Row(.recordedDenied, when: { $0.isDenied($0.it) }, then: { .wait(.denied($0.it)) }),
        Row(.recordedSilent, when: { _ in true }, then: { .wait(.silent($0.it)) }),
    ]
}

extension OracleWords {
    /// A master that is proven, or, where its mark can't be read, one whose data is that of the cluster.
    func mayBeRecorded(_ address: Address) -> Bool {
        guard masters.contains(address), !strangers.contains(address) else { return false }
        return proven.contains(address) || Promises.bearsOurData(address, o)
    }
}

extension Promises {
    /// The first promise that a sentinel's decision breaks; nil where it keeps them all.
    static func broken(by decision: SentinelDecision, on o: Observation) -> String? {
        switch decision {
        case .monitor(let address): monitoring(address, o)
        case .wait: o.waited < o.limit ? nil : "it waits beyond the limit"
        case .refuse: o.waited >= o.limit ? nil : "it refuses before the limit"
        }
    }

    fileprivate static func bearsOurData(_ address: Address, _ o: Observation) -> Bool {
        guard let line = o.cluster?.replicationID, let instance = o.instances[address], instance.mark == .unknown,
            case .master(let history) = instance.answer
        else { return false }
        return [history.replicationID, history.previousID].contains(line)
    }

    private static func monitoring(_ address: Address, _ o: Observation) -> String? {
        if isForeign(address, o) { return "it monitors a stranger" }
        switch o.instances[address]?.answer {
        case .master?:
            let mark = o.instances[address]?.mark
            let bearsMark = if case .mark? = mark { true } else { false }
            return bearsMark || o.members.contains(address) && mark != .absent || bearsOurData(address, o)
                ? nil : "it has replicas follow what only sentinels say is ours"
        case .replica?: return "it monitors a replica, which a sentinel never leaves"
        case .loading?, .denied?, .notRedis?: return "it monitors what is neither a master nor dead"
        case .refused?, .silent?, nil: break
        }
        if let recorded = o.record?.address, address != recorded {
            guard case .replica(let replication)? = o.instances[recorded]?.answer, replication.master == address,
                !replication.isLinked
            else { return "it monitors a dead address that nobody recorded, and that the recorded one does not follow" }
        }
        if o.members.contains(address) { return "it monitors a dead master that holds its lease" }
        let hasLiveMaster = o.members.contains { $0 != o.me && isMaster($0, o) }
        return hasLiveMaster ? "it would promote a replica of a live master" : nil
    }
}
