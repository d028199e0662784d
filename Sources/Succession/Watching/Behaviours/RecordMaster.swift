import Vocabulary

/// Keeps `/redis/master` true. Every watcher does it: the version lets one through.
struct RecordMaster: Behaviour {
    func conditions(in snapshot: Snapshot) -> Set<Condition> {
        [
            snapshot.agreed.map(Condition.agreed), snapshot.promoted.map(Condition.promoted),
            snapshot.soleMaster.map(Condition.sole),
        ].reduce(into: []) { holding, condition in condition.map { _ = holding.insert($0) } }
    }

    func actions(for snapshot: Snapshot, after events: [Event]) -> [Action] {
        guard let (master, evidence) = snapshot.finding else { return [] }
        return [
            .record(
                Recording(
                    master: master, evidence: evidence, previous: snapshot.record,
                    cluster: snapshot.clusterRecord(under: master)))
        ]
    }
}

extension Condition {
    /// A majority names this address, it answers master and is ours, and another is recorded.
    static func agreed(_ master: Address) -> Condition { Condition("agreed", of: master) }

    /// The only live master, until a moment ago a replica of the recorded one, which is gone.
    static func promoted(_ master: Address) -> Condition { Condition("promoted", of: master) }

    /// The only live master, with no word of the sentinels against it, while the recorded one is absent, dead or a
    /// replica.
    static func sole(_ master: Address) -> Condition { Condition("sole", of: master) }
}

extension Snapshot {
    /// For how long a majority must name another while the recorded master still answers master.
    private static let agreementTime = Duration.seconds(10)

    /// The master to be recorded, and what shows it. Each of them has just answered `ROLE` = master.
    fileprivate var finding: (Address, Recording.Evidence)? {
        if let agreed, !recordedAnswersMaster || agreedAtHigherEpoch || held(.agreed(agreed), for: Self.agreementTime) {
            return (agreed, .agreed)
        }
        if let early { return (early, .early) }
        if let soleMaster, held(.sole(soleMaster), for: sessionTimeout) { return (soleMaster, .sole) }
        return nil
    }

    private var recordedAnswersMaster: Bool {
        record.map { answersMaster($0.address) && !isStranger($0.address) } ?? false
    }

    /// The chosen one, where another or nobody is recorded and more than the sentinels' word shows it to be ours.
    var agreed: Address? { chosen.flatMap { $0 != record?.address && mayBeRecorded($0) ? $0 : nil } }

    /// Whether a majority names it at a higher epoch than the recorded one. An unknown recorded epoch is no lower one:
    /// then only time tells a failover from a sentinel that was pointed elsewhere.
    private var agreedAtHigherEpoch: Bool {
        guard let recorded = cluster?.sentinelEpoch else { return false }
        return sentinels.isMajority(sentinels.opinions.filter { $0.names == agreed && $0.epoch > recorded }.count)
    }

    /// The promoted replica of a dead master, before the sentinels say so: they notice a promotion only at their next
    /// `INFO`, about 0.9 s later. Where none of them promoted it, a watcher did and ended before it could record it.
    private var early: Address? {
        guard let promoted,
            sentinels.failoverInProgress
                || reachesMajority && held(.promoted(promoted), for: Self.successionTime) && lacksNothing(promoted)
        else { return nil }
        return promoted
    }

    /// After so long a succession that was begun and not recorded has no one who would end it.
    private static let successionTime = Duration.milliseconds(300)

    /// Whether a master that nobody has recorded lacks nothing of what there was, and nothing that a replica of the
    /// recorded one has: it may have been promoted a while before that one ended.
    private func lacksNothing(_ promoted: Address) -> Bool {
        guard mayTakeOver(promoted), let record, case .master(let history) = answer(of: promoted) else { return false }
        return liveMembers.allSatisfy { member in
            guard let other = replication(of: member), other.master == record.address,
                other.history.replicationID == history.previousID
            else { return true }
            return other.history.offset <= (history.previousOffset ?? 0) - 1 + Holdings.noise
        }
    }

    /// The only live master, a moment ago a replica of the recorded one, which is dead or considered down.
    fileprivate var promoted: Address? {
        guard let record, let master = liveMasters.only, master != record.address, isLost(record.address, to: master),
            followed[master] == record.address, chosen == nil || chosen == master
        else { return nil }
        return master
    }

    /// Refuses connections, or doesn't answer us and is considered down by a majority (the sentinel that replaces it
    /// names the next one already), or follows that one.
    private func isLost(_ master: Address, to heir: Address) -> Bool {
        switch answer(of: master) {
        case .refused: true
        case .replica(let replication): replication.master == heir
        case .silent:
            sentinels.isMajority(
                sentinels.opinions.count { $0.subjectivelyDown && ($0.names == master || $0.failoverFor != nil) })
        default: false
        }
    }

    /// The only live master, where nothing else is left to tell.
    fileprivate var soleMaster: Address? {
        guard let master = liveMasters.only, master != record?.address, chosen == nil || chosen == master else {
            return nil
        }
        if let recorded = record?.address {
            guard isDead(recorded) && !isLeased(recorded) || answersReplica(recorded) else { return nil }
        }
        // A server that is loading, or that does not let us in, may yet turn out to be a master.
        let answering = liveMembers.filter { $0 != master && answersAsRedis($0) }
        return answering.allSatisfy { isStranger($0) || follows($0, master) || hasNothing($0) } ? master : nil
    }

    /// A replica that neither holds data nor may be promoted: whomever it follows, it has nothing to lose, and waits
    /// for a master that may be this very one.
    private func hasNothing(_ member: Address) -> Bool {
        answersReplica(member) && !isPromotable(member) && !holdsData(member)
    }
}
