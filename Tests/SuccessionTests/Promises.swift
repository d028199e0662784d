import Vocabulary

@testable import Succession

/// The promises of docs/promises.md that a single decision can break, each read off the raw observation.
enum Promises {
    /// The first promise that the decision breaks; nil where it keeps them all.
    static func broken(by decision: Decision, on o: Observation) -> String? {
        switch decision {
        case .follow(let address): following(address, o)
        case .claim(let version):
            version != o.record?.version
                ? "it claims at a version that was not read"
                : starting(o) ?? replacing(o) ?? (isFollowed(o) ? nil : claiming(o)) ?? beginning(o)
        case .stand: starting(o) ?? replacing(o)
        case .resume:
            o.record?.address == o.me
                ? starting(o) ?? beginning(o) : "it resumes though another, or nobody, is recorded"
        case .wait(.settling(_, _, let rest)):
            rest > .zero && rest <= max(max(.seconds(6), o.limit / 2), o.candidacy?.sessionTimeout ?? .zero)
                ? nil : "it waits for a window that is over, or that never is"
        case .wait: o.waited < o.limit ? nil : "it waits beyond the limit"
        case .refuse: o.waited >= o.limit ? nil : "it refuses before the limit"
        }
    }

    static func following(_ address: Address, _ o: Observation) -> String? {
        if address == o.me { return "it follows itself" }
        if isForeign(address, o) { return "it follows a stranger" }
        switch o.instances[address]?.answer {
        case .master?: return nil
        case .loading?:
            return o.data.holdsData && o.data.isLoadable && o.waited * 2 < o.limit
                ? "it gives up its data for a master that may not get to read its own" : nil
        default: return "it follows what is no master"
        }
    }

    /// Promise 1: nobody starts as master beside the one that a majority chose.
    private static func starting(_ o: Observation) -> String? {
        for address in Set(o.sentinels.compactMap(\.opinion?.names)) where address != o.me {
            let votes = o.sentinels.count { $0.opinion?.names == address }
            let peers = o.sentinels.compactMap(\.opinion?.peers).max() ?? 0
            let isMajority = votes * 2 > max(o.sentinels.count, peers + 1)
            if isMajority, isMaster(address, o) { return "it starts as master beside the chosen one" }
        }
        return nil
    }

    /// Promises 2 and 4: what lives is not replaced, and data that others hold is not passed over.
    private static func replacing(_ o: Observation) -> String? {
        let isUs = o.record?.address == o.me || isFollowed(o)
        if let recorded = o.record?.address, recorded != o.me, !isForeign(recorded, o) {
            switch o.instances[recorded]?.answer {
            case .replica? where isUs: break
            case .master?, .replica?, .loading?, .denied?: return "it replaces a recorded master that answers"
            case .refused?, .silent?, .notRedis?, nil: break
            }
            if !isUs, o.members.contains(recorded) { return "it replaces a recorded master that holds its lease" }
        }
        let hasPatience = !isUs || !o.data.holdsData || o.waited * 2 < o.limit
        for member in o.members where member != o.me && hasPatience && !isForeign(member, o) {
            switch o.instances[member]?.answer {
            case .master(let history)? where history.holdsKeys && !isUs:
                return "it passes over a live master that holds data"
            case .master? where !isUs: return "it makes a second master"
            case .replica(let replication)? where !isUs:
                // Who must never be master is none to wait for, for somebody with data.
                if replication.priority == 0, replication.awaitedPriority == nil,
                    o.data.holdsData || o.candidates.contains(where: { $0.mayLead && $0.freshness.isUsable })
                {
                    continue
                }
                if replication.history.holdsKeys || replication.synchronised && replication.priority > 0 {
                    return "it passes over a live replica that holds data or can be promoted"
                }
            case .replica(let replication)? where replication.history.holdsKeys && !o.data.holdsData:
                return "it starts empty beside a replica that holds data"
            case .master(let history)? where history.holdsKeys && !o.data.holdsData:
                return "it starts empty beside a master that holds data"
            case .loading?: return "it passes over a live member that is loading its data"
            case .denied?, .silent?, .refused?:
                if !o.data.holdsData || o.waited * 2 < o.limit { return "it passes over a member that can't be asked" }
            default: break
            }
        }
        return nil
    }

    /// Whether the recorded one has lost us as its master, and our log is a whole one of the reign that goes on.
    private static func isFollowed(_ o: Observation) -> Bool {
        guard let recorded = o.record?.address, case .replica(let replication)? = o.instances[recorded]?.answer
        else { return false }
        return replication.master == o.me && !replication.isLinked && !isForeign(recorded, o) && o.data.isWhole
            && o.data.clusterID == o.cluster?.id && o.data.epoch == o.cluster?.epoch && !isMaster(o.me, o)
    }

    static func isMaster(_ address: Address, _ o: Observation) -> Bool {
        if case .master? = o.instances[address]?.answer { !isForeign(address, o) } else { false }
    }

    static func isForeign(_ address: Address, _ o: Observation) -> Bool {
        guard let instance = o.instances[address] else { return false }
        if instance.answer == .notRedis { return true }
        switch instance.mark {
        case .mark(Cast.markOfNamesake), .mark(Cast.markOfAnotherRoot): return true
        case .mark, .absent, .unknown: return false
        }
    }
}
