import Vocabulary

@testable import Succession

extension Promises {
    /// Whoever claims has waited for the others, and none of them has fresher data; but the first of all claims.
    static func claiming(_ o: Observation) -> String? {
        let isFirst =
            !o.data.holdsData && o.data.clusterID == nil && o.cluster == nil && o.record == nil && o.members.isEmpty
        if isFirst, o.candidates.isEmpty, o.sentinels.isEmpty { return nil }
        if o.isDisputed { return "it claims while it is not settled whose the members are" }
        guard let us = o.candidacy, let ours = o.candidates.first(where: { $0.number == us.number }) else {
            return "it claims though it does not stand"
        }
        let mine = ours.freshness
        if !ours.mayLead { return "it claims though it must never be master" }
        for candidate in o.candidates where candidate.number != us.number && !o.passedOver.contains(candidate.number) {
            let theirs = candidate.freshness
            guard candidate.mayLead else {
                if let broken = givingUp(theirs, for: mine, o) { return broken }
                continue
            }
            if theirs.holdsData, !mine.holdsData { return "it claims with nothing, and another has data" }
            if theirs.holdsData, theirs.isLoadable, !mine.isLoadable { return "it claims with damaged data" }
            if theirs == mine, candidate.address == o.record?.address {
                return "it wins a tie with the recorded master"
            }
            guard theirs.holdsData, theirs.isLoadable == mine.isLoadable else { continue }
            if let broken = passing(theirs, for: mine, isRecorded: ours.address == o.record?.address, o) {
                return broken
            }
        }
        return claimingEarly(us, o)
    }

    /// What one has that must never be master is given up with somebody's word only.
    private static func givingUp(_ theirs: Freshness, for mine: Freshness, _ o: Observation) -> String? {
        guard theirs.holdsData, theirs.isLoadable, !o.acceptsLoss, o.acceptLossAfter == nil else { return nil }
        let (own, other) = (position(mine, o), position(theirs, o))
        if let held = o.cluster?.holdings {
            if held.keys == 0 { return nil }
            if mine.isLoadable, let own, let other, (own.0, own.1 + 256 + held.rate) >= other { return nil }
        }
        if !mine.holdsData || !mine.isLoadable {
            return "it claims with nothing beside one that never leads and has data"
        }
        if let own, let other, own < other { return "it gives up what one has that never leads" }
        return nil
    }

    private static func passing(
        _ theirs: Freshness, for mine: Freshness, isRecorded: Bool, _ o: Observation
    ) -> String? {
        let (own, other) = (position(mine, o), position(theirs, o))
        if let other, own.map({ $0 < other }) ?? false { return "it claims behind another's position" }
        if let held = o.cluster?.holdings {
            let ownLacks = own.map { OracleOrder.lacks($0.0, $0.1, of: held) }
            let otherLacks = other.map { OracleOrder.lacks($0.0, $0.1, of: held) }
            if otherLacks == false, ownLacks != false {
                return "it claims beside one that is known to have all there was"
            }
            if ownLacks == true, otherLacks == nil { return "it claims with what is known to lack something" }
        }
        guard own == nil, other == nil else { return nil }
        let isOneLine = mine.replicationID != nil && mine.replicationID == theirs.replicationID
        if isOneLine, theirs.offset ?? 0 > mine.offset ?? 0 { return "it claims behind another's offset" }
        // Of one line with another that claims, or that is the recorded master's, a file's time says nothing.
        let hasKin = o.candidates.contains { $0.freshness != mine && $0.freshness.replicationID == mine.replicationID }
        if !isOneLine, !isRecorded, !hasKin, theirs.modified ?? 0 > mine.modified ?? 0 {
            return "it claims beside a newer file"
        }
        return nil
    }

    /// Read off the passport, where that is of this cluster, or where nothing but passports is left to tell which one
    /// it is; else off the record by the replication id.
    static func position(_ copy: Freshness, _ o: Observation) -> (Int, Int64)? {
        guard let offset = copy.offset else { return nil }
        if o.cluster == nil ? copy.clusterID != nil : copy.clusterID == Cast.clusterID, let epoch = copy.epoch {
            return (epoch, offset)
        }
        guard let line = copy.replicationID, o.cluster?.replicationID == line else { return nil }
        return (o.cluster!.epoch, offset)
    }

    /// Nobody begins behind what there was without somebody's word, unless nobody can have more.
    static func beginning(_ o: Observation) -> String? {
        guard let held = o.cluster?.holdings, held.keys > 0, !o.acceptsLoss, o.acceptLossAfter == nil else {
            return nil
        }
        if o.data.holdsData, o.data.isLoadable, let position = position(o.data, o),
            !OracleOrder.lacks(position.0, position.1, of: held)
        {
            return nil
        }
        // What nobody kept is waited for by nobody: not by a cache, and not by who has older data.
        if !held.isKept, !o.data.isKept || o.data.holdsData && o.data.isLoadable { return nil }
        if !o.data.holdsData || !o.data.isLoadable { return "it begins with nothing where there was something" }
        let others = o.candidates.filter { $0.address != o.me && !o.passedOver.contains($0.number) }
        let counted = others.filter { $0.freshness.holdsData || $0.freshness.clusterID == o.cluster!.id }.map(\.address)
        // Members that answer may hold data, too; there are no more of them than these.
        let most = Set(counted + o.instances.keys.filter { $0 != o.me && !isForeign($0, o) } + [o.me]).count
        return most < o.cluster!.members ? "it begins behind what there was, and somebody is missing" : nil
    }

    private static func claimingEarly(_ us: Candidacy, _ o: Observation) -> String? {
        if o.acceptsLoss { return nil }
        // No more than these can be present; one member is no count.
        let live = o.members + o.instances.filter { $0.value.mark == .mark(Cast.mark) }.keys
        let most = Set(o.candidates.map(\.address) + live.filter { $0 != o.me && !isForeign($0, o) }).count
        let withData = o.candidates.filter { $0.freshness.holdsData || $0.freshness.clusterID == Cast.clusterID }.count
        // Live members may hold data too; there are no more of them than these.
        let enough = withData == 0 ? most : withData + most - o.candidates.count
        let lacksNothing = o.cluster?.holdings != nil && beginning(o) == nil
        if let cluster = o.cluster, cluster.members > 1, (lacksNothing ? most : enough) >= cluster.members {
            return nil
        }
        // Where it is known what there was, there is one window for all, and two seconds for who comes later.
        let since = o.candidates.map(\.since)
        let own = o.candidates.first { $0.number == us.number }?.since ?? 0
        let before = o.cluster?.holdings == nil ? 0 : own - (since.min() ?? own)
        let window = us.age + .milliseconds(before)
        if window < .seconds(6) || window < us.sessionTimeout || us.age < .seconds(2) {
            return "it claims before the window is over"
        }
        let isEmpty = !o.candidates.contains {
            $0.freshness.holdsData && $0.freshness.isLoadable || !$0.freshness.isKept
        }
        if isEmpty, o.cluster != nil || o.record != nil, o.cluster?.holdings == nil, us.age * 2 < o.limit,
            !([o.data] + o.candidates.map(\.freshness)).contains(where: { $0.holdsData && $0.clusterID != nil })
        {
            return "it gives up a cluster's data before half of the limit"
        }
        return nil
    }
}
