import Vocabulary

@testable import Succession

/// The guards of what changes the master, and of what tells of it.
extension PlanRepairs {
    static func succeeding(_ master: Address, _ w: PlanWords) -> String? {
        let isAgreed = w.isMajority(\.details.isDisconnected)
        let leaseWent = w.s.masterHadLease && !w.isLeased(master)
        let hasEnded = leaseWent && w.s.masterWasRefused || w.s.masterHasCrashed && (leaseWent || isAgreed)
        if w.recorded != master || !hasEnded { return "it succeeds beside the recorded master's crash" }
        if w.says(master) != .refused { return "it takes something else for a refusal" }
        if w.heard.count <= w.electorate / 2 { return "it succeeds without a majority that answers" }
        var noticing = 0
        for (_, opinion) in w.voices {
            if opinion.names != master { return "it succeeds while a sentinel names another" }
            if opinion.failoverFor != nil { return "it overlaps with an election" }
        }
        for (_, opinion) in w.heard {
            let details = opinion.details
            let rest = details.downAfter - details.lastReply
            if opinion.subjectivelyDown || rest <= .milliseconds(300) && rest * 5 <= details.downAfter { noticing += 1 }
        }
        let quorum = w.heard.map(\.opinion.details.quorum).min() ?? 0
        if noticing > 0, noticing + w.electorate - w.heard.count >= quorum { return "an election may begin" }
        if !w.isMajority({ !$0.details.sentinels.isEmpty }) { return "it succeeds where no majority can be told" }
        if w.live.contains(where: w.isMaster) { return "it succeeds beside a member that answers master" }
        if w.voices.flatMap(\.opinion.details.replicas).contains(where: w.isForeign) { return "a stranger is near" }
        let heirs = w.live.filter { w.isPromotable($0) && w.replication($0)?.master == master && w.isTouchable($0) }
        if heirs.isEmpty { return "nobody can be promoted" }
        let words = heirs.compactMap(w.lacksLastWord)
        if !words.isEmpty { return words.contains(false) ? nil : "it promotes what lacks what the master told of" }
        if !w.mayLose, heirs.compactMap(w.replication).map(\.history).allSatisfy(w.isBehind),
            w.s.cluster?.holdings?.isKept ?? true
        {
            return "it promotes what is behind what there was"
        }
        return nil
    }

    static func announcing(_ told: Announcement, _ w: PlanWords) -> String? {
        if w.recorded != told.master || w.s.cluster.map({ max($0.epoch, $0.sentinelEpoch ?? 0) }) != told.epoch {
            return "it tells what is not recorded"
        }
        if !w.isMaster(told.master) || !w.isTouchable(told.master) { return "it tells of what is no master of ours" }
        let ignorant = w.heard.filter { voice in
            voice.opinion.epoch < told.epoch && voice.opinion.names != nil && !voice.opinion.details.sentinels.isEmpty
        }
        return Set(told.sentinels) == Set(ignorant.map(\.address)) && !ignorant.isEmpty
            ? nil : "it tells too many, or too few"
    }

    static func switching(_ request: Switchover, _ target: Address, _ w: PlanWords) -> String? {
        if request != w.s.switchover || request.state != nil { return "nobody has asked for it" }
        if w.s.isSwitchoverLate { return "its time is over" }
        if !w.isSettled { return "it switches over while nothing is settled" }
        guard let old = w.recorded, w.isTouchable(old), case .master(let full) = w.says(old) else {
            return "it switches over from no master of ours"
        }
        if let to = request.to, to != target.description { return "it takes another target" }
        if let awayFrom = request.awayFrom, awayFrom != old.description { return "it is no longer asked for" }
        guard w.isTouchable(target), w.isPromotable(target), let replication = w.replication(target) else {
            return "the target may not be promoted"
        }
        if replication.master != old || !replication.isLinked { return "the target does not follow the master" }
        let lag = full.offset - replication.history.offset
        return lag > 1_048_576 + (w.s.cluster?.holdings?.rate ?? 0) ? "the target is too far behind" : nil
    }

    static func answering(_ answer: Switchover, _ w: PlanWords) -> String? {
        if !w.s.leads { return "it answers without the lead" }
        guard let asked = w.s.switchover, asked.state == nil || asked.state == .running else {
            return "it answers what has an answer"
        }
        if answer.id != asked.id || answer.who != asked.who { return "it answers another" }
        if answer.why?.isEmpty ?? true { return "it gives no reason" }
        switch answer.state {
        case nil, .running?: return "it is no answer"
        case .done?:
            let isSo =
                [answer.to, asked.to].contains(w.recorded?.description)
                || asked.awayFrom != nil && asked.awayFrom != w.recorded?.description
            return isSo ? nil : "it says done and it is not"
        case .refused?: return asked.state == .running ? "it refuses what was begun" : nil
        case .failed?: return asked.state == .running ? nil : "it fails what was not begun"
        }
    }
}
