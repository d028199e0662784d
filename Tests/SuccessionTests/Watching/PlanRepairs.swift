import Vocabulary

@testable import Succession

/// Promises 4 and 5, and the guards of each action that changes a server.
enum PlanRepairs {
    static func forcing(_ master: Address, _ sentinels: [Address], _ w: PlanWords) -> String? {
        if w.recorded != master || !w.s.masterHasCrashed { return "it forces beside the recorded master's crash" }
        if w.says(master) != .refused { return "it takes something else for a refusal" }
        if Set(sentinels) != Set(w.s.sentinels.map(\.address)) || sentinels.isEmpty { return "it forces on others" }
        if w.heard.count != w.s.sentinels.count { return "it forces while a sentinel is silent" }
        if w.heard.contains(where: { $0.opinion.names != master }) { return "it forces while a sentinel names another" }
        if w.anyFailover { return "it makes two failovers overlap" }
        if w.live.contains(where: w.isMaster) { return "it forces beside a member that answers master" }
        let known = w.heard.flatMap(\.opinion.details.replicas)
        if known.contains(where: w.isForeign) { return "a stranger may be promoted" }
        let unknown = known.filter { w.replication($0) != nil && !w.isTouchable($0) }
        if !unknown.isEmpty { return "one that only sentinels say is ours may be promoted" }
        let registered = w.s.sentinels.map(\.address)
        if w.s.peers.contains(where: {
            ![.refused, .silent, .stranger].contains($0.value) && !registered.contains($0.key)
        }) {
            return "it forces beside a sentinel that nobody asked"
        }
        let heirs = w.live.filter { w.isPromotable($0) && w.replication($0)?.master == master }
        if heirs.isEmpty { return "nobody can be promoted" }
        let isQuiet = w.heard.allSatisfy { _, opinion in
            !opinion.subjectivelyDown && opinion.details.lastReply + .milliseconds(1_500) < opinion.details.downAfter
        }
        if isQuiet, w.isMajority(\.details.isDisconnected) { return nil }
        let missing = Set(w.heard.flatMap(\.opinion.details.sentinels)).subtracting(w.s.sentinels.map(\.address))
        let isVoteless = w.heard.allSatisfy { $0.opinion.subjectivelyDown && !$0.opinion.details.hasQuorum }
        if isVoteless, !missing.isEmpty, missing.allSatisfy({ w.s.peers[$0] == .refused }) { return nil }
        return "the sentinels may act by themselves, or know better"
    }

    static func promoting(_ member: Address, _ w: PlanWords) -> String? {
        if !w.isTouchable(member) { return "it promotes what may not be touched" }
        if let replication = w.replication(member), replication.priority == 0, replication.awaitedPriority == nil {
            return "it promotes who must never be master"
        }
        if w.heard.contains(where: { $0.opinion.failoverFor.map { $0 <= .seconds(30) } ?? false }) {
            return "it promotes beside a failover"
        }
        if w.heard.count <= w.electorate / 2 { return "it promotes without a majority that answers" }
        let known = w.live + [w.recorded].compactMap(\.self) + w.heard.compactMap(\.opinion.names)
        for address in known where !w.isForeign(address) {
            switch w.says(address) {
            case .master, .loading, .denied: return "it promotes beside what is or may be a master"
            case .refused, .silent:
                if address == w.recorded, !w.isDead(address) || w.isLeased(address) {
                    return "it promotes while the recorded master may be alive"
                }
            case .replica, .notRedis: break
            }
        }
        let mayHideData = w.live.contains { [.refused, .silent].contains(w.says($0)) && !w.isForeign($0) }
        let patience = w.heard.map(\.opinion.details.downAfter).max()! + .seconds(30)
        if w.lasted(.masterless, patience) { return passedOver(for: member, w) }
        if !w.lasted(.unmastered, .seconds(mayHideData ? 30 : 10)) { return "it promotes too early" }
        if let named = w.majority, !w.isForeign(named),
            w.isMajority({ opinion in
                opinion.names == named
                    && opinion.details.replicas.contains {
                        w.isPromotable($0) && w.isLeased($0) && !opinion.details.barred.contains($0)
                    }
            })
        {
            return "the sentinels would promote"
        }
        return passedOver(for: member, w)
    }

    /// Data before none, what is known to be as far as there was before the rest, and of those the highest position.
    /// And nobody begins behind what there was without somebody's word.
    private static func passedOver(for member: Address, _ w: PlanWords) -> String? {
        guard let chosen = w.replication(member)?.history else { return "it promotes what is no replica" }
        if chosen.keys == 0, !w.isPromotable(member) { return "it promotes what holds no data" }
        if w.lacksLastWord(member) ?? (w.isBehind(chosen) && !w.mayLose) {
            return "it promotes what is behind what there was"
        }
        let held = w.s.cluster?.holdings
        func lacks(_ reign: Int, _ offset: Int64) -> Bool {
            held.map { OracleOrder.lacks(reign, offset, of: $0) } ?? false
        }
        for other in w.live where w.isTouchable(other) {
            guard let history = w.replication(other)?.history, history.keys > 0 else { continue }
            if chosen.keys == 0, !w.mayLose { return "it promotes an empty member before one with data" }
            // Who must never be master passes on nothing.
            if let other = w.replication(other), other.priority == 0, other.awaitedPriority == nil {
                let isAhead = w.reign(chosen).flatMap { mine in
                    w.reign(history).map { (mine, chosen.offset) < ($0, history.offset) }
                }
                if isAhead ?? false, held == nil || w.isBehind(chosen), !w.hasWord {
                    return "it gives up what one that must never be master has"
                }
                continue
            }
            if chosen.keys == 0 { return "it promotes an empty member before one with data" }
            switch (w.reign(chosen), w.reign(history)) {
            case (let mine?, let theirs?) where (mine, chosen.offset) < (theirs, history.offset):
                return "it passes over a higher position"
            case (nil, let theirs?) where !lacks(theirs, history.offset):
                return "it passes over what is known to be there"
            case (let mine?, nil) where lacks(mine, chosen.offset): return "it prefers what is known to lack something"
            default: break
            }
        }
        return nil
    }

