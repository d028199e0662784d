import Vocabulary

@testable import Succession

/// The promises of docs/promises.md, and the conditions of the behaviours, that one plan can break. Each is
/// read off the raw snapshot.
enum PlanPromises {
    /// The first promise that the plan breaks; nil where it keeps them all.
    static func broken(by plan: [Action], on w: PlanWords) -> String? {
        let deeds = plan.deeds
        // An answer to a request changes nothing else.
        if Set(deeds.map(kind)).subtracting(["answer"]).count > 1 { return "it changes more than one kind of thing" }
        if !deeds.isEmpty, w.s.badNodes.contains(where: \.isEssential) { return "it overwrites what can't be read" }
        for action in deeds {
            if let broken = broken(by: action, on: w) { return broken }
        }
        return missing(from: plan, on: w)
    }

    /// One word for each kind of action; several of a kind may be in one plan.
    static func kind(_ action: Action) -> String {
        switch action {
        case .record(let recording): "record \(recording.evidence)"
        case .succeed: "succeed"
        case .force: "force"
        case .announce: "announce"
        case .switchOver: "switch over"
        case .answer: "answer"
        case .promote: "promote"
        case .repoint: "repoint"
        case .reset: "reset"
        case .attach: "attach"
        case .configure: "configure"
        case .remove: "remove"
        case .keep: "keep"
        case .alert(let alert): "alert \(alert.name)"
        case .publish: "publish"
        }
    }

    private static func broken(by action: Action, on w: PlanWords) -> String? {
        switch action {
        case .record(let recording): return PlanRecords.broken(by: recording, on: w)
        case .keep(let update): return keeping(update, w)
        case .answer(let answer): return PlanRepairs.answering(answer, w)
        case .alert, .publish: return nil
        case .succeed, .force, .announce, .switchOver, .promote, .repoint, .reset, .attach, .configure, .remove: break
        }
        if !w.s.leads { return "it changes a server without the lead" }
        if w.s.isPaused { return "it changes a server while paused" }
        if w.s.isDisputed { return "it changes a server while it is not settled whose it is" }
        if w.s.isExposed, let broken = believing(action, w) { return broken }
        return switch action {
        case .succeed(let master): PlanRepairs.succeeding(master, w)
        case .announce(let announcement): PlanRepairs.announcing(announcement, w)
        case .switchOver(let request, let target): PlanRepairs.switching(request, target, w)
        case .force(let master, let sentinels): PlanRepairs.forcing(master, sentinels, w)
        case .promote(let member): PlanRepairs.promoting(member, w)
        case .repoint(let sentinels, let master): PlanRepairs.repointing(sentinels, master, w)
        case .reset(let sentinel, let gone): PlanRepairs.resetting(sentinel, gone, w)
        case .attach(let member, let master): PlanRepairs.attaching(member, master, w)
        case .configure(let member, let parameter, _): PlanRepairs.configuring(member, parameter, w)
        case .remove(let sentinel): PlanRepairs.removing(sentinel, w)
        case .record, .keep, .answer, .alert, .publish: nil
        }
    }

    /// Where somebody else may have written the record.
    private static func believing(_ action: Action, _ w: PlanWords) -> String? {
        switch action {
        case .attach, .repoint, .switchOver: return "it empties servers on the word of who knows whom"
        case .announce, .keep:
            let others = w.s.instances.keys.filter { $0 != w.recorded && w.isMaster($0) && w.isTouchable($0) }
            return others.isEmpty ? nil : "it has sentinels end a master on the word of who knows whom"
        default: return nil
        }
    }

    private static func keeping(_ new: ClusterRecord, _ w: PlanWords) -> String? {
        if !w.s.leads { return "it keeps without the lead" }
        if !w.isSettled { return raising(new, w) }
        let (old, live) = (w.s.cluster, w.live.count)
        if new.id != old?.id ?? w.s.mark.clusterID ?? "" { return "it changes the cluster's id" }
        if new.epoch != old?.epoch ?? 0 { return "a reign begins without a record" }
        if new.reigns != old?.reigns ?? [] { return "it changes what is over" }
        if new.members < live { return "it counts fewer members than are live" }
        if new.members > max(live, old?.members ?? 0) { return "it counts members that never were" }
        if live < old?.members ?? 0, (new.members == live) != w.lasted(.fewerMembers, .seconds(3_600)) {
            return "it counts a lost member too early or too late"
        }
        return holding(new, w)
    }

