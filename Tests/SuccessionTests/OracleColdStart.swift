import Vocabulary

@testable import Succession

/// A cold start written down a second time: whoever stands waits for the end of the window, then one claims whom no
/// other candidate beats, where it may begin. Copies are compared in pairs, which the space never lets go round in a
/// circle.
extension OracleTable {
    @Sendable static func coldStart(_ words: Words) -> Decision {
        let o = words.o
        if o.isDisputed { return .wait(.disputedCluster(o.mark.clusterID ?? "-")) }
        guard let us = o.candidacy, let ours = o.candidates.first(where: { $0.number == us.number }) else {
            return .stand
        }
        // Only who answers and is of this cluster has data that counts.
        let answering = words.others.filter { !words.unknown.contains($0) && !words.strangers.contains($0) }
        let present = Set(o.candidates.map(\.address) + answering).count
        // One is no count.
        let counted = o.cluster.flatMap { $0.members < 2 ? nil : $0.members }
        let passedOver = o.passedOver.subtracting([ours.number])
        let inTurn = o.candidates.filter { $0.mayLead && !passedOver.contains($0.number) }
            .map { Candidate(number: $0.number, address: $0.address, freshness: words.judged($0.freshness)) }
        let recorded = inTurn.first { $0.address == o.record?.address }
        let unbeaten = inTurn.filter { one in
            !inTurn.contains { other in beats(other, one, recorded, words.known.held) }
        }
        precondition(unbeaten.count == 1 || inTurn.isEmpty, "the space has a circle")
        var end = windowEnd(words, us, present, counted)
        // Where the best lacks nothing of what there was, any who stand make the number full.
        let lacksNothing =
            o.cluster?.holdings != nil && unbeaten.first.map { !words.lacksSomething($0.freshness) } ?? false
        if lacksNothing, let counted, present >= counted { end = .zero }
        // Who comes when the others have stood for long waits two seconds, where it is known what there was.
        if o.cluster?.holdings != nil {
            let before = Duration.milliseconds(ours.since - o.candidates.map(\.since).min()!)
            let least = end < .seconds(2) ? end : .seconds(2)
            end = end - before < least ? least : end - before
        }
        if us.age < end { return .wait(.settling(present: present, expected: counted, rest: end - us.age)) }

        // Only such as must never be master.
        guard let first = unbeaten.first else { return .wait(.neverMaster) }
        let ahead = words.neverMastersAhead(first.freshness)
        if !ahead.isEmpty { return .wait(.neverMasters(ahead)) }
        if !words.mayBegin(first.freshness) { return .wait(words.shortfall(first.freshness)) }
        if first.number != ours.number { return .wait(.fresherCandidate(first.address, number: first.number)) }
        return .claim(at: o.record?.version)
    }

    private static func windowEnd(_ words: Words, _ us: Candidacy, _ present: Int, _ counted: Int?) -> Duration {
        let o = words.o
        let (here, held) = (words.here, words.known.held)
        // Who has nothing makes no number full where somebody has something, or had.
        let hasNothingToMiss = here.isEmpty && (held?.keys ?? 0) == 0
        if let counted, (hasNothingToMiss ? present : here.count) >= counted { return .zero }
        if o.acceptsLoss { return .zero }
        let end = us.sessionTimeout > .seconds(6) ? us.sessionTimeout : .seconds(6)
        let mayComeYet = (o.record != nil || o.cluster != nil) && held == nil
        let isAllThereIs = o.candidates.contains { OracleOrder.worth($0.freshness) == 2 || !$0.freshness.isKept }
        return mayComeYet && !isAllThereIs && o.limit > end * 2 ? o.limit / 2 : end
    }

    private static func beats(_ one: Candidate, _ other: Candidate, _ recorded: Candidate?, _ held: Holdings?) -> Bool {
        if one.number == other.number { return false }
        let order = OracleOrder(held: held)
        // What bears the id of the recorded master's own copy stands and falls with it.
        func isWithRecorded(_ candidate: Candidate) -> Bool {
            guard let own = recorded?.freshness else { return false }
            return own == candidate.freshness
                || own.replicationID != nil && own.replicationID == candidate.freshness.replicationID
        }
        let isRecorded = (isWithRecorded(one), isWithRecorded(other))
        if order.isFresher(one.freshness, other.freshness, recorded: isRecorded) { return true }
        if order.isFresher(other.freshness, one.freshness, recorded: (isRecorded.1, isRecorded.0)) { return false }
        if one.address == recorded?.address || other.address == recorded?.address {
            return one.address == recorded?.address
        }
        return one.number < other.number
    }
}
