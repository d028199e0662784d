import Vocabulary

/// Who is master, as a function of what was seen: no I/O, no clock, no randomness.
public func decide(_ observation: Observation) -> Decision { ruling(observation).decision }

/// The same, with the rule. Rules are tried in their order and the first match wins; a wait whose limit is over is a
/// refusal for the reason for which it waited, unless that wait has an end of its own.
public func ruling(_ observation: Observation) -> Ruling {
    var ruling =
        observation.byShortage ?? observation.bySentinels
        ?? {
            switch observation.record {
            case nil: observation.withNothingRecorded
            case let record? where record.address == observation.me: observation.withUsRecorded(record)
            case let record?: observation.withAnotherRecorded(record)
            }
        }()
    if !observation.mayLead, ruling.decision.leads { ruling.decision = observation.asWitness }
    if case .wait(let reason) = ruling.decision, observation.waited >= observation.limit, !reason.endsByItself {
        ruling.decision = .refuse(reason)
    }
    return ruling
}

extension Decision {
    /// Whether our own server may become master by it.
    fileprivate var leads: Bool {
        switch self {
        case .claim, .resume, .stand: true
        case .follow, .wait, .refuse: false
        }
    }
}

extension Observation {
    /// What is left to one that must never be master: to say what its copy is worth, so that nobody begins with an
    /// older one, and nobody waits for what it has. An empty one has nothing to say.
    fileprivate var asWitness: Decision {
        let stands = candidates.contains { $0.number == candidacy?.number }
        return stands || !data.holdsData && data.clusterID == nil ? .wait(.neverMaster) : .stand
    }

    /// Before everything else: who could not be asked is unknown.
    fileprivate var byShortage: Ruling? { shortage.map { Ruling(.shortage, .wait(.shortage($0))) } }

    /// The word of the sentinels goes before everything that is recorded.
    fileprivate var bySentinels: Ruling? {
        if let chosen, chosen != me { return Ruling(.chosenMaster, .follow(chosen)) }
        if sentinels.failoverInProgress {
            return Ruling(.failoverInProgress, .wait(.failoverInProgress))
        }
        return nil
    }

    fileprivate var withNothingRecorded: Ruling {
        let masters = others.filter(isLiveMaster)
        if masters.count == 1 { return Ruling(.soleMaster, .follow(masters[0])) }
        if !data.holdsData, data.clusterID == nil, cluster == nil, members.isEmpty, candidates.isEmpty,
            sentinels.areAbsent
        {
            return Ruling(.firstClaim, .claim(at: nil))
        }
        // Members whose record was lost go before a claim, and who can't be asked may be one of them.
        let unrecorded = successors + (patienceIsOver ? [] : others.filter(cannotBeAsked))
        if !unrecorded.isEmpty {
            let reason =
                unrecorded.allSatisfy(isNeverMaster) ? Reason.neverMasters(unrecorded) : .unrecordedMembers(unrecorded)
            return Ruling(.unrecordedMembers, .wait(reason))
        }
        return Ruling(.nothingRecorded, coldStart(at: nil))
    }

    fileprivate func withAnotherRecorded(_ record: Record) -> Ruling {
        let master = record.address
        switch answer(of: master) {
        case .master where isOurs(master) && sentinels.majorityAddress == me:
            // We were promoted and nobody has recorded it yet: the older master is not the one to follow.
            return Ruling(.promotedNotRecorded, .wait(.promotedButNotRecorded(master)))
        case .loading where isOurs(master) && data.isUsable && !patienceIsOver:
            // Its history is not known yet, and its file may turn out to be damaged: ours might be the copy that is
            // left.
            return Ruling(.recordedLoading, .wait(.loading(master)))
        case .master where isOurs(master), .loading where isOurs(master):
            return Ruling(.recordedMaster, .follow(master))
        case .replica(let replication) where !isStranger(master):
            if let next = replication.master, next != me, answersMaster(next), isOurs(next) {
                return Ruling(.redirected, .follow(next))
            }
            if wasPromoted(inPlaceOf: record) { return Ruling(.followedByRecorded, .claim(at: record.version)) }
        default: break
        }
        if answersAsRedis(master), !isStranger(master), !isOurs(master) {
            let reason = answer(of: master) == .denied ? Reason.denied(master) : .notKnownToBeOurs(master)
            return Ruling(.unknownRedis, .wait(reason))
        }
        if isDead(master) { return withDeadMaster(record) }
        return withUnusableMaster(master)
    }

