import Vocabulary

@testable import Succession

/// Promises 2, 3 and 6: what may be recorded, over what, and on which evidence.
enum PlanRecords {
    static func broken(by recording: Recording, on w: PlanWords) -> String? {
        let master = recording.master
        if recording.previous != w.s.record { return "it records over what was not read" }
        if master == w.recorded { return "it records what is recorded" }
        if !w.isMaster(master) { return "it records what does not answer master, or a stranger" }
        if !w.isRecordable(master) { return "it records what only sentinels say is ours" }
        if let recorded = w.recorded, w.isMaster(recorded), !mayReplaceLiving(master, w) {
            return "it replaces a master that answers master"
        }
        if w.s.sentinels.isEmpty, recording.evidence != .sole { return "it records without a sentinel" }
        if let majority = w.majority, majority != master, w.isMaster(majority) {
            return "it records beside the one that a majority names"
        }
        return updating(recording.cluster, master, w) ?? missingEvidence(recording, w)
    }

    private static func mayReplaceLiving(_ master: Address, _ w: PlanWords) -> Bool {
        guard w.majority == master else { return false }
        let epoch = w.s.cluster?.sentinelEpoch ?? .max
        return w.isMajority { $0.names == master && $0.epoch > epoch } || w.lasted(.agreed(master), .seconds(10))
    }

    private static func updating(_ new: ClusterRecord, _ master: Address, _ w: PlanWords) -> String? {
        let old = w.s.cluster
        if new.id != old?.id ?? w.s.mark.clusterID ?? "" { return "it changes the cluster's id" }
        let numbers = [old?.epoch, old?.holdings?.epoch].compactMap(\.self) + w.heard.map(\.opinion.epoch)
        // Nobody counts that far: such a number is not believed.
        if numbers.contains(where: { $0 >= new.epoch && $0 < 1_000_000_000 }) {
            return "its reign has a number that was there before"
        }
        if new.members < old?.members ?? 0 { return "a failover takes a member off" }
        if new.members < w.live.count { return "it counts fewer members than are live" }
        if new.holdings != old?.holdings {
            return "it changes what there was before anybody has seen the new master's data"
        }
        if new.holders != old?.holders ?? [] { return "it changes who had it" }
        guard case .master(let history) = w.says(master), new.replicationID == history.replicationID else {
            return "it notes a replication id that is not the master's"
        }
        // Nothing that the new master does not hold may count as its own.
        let most = history.previousOffset.map { $0 - 1 } ?? -1
        if new.reigns.contains(where: { $0.until > most || $0.epoch >= new.epoch }) {
            return "it counts more than the master holds"
        }
        if !new.reigns.isEmpty, new.reigns.last?.replicationID != history.previousID {
            return "its last reign is another's"
        }
        // Nobody counts as far as some numbers that are heard.
        let highest = max(old?.epoch ?? 0, old?.sentinelEpoch ?? 0) + 1_000_000_000
        let epochs = w.heard.filter { $0.opinion.names == master }.map(\.opinion.epoch).filter { $0 <= highest }
        return new.sentinelEpoch == epochs.max() ? nil : "it notes an epoch that nobody has"
    }

    private static func missingEvidence(_ recording: Recording, _ w: PlanWords) -> String? {
        let master = recording.master
        switch recording.evidence {
        case .agreed: return w.majority == master ? nil : "no majority names it"
        case .early:
            guard let recorded = w.recorded else { return "there is no old master" }
            let isHeldDown = w.isMajority {
                $0.subjectivelyDown && ($0.names == recorded || $0.failoverFor != nil)
            }
            let hasGivenWay = w.replication(recorded)?.master == master
            guard w.says(recorded) == .refused || w.says(recorded) == .silent && isHeldDown || hasGivenWay else {
                return "the old master may be alive"
            }
            let isYoung = w.heard.contains { $0.opinion.failoverFor.map { $0 <= .seconds(10) } ?? false }
            let isLeft = w.lasted(.promoted(master), .milliseconds(300)) && w.heard.count > w.electorate / 2
            if !isYoung, !isLeft { return "no failover is in progress" }
            if w.masters != [master] { return "it is not the only master" }
            return w.s.followed[master] == recorded ? nil : "it did not follow the old master"
        case .sole:
            if !w.lasted(.sole(master), w.s.sessionTimeout) { return "not for one session timeout" }
            if w.masters != [master] { return "it is not the only master" }
            if let recorded = w.recorded, w.replication(recorded) == nil, !w.isDead(recorded) || w.isLeased(recorded) {
                return "the recorded master may be alive"
            }
            for member in w.live where member != master && !w.isForeign(member) {
                switch w.says(member) {
                case .refused, .silent, .notRedis: break
                case .replica(let replication) where replication.master == master: break
                case .replica(let replication)
                where replication.history.keys == 0 && !(replication.synchronised && replication.priority > 0): break
                case .replica, .master, .loading, .denied: return "a member that answers does not follow it"
                }
            }
            return nil
        case .promoted, .succession, .switchover: return "a plan promotes before it records"
        }
    }
}
