import Vocabulary

/// Whom a new sentinel monitors: a live master, or a dead one that this sentinel is needed to replace.
public func decideSentinel(_ observation: Observation) -> SentinelDecision { sentinelRuling(observation).decision }

/// The same, with the rule. A wait whose limit is over is a refusal for the reason for which it waited.
public func sentinelRuling(_ observation: Observation) -> SentinelRuling {
    var ruling = observation.sentinelRuling
    if case .wait(let reason) = ruling.decision, observation.waited >= observation.limit {
        ruling.decision = .refuse(reason)
    }
    return ruling
}

extension Observation {
    fileprivate var sentinelRuling: SentinelRuling {
        if let chosen {
            // It would have every replica that it is told of follow its master: a majority's word is not enough for
            // that.
            return mayBeRecorded(chosen)
                ? SentinelRuling(.chosenMaster, .monitor(chosen))
                : SentinelRuling(.chosenUnproven, .wait(.notKnownToBeOurs(chosen)))
        }
        if sentinels.failoverInProgress { return SentinelRuling(.failoverInProgress, .wait(.failoverInProgress)) }
        guard let master = record?.address else { return SentinelRuling(.nothingRecorded, .wait(.nothingRecorded)) }
        if isStranger(master) { return SentinelRuling(.stranger, .wait(.stranger(master))) }
        if mayBeRecorded(master) { return SentinelRuling(.recordedMaster, .monitor(master)) }
        if case .replica(let replication) = answer(of: master), let next = replication.master, mayBeRecorded(next) {
            return SentinelRuling(.redirected, .monitor(next))
        }
        if answersAsRedis(master), !isProven(master) {
            let reason = answer(of: master) == .denied ? Reason.denied(master) : .notKnownToBeOurs(master)
            return SentinelRuling(.unknownRedis, .wait(reason))
        }
        if let shortage { return SentinelRuling(.shortage, .wait(.shortage(shortage))) }
        return isDead(master) ? ofDead(master) : ofUnusable(master)
    }

    private func ofDead(_ master: Address) -> SentinelRuling {
        if isLeased(master) { return SentinelRuling(.deadWithLease, .wait(.startingOrCutOff(master))) }
        // A sentinel of a dead master promotes one of the replicas: with a live master, that makes two.
        let masters = others.filter(isLiveMaster)
        if !masters.isEmpty {
            return SentinelRuling(.deadBesideMaster, .wait(.promotionOf(master: master, masters)))
        }
        // Without this sentinel nobody might ever promote one of them: a watcher, who also promotes what only holds
        // data, does so only with a majority of the sentinels.
        if members.contains(where: { isPromotable($0) && follows($0, master) }) {
            return SentinelRuling(.deadWithReplica, .monitor(master))
        }
        if members.contains(where: isStranded) { return SentinelRuling(.deadWithStranded, .monitor(master)) }
        return SentinelRuling(.deadAlone, .wait(.dead(master)))
    }

    /// A replica that holds data and has lost its master, whether Sentinel would promote it or not.
    private func isStranded(_ member: Address) -> Bool {
        replication(of: member).map { !$0.isLinked } ?? false && holdsData(member)
    }

    /// A member that the recorded master was told to follow: promoted in its place, and dead before anybody recorded
    /// it. As long as it is not replaced there is no master, and nobody promotes one without a majority of the
    /// sentinels. What nobody has seen to be of this cluster may be anybody's, and Sentinel takes no name of a host.
    private func mayBeReplaced(_ promoted: Address) -> Bool {
        let wasMember = cluster?.holders.contains { $0.address == promoted } ?? false
        return wasMember && instances[promoted] != nil && isDead(promoted) && !isStranger(promoted)
            && !isLeased(promoted)
            && promoted.host.kind != .name
            && sentinels.opinions.allSatisfy { $0.names == nil || $0.names == promoted }
            && !others.contains(where: isLiveMaster)
    }

    /// The recorded master is neither dead nor one to monitor.
    private func ofUnusable(_ master: Address) -> SentinelRuling {
        switch answer(of: master) {
        case .replica(let replication):
            if let gone = replication.master, isStranded(master), mayBeReplaced(gone) {
                SentinelRuling(.recordedStranded, .monitor(gone))
            } else {
                SentinelRuling(.recordedReplica, .wait(.follows(master, replication.master)))
            }
        case .loading: SentinelRuling(.recordedLoading, .wait(.loading(master)))
        case .denied: SentinelRuling(.recordedDenied, .wait(.denied(master)))
        case .master, .refused, .silent, .notRedis: SentinelRuling(.recordedSilent, .wait(.silent(master)))
        }
    }
}