    /// It is neither usable nor dead.
    private func withUnusableMaster(_ master: Address) -> Ruling {
        switch answer(of: master) {
        case .replica(let replication): Ruling(.recordedReplica, .wait(.follows(master, replication.master)))
        case .denied: Ruling(.recordedDenied, .wait(.denied(master)))
        case .master, .loading, .refused, .silent, .notRedis: Ruling(.recordedSilent, .wait(.silent(master)))
        }
    }

    private func withDeadMaster(_ record: Record) -> Ruling {
        let master = record.address
        if isLeased(master) {
            return Ruling(.deadWithLease, .wait(.startingOrCutOff(master)))
        }
        let successors = successors
        if !successors.isEmpty {
            let isHopeless = successors.allSatisfy(isNeverMaster)
            return Ruling(
                .deadWithSuccessors,
                .wait(isHopeless ? .neverMasters(successors) : .promotionOf(master: master, successors)))
        }
        // It may hold the only copy.
        let unknown = others.filter(cannotBeAsked)
        if !unknown.isEmpty, !patienceIsOver {
            return Ruling(.deadWithUnasked, .wait(.unknownData(master: master, unknown)))
        }
        return Ruling(.deadAlone, coldStart(at: record.version))
    }

    fileprivate func withUsRecorded(_ record: Record) -> Ruling {
        if let successor = others.filter(wasPromotedFromUs).max(by: { offset(of: $0) < offset(of: $1) }) {
            return Ruling(.promotedFromUs, .follow(successor))
        }
        if let named = sentinels.majorityAddress, named != me, !isDead(named), !patienceIsOver {
            return Ruling(.chosenButSilent, .wait(.chosenButSilent(named)))
        }
        if isDisputed { return Ruling(.disputedCluster, .wait(.disputedCluster(mark.clusterID ?? "-"))) }
        // What a member loads is not known before it is done.
        let fresher = others.filter {
            isFresherThanUs($0) || cannotBeAsked($0) || answer(of: $0) == .loading && !isStranger($0)
        }
        // Beside a live master with fresher data we would be the second, and the watcher would have to end one of us.
        if fresher.contains(where: isLiveMaster) || !fresher.isEmpty && !patienceIsOver {
            return Ruling(.fresherThanUs, .wait(.fresherMembers(fresher)))
        }
        return doubtAboutOurData.map { Ruling($0, coldStart(at: record.version)) } ?? Ruling(.resume, .resume)
    }

    /// Why a cold start must show whether our own data is the freshest that there is; nil where it is.
    private var doubtAboutOurData: Rule? {
        let own = judged(data)
        if cluster.map({ $0.members > Set(members).union([me]).count }) ?? false { return .membersMissing }
        if !mayBegin(with: own) { return .behindHoldings }
        if neverMastersAhead(of: own) != nil { return .witnessesAhead }
        // Without a watcher nobody has counted the members: one that stands with fresher data is one of them all the
        // same.
        let isFresher = candidates.contains {
            judged($0.freshness).isFresher(than: own, recorded: own, holdings: holdings)
        }
        return isFresher ? .fresherCandidates : nil
    }

    /// A live member that answers master and replicated, before its promotion, under the id that our own master role
    /// had: by what the watcher recorded, or by what our own data file bears.
    private func wasPromotedFromUs(_ member: Address) -> Bool {
        guard !isStranger(member), case .master(let history) = answer(of: member), let previous = history.previousID
        else { return false }
        return previous == cluster?.replicationID || previous == data.replicationID
    }

    private func offset(of member: Address) -> Int64 {
        if case .master(let history) = answer(of: member) { history.offset } else { 0 }
    }
}
