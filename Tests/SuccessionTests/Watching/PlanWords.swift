import Vocabulary

@testable import Succession

/// The words of the behaviours, derived a second time from the raw parts of a snapshot.
struct PlanWords {
    let s: Snapshot
    /// The sentinels that answer.
    let heard: [(address: Address, opinion: Opinion)]
    let electorate: Int
    /// The address that more than half of the electorate names.
    let majority: Address?

    /// Leases, and servers that bear our mark and have lost theirs.
    let live: Set<Address>

    init(_ snapshot: Snapshot) {
        s = snapshot
        let marked = snapshot.instances.filter { instance in
            instance.value.mark == .mark(Cast.mark) && ![.refused, .silent, .notRedis].contains(instance.value.answer)
        }
        live = Set(snapshot.members).union(marked.keys)
        heard = s.sentinels.compactMap { report in report.opinion.map { (report.address, $0) } }
        electorate = max(s.sentinels.count, (heard.map(\.opinion.peers).max() ?? -1) + 1)
        var votes: [Address: Int] = [:]
        for (_, opinion) in heard { if let name = opinion.names { votes[name, default: 0] += 1 } }
        let needed = electorate / 2 + 1
        majority = votes.first { $0.value >= needed }?.key
    }

    var recorded: Address? { s.record?.address }

    func isMajority(_ test: (Opinion) -> Bool) -> Bool { heard.count { test($0.opinion) } >= electorate / 2 + 1 }

    /// Whom nobody but itself says to be ours has no veto beside others.
    var voices: [(address: Address, opinion: Opinion)] {
        let confirmed = s.sentinels.filter(\.isConfirmed).map(\.address)
        return confirmed.isEmpty ? heard : heard.filter { confirmed.contains($0.address) }
    }

    var anyFailover: Bool { voices.contains { $0.opinion.failoverFor != nil } }

    func says(_ address: Address) -> Answer { s.instances[address]?.answer ?? .silent }

    func isForeign(_ address: Address) -> Bool {
        guard let instance = s.instances[address] else { return false }
        if case .mark(let mark) = instance.mark, mark != Cast.mark { return true }
        return instance.answer == .notRedis
    }

    func isLeased(_ address: Address) -> Bool { s.members.contains(address) }

    /// A lease that nothing speaks against, or our mark: who may be told to change.
    func isTouchable(_ address: Address) -> Bool {
        switch s.instances[address]?.mark {
        case .mark(Cast.mark)?: says(address) != .notRedis
        case .mark?, .absent?: false
        case .unknown?, nil: isLeased(address) && says(address) != .notRedis
        }
    }

    func isOurs(_ address: Address) -> Bool { isTouchable(address) || majority == address && !isForeign(address) }

    /// Answers `ROLE` = master and is no stranger.
    func isMaster(_ address: Address) -> Bool {
        if case .master = says(address) { !isForeign(address) } else { false }
    }

    func replication(_ address: Address) -> Replication? {
        if case .replica(let replication) = says(address) { replication } else { nil }
    }

    func isPromotable(_ address: Address) -> Bool {
        guard live.contains(address), !isForeign(address), let replication = replication(address) else { return false }
        return replication.synchronised && replication.priority != 0
    }

    /// Members of ours that answer master.
    var masters: [Address] { live.filter { isMaster($0) && isRecordable($0) } }

    /// Shown to be ours by more than what sentinels say: by a lease, our mark, or, where that can't be read, its data's
    /// history.
    func isRecordable(_ address: Address) -> Bool {
        if isTouchable(address) { return true }
        guard case .master(let history) = says(address), s.instances[address]?.mark == .unknown, !isForeign(address),
            let line = s.cluster?.replicationID
        else { return false }
        return [history.replicationID, history.previousID].contains(line)
    }

    /// The number of the reign under which a server's data was written, where the record tells.
    func reign(_ history: History) -> Int? {
        guard let cluster = s.cluster else { return nil }
        if cluster.replicationID == nil, let recorded, case .master(let master) = says(recorded),
            master.replicationID == history.replicationID
        {
            return cluster.epoch
        }
        for line in [history.replicationID, history.previousID].compactMap(\.self) {
            if line == cluster.replicationID { return cluster.epoch }
            if let reign = cluster.reigns.last(where: { $0.replicationID == line }) { return reign.epoch }
        }
        return nil
    }

    /// Whether this data lacks, or may lack, more than the last second of what there was.
    func isBehind(_ history: History) -> Bool {
        guard let held = s.cluster?.holdings, held.keys > 0 else { return false }
        guard history.keys > 0, let reign = reign(history) else { return true }
        return OracleOrder.lacks(reign, history.offset, of: held)
    }

    /// Whether a replica lacks what the master itself was heard to have, where others may have written what there was;
    /// nil where the record tells.
    func lacksLastWord(_ replica: Address) -> Bool? {
        guard s.isExposed, let word = s.lastWord else { return nil }
        guard let own = replication(replica)?.history, own.replicationID == word.replicationID else { return true }
        return own.offset < word.offset - 256 || own.keys == 0 && word.keys > 0
    }

    /// Whether somebody gave up what is missing.
    var hasWord: Bool {
        if s.isExposed { return false }
        if let limit = s.acceptLossAfter, s.held[.masterless, default: .seconds(-1)] >= limit { return true }
        return s.acceptsLoss
    }

    /// Somebody's word for it, or nobody who is missing.
    var mayLose: Bool {
        if s.isExposed { return false }
        if hasWord { return true }
        let withData = live.filter { member in
            if isForeign(member) { return false }
            switch says(member) {
            case .master(let history): return history.keys > 0
            case .replica(let replication): return replication.history.keys > 0
            case .loading: return true
            case .denied, .refused, .silent, .notRedis: return false
            }
        }
        return s.cluster.map { $0.members > 0 && withData.count >= $0.members } ?? false
    }

    /// Dead for sure, or for a majority.
    func isDead(_ address: Address) -> Bool {
        if isForeign(address) || says(address) == .refused { return true }
        guard says(address) == .silent, !isLeased(address) else { return false }
        return s.sentinels.isEmpty || isMajority { $0.names == address && $0.subjectivelyDown }
    }

    var isSettled: Bool {
        guard let recorded, !s.sentinels.isEmpty, heard.count == s.sentinels.count else { return false }
        return voices.allSatisfy { $0.opinion.names == recorded } && !anyFailover && isMaster(recorded)
            && isRecordable(recorded) && (voices.count == heard.count || majority == recorded)
    }

    func lasted(_ condition: Condition, _ time: Duration) -> Bool { s.held[condition, default: .zero] >= time }
}
