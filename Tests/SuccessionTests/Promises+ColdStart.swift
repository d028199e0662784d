@testable import Succession

extension Promises {
    /// Whoever claims has waited for the others, and none of them has fresher data; but the first of all claims.
    static func claiming(_ o: Observation) -> String? {
        let isFirst = !o.data.holdsData && o.cluster == nil && o.record == nil && o.members.isEmpty
        if isFirst, o.candidates.isEmpty, o.sentinels.isEmpty { return nil }
        guard let us = o.candidacy, let ours = o.candidates.first(where: { $0.number == us.number }) else {
            return "it claims though it does not stand"
        }
        let mine = ours.freshness
        for candidate in o.candidates where candidate.number != us.number {
            let theirs = candidate.freshness
            if theirs.holdsData, !mine.holdsData { return "it claims with nothing, and another has data" }
            if theirs.holdsData, theirs.isLoadable, !mine.isLoadable { return "it claims with damaged data" }
            guard theirs.holdsData, theirs.isLoadable == mine.isLoadable else { continue }
            let isOneLine = mine.replicationID != nil && mine.replicationID == theirs.replicationID
            if isOneLine, theirs.offset! > mine.offset! { return "it claims behind another's offset" }
            if !isOneLine, theirs.modified! > mine.modified! { return "it claims beside a newer file" }
            if theirs == mine, candidate.address == o.record?.address {
                return "it wins a tie with the recorded master"
            }
        }
        return claimingEarly(us, o)
    }

    private static func claimingEarly(_ us: Candidacy, _ o: Observation) -> String? {
        // No more than these can be present; a claim's own record counts nobody, and one member is no count.
        let most = Set(o.candidates.map(\.address) + o.members.filter { $0 != o.me && !isForeign($0, o) }).count
        let withData = o.candidates.filter { $0.freshness.holdsData && $0.freshness.isLoadable }.count
        // Live members may hold data too; there are no more of them than these.
        let enough = withData == 0 ? most : withData + most - o.candidates.count
        if let cluster = o.cluster, cluster.replicationID != nil, cluster.members > 1, enough >= cluster.members {
            return nil
        }
        if us.age < .seconds(6) || us.age < us.sessionTimeout { return "it claims before the window is over" }
        let isEmpty = !o.candidates.contains { $0.freshness.holdsData && $0.freshness.isLoadable }
        if isEmpty, o.cluster != nil || o.record != nil, us.age * 2 < o.limit {
            return "it gives up a cluster's data before half of the limit"
        }
        return nil
    }
}