    static func repointing(_ sentinels: [Address], _ master: Address, _ w: PlanWords) -> String? {
        if w.recorded != master || !w.isMaster(master) { return "it points to no recorded master" }
        if !w.isTouchable(master) { return "it points to what only sentinels say is ours" }
        if w.heard.count <= w.electorate / 2 { return "it points elsewhere without a majority that answers" }
        let epoch =
            w.majority == master ? w.heard.filter { $0.opinion.names == master }.map(\.opinion.epoch).max() : nil
        let wrong = w.heard.filter { voice in
            guard let named = voice.opinion.names, w.isMaster(named) else { return true }
            return named != master && epoch.map { voice.opinion.epoch <= $0 } ?? false
        }.map(\.address)
        for (address, opinion) in w.heard {
            guard let time = opinion.failoverFor else { continue }
            let isHopeless = opinion.names.map { !w.isMaster($0) } ?? false
            let isOutvoted = epoch.map { opinion.names != master && opinion.epoch <= $0 } ?? false
            if !isHopeless || !isOutvoted && time <= .seconds(30) {
                return "it points elsewhere during the failover of \(address)"
            }
        }
        if Set(sentinels) != Set(wrong) {
            return "it leaves one out, whose epoch overrides the rest, or points one too many"
        }
        return sentinels.allSatisfy { w.lasted(.misled($0), .seconds(3)) } ? nil : "it points elsewhere too early"
    }

    static func resetting(_ sentinel: Address, _ gone: [Address], _ w: PlanWords) -> String? {
        if !w.isSettled { return "it resets what is not settled" }
        guard let details = w.heard.first(where: { $0.address == sentinel })?.opinion.details, !gone.isEmpty else {
            return "it resets for nothing"
        }
        for address in gone {
            let isReplica = details.replicas.contains(address) && !w.isLeased(address)
            let isPeer = details.sentinels.contains(address) && !w.s.sentinels.contains { $0.address == address }
            let isStranger = w.isForeign(address) && w.says(address) != .notRedis
            let isGoneReplica = isReplica && (w.isForeign(address) || [.refused, .silent].contains(w.says(address)))
            let isGonePeer = isPeer && w.s.peers[address].map { [.refused, .silent, .stranger].contains($0) } ?? false
            if !isGoneReplica, !isGonePeer { return "it forgets what is there" }
            if !(isGoneReplica && isStranger), !w.lasted(.gone(address), .seconds(30)) { return "it forgets too early" }
        }
        let others = w.heard.filter { $0.address != sentinel }
        let keepQuorum =
            w.heard.count > w.electorate / 2 && w.heard.allSatisfy { $0.opinion.details.quorum <= others.count }
        if !keepQuorum, w.heard.allSatisfy(\.opinion.details.hasQuorum) { return "it loses the quorum" }
        let silent = w.s.peers.count { peer in
            peer.value == .silent && !w.s.sentinels.contains { $0.address == peer.key }
        }
        if silent > w.electorate / 2 { return "it forgets a majority that may be alive" }
        let registered = Set(w.s.sentinels.map(\.address))
        let isComplete = others.allSatisfy { address, opinion in
            registered.subtracting([address]).isSubset(of: opinion.details.sentinels)
        }
        return isComplete ? nil : "it resets one while another is still incomplete"
    }

    static func attaching(_ member: Address, _ master: Address, _ w: PlanWords) -> String? {
        if !w.isSettled || w.recorded != master { return "it attaches while nothing is settled" }
        if w.majority != master { return "it attaches to what no majority names" }
        if !w.isTouchable(master) { return "it attaches to what only sentinels say is ours" }
        if member == master { return "it attaches the master" }
        if !w.isTouchable(member) { return "it attaches what may not be touched" }
        let limit = w.isMaster(member) ? (Condition.astray(member), 1) : (.orphaned(member), 3)
        if !w.lasted(limit.0, .seconds(limit.1)) { return "it attaches too early" }
        switch w.says(member) {
        case .master: return nil
        case .replica(let replication):
            guard let followed = replication.master, followed != master else { return "it attaches who is at home" }
            let isCutOff = w.says(followed) == .silent && !replication.isLinked && !w.isLeased(followed)
            return w.isDead(followed) || w.replication(followed) != nil || isCutOff
                ? nil : "it takes a replica from its master"
        case .loading, .denied, .refused, .silent, .notRedis: return "it attaches what does not answer"
        }
    }

    static func configuring(_ member: Address, _ parameter: String, _ w: PlanWords) -> String? {
        guard parameter == "replica-priority", w.isTouchable(member), !w.isLeased(member),
            let replication = w.replication(member)
        else { return "it configures what may not be touched" }
        let isReady = replication.master == w.recorded && replication.synchronised && replication.isLinked
        if !isReady || replication.priority != 0 || replication.awaitedPriority == nil {
            return "it raises what is not to be raised"
        }
        return w.lasted(.unraised(member), .seconds(10)) ? nil : "it raises too early"
    }

    static func removing(_ sentinel: Address, _ w: PlanWords) -> String? {
        if !w.s.leftovers.contains(sentinel) || w.s.peers[sentinel] != .refused {
            return "it removes what may be alive"
        }
        return w.lasted(.refusing(sentinel), .seconds(60)) ? nil : "it removes too early"
    }
}
