/// Whom a new sentinel monitors: a live master, or a dead one that this sentinel is needed to replace (DESIGN.md 4).
public func decideSentinel(_ observation: Observation) -> SentinelDecision {
    let decision = observation.sentinelDecision
    if case .wait(let reason) = decision, observation.waited >= observation.limit { return .refuse(reason) }
    return decision
}

extension Observation {
    fileprivate var sentinelDecision: SentinelDecision {
        // It would have every replica that it is told of follow its master: a majority's word is not enough for that.
        if let chosen { return mayBeRecorded(chosen) ? .monitor(chosen) : .wait(.notKnownToBeOurs(chosen)) }
        if sentinels.failoverInProgress { return .wait(.failoverInProgress) }
        guard let master = record?.address else { return .wait(.nothingRecorded) }
        if isStranger(master) { return .wait(.stranger(master)) }
        if mayBeRecorded(master) { return .monitor(master) }
        if case .replica(let replication) = answer(of: master), let next = replication.master, mayBeRecorded(next) {
            return .monitor(next)
        }
        if answersAsRedis(master), !isProven(master) {
            return .wait(answer(of: master) == .denied ? .denied(master) : .notKnownToBeOurs(master))
        }
        if let shortage { return .wait(.shortage(shortage)) }
        if isDead(master) {
            if isLeased(master) { return .wait(.startingOrCutOff(master)) }
            // A sentinel of a dead master promotes one of the replicas: with a live master, that makes two.
            let masters = others.filter(isLiveMaster)
            if !masters.isEmpty { return .wait(.promotionOf(master: master, masters)) }
            // Without this sentinel nobody might ever promote one of them: a watcher, who also promotes what only holds
            // data, does so only with a majority of the sentinels.
            let isNeeded = members.contains { isPromotable($0) && follows($0, master) || isStranded($0) }
            return isNeeded ? .monitor(master) : .wait(.dead(master))
        }
        return .wait(hesitation(over: master))
    }

    /// A replica that holds data and has lost its master, whether Sentinel would promote it or not.
    private func isStranded(_ member: Address) -> Bool {
        replication(of: member).map { !$0.isLinked } ?? false && holdsData(member)
    }
}
