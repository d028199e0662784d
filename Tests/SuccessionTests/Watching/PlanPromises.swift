@testable import Succession

/// The promises of DESIGN.md section 8, and the conditions of the table of section 6, that one plan can break. Each is
/// read off the raw snapshot.
enum PlanPromises {
    /// The first promise that the plan breaks; nil where it keeps them all.
    static func broken(by plan: [Action], on w: PlanWords) -> String? {
        let deeds = plan.deeds
        if Set(deeds.map(kind)).count > 1 { return "it changes more than one kind of thing" }
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
        case .force: "force"
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
        case .alert, .publish: return nil
        case .force, .promote, .repoint, .reset, .attach, .configure, .remove: break
        }
        if !w.s.leads { return "it changes a server without the lead" }
        if w.s.isPaused { return "it changes a server while paused" }
        return switch action {
        case .force(let master, let sentinels): PlanRepairs.forcing(master, sentinels, w)
        case .promote(let member): PlanRepairs.promoting(member, w)
        case .repoint(let sentinels, let master): PlanRepairs.repointing(sentinels, master, w)
        case .reset(let sentinel, let gone): PlanRepairs.resetting(sentinel, gone, w)
        case .attach(let member, let master): PlanRepairs.attaching(member, master, w)
        case .configure(let member, let parameter, _): PlanRepairs.configuring(member, parameter, w)
        case .remove(let sentinel): PlanRepairs.removing(sentinel, w)
        case .record, .keep, .alert, .publish: nil
        }
    }

    private static func keeping(_ update: ClusterUpdate, _ w: PlanWords) -> String? {
        if !w.s.leads { return "it keeps without the lead" }
        if !w.isSettled { return "it keeps what is not settled" }
        let members = Set(w.s.members).count
        if update.members < members { return "it counts fewer members than are live" }
        if update.members > max(members, w.s.cluster?.members ?? 0) { return "it counts members that never were" }
        if members < w.s.cluster?.members ?? 0, (update.members == members) != w.lasted(.fewerMembers, .seconds(3_600))
        {
            return "it counts a lost member too early or too late"
        }
        return nil
    }

    /// What a plan may not leave out: a majority's word about a master that doesn't answer, and the alert where there is
    /// no majority.
    private static func missing(from plan: [Action], on w: PlanWords) -> String? {
        let alerts = plan.alerts
        if w.recorded != nil, w.heard.count <= w.electorate / 2 {
            if !alerts.contains("sentinel-majority-lost"), !alerts.contains("no-sentinels") {
                return "it does not say that the majority is lost"
            }
        }
        if !w.s.badNodes.isEmpty, !alerts.contains("bad-node") { return "it does not name a bad node" }
        if let recorded = w.recorded, w.masters.isEmpty, !w.isMaster(recorded), !alerts.contains("no-master") {
            return "it does not say that there is no master"
        }
        guard let majority = w.majority, majority != w.recorded, w.isMaster(majority),
            !(w.recorded.map(w.isMaster) ?? false), !w.s.badNodes.contains(where: \.isEssential)
        else { return nil }
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