    /// While sentinels name others, nothing is kept but the epoch under which they are told otherwise.
    private static func raising(_ new: ClusterRecord, _ w: PlanWords) -> String? {
        guard var old = w.s.cluster, let raised = new.sentinelEpoch, let recorded = w.recorded else {
            return "it keeps what is not settled"
        }
        let before = max(old.epoch, old.sentinelEpoch ?? 0)
        old.sentinelEpoch = raised
        if new != old { return "it keeps what is not settled" }
        if !w.isMaster(recorded) || !w.isTouchable(recorded) { return "it raises the epoch of who is no master" }
        if w.s.isPaused || w.s.isDisputed { return "it raises what it may not announce" }
        if w.s.isExposed, let broken = believing(.keep(new), w) { return broken }
        if raised <= before { return "it takes an epoch twice" }
        let contradicting = w.heard.filter { voice in
            voice.opinion.names.map { $0 != recorded && !w.isMaster($0) } ?? false && voice.opinion.epoch > before
                && voice.opinion.failoverFor == nil && w.lasted(.misled(voice.address), .milliseconds(50))
        }
        if !contradicting.contains(where: { $0.opinion.epoch < raised }) { return "it raises an epoch for nothing" }
        return nil
    }

    private static func holding(_ new: ClusterRecord, _ w: PlanWords) -> String? {
        guard case .master(let history)? = w.recorded.map(w.says) else { return "it keeps what nobody told" }
        if new.replicationID != history.replicationID { return "it notes a replication id that is not the master's" }
        for holder in new.holders where !w.live.contains(holder.address) || w.isForeign(holder.address) {
            return "it names a holder that is not there"
        }
        guard let held = new.holdings, held != w.s.cluster?.holdings else {
            return new.holdings == nil && w.s.cluster?.holdings != nil ? "it forgets what there was" : nil
        }
        if held.epoch != new.epoch || held.offset != history.offset || held.keys != history.keys
            || held.seen != w.s.seen
        {
            return "it notes what it did not see"
        }
        guard let old = w.s.cluster?.holdings, old.epoch == held.epoch, old.keys > 0, held.keys > 0 else { return nil }
        return held.offset < old.offset ? "what there was falls within a reign" : nil
    }

    /// What a plan may not leave out: a majority's word about a master that doesn't answer, and the alert where there
    /// is no majority.
    private static func missing(from plan: [Action], on w: PlanWords) -> String? {
        let alerts = plan.alerts
        if w.recorded != nil, w.heard.count <= w.electorate / 2 {
            if !alerts.contains("sentinel-majority-lost"), !alerts.contains("no-sentinels") {
                return "it does not say that the majority is lost"
            }
        }
        if !w.s.badNodes.isEmpty, !alerts.contains("bad-node") { return "it does not name a bad node" }
        if w.s.isDisputed != alerts.contains("disputed-cluster") { return "it does not say that the id is disputed" }
        if alerts.contains("behind"), plan.contains(where: { if case .promote = $0 { true } else { false } }) {
            return "it promotes what it says it holds back"
        }
        if let recorded = w.recorded, w.masters.isEmpty, !w.isMaster(recorded), !alerts.contains("no-master") {
            return "it does not say that there is no master"
        }
        guard let majority = w.majority, majority != w.recorded, w.isMaster(majority),
            !(w.recorded.map(w.isMaster) ?? false), !w.s.badNodes.contains(where: \.isEssential)
        else { return nil }
        guard w.isRecordable(majority) else {
            return alerts.contains("unknown-master") ? nil : "it does not say that a majority names an unknown master"
        }
        let isRecorded = plan.contains {
            if case .record(let recording) = $0 {
                recording.master == majority && recording.evidence == .agreed
            } else {
                false
            }
        }
        return isRecorded ? nil : "it does not record whom a majority names"
    }
}
