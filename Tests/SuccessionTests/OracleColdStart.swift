@testable import Succession

/// DESIGN.md 3.4 written down a second time: whoever stands waits for the end of the window, then one claims whom no
/// other candidate beats. Copies are compared in pairs, which the space never lets go round in a circle.
extension OracleTable {
    @Sendable static func coldStart(_ words: Words) -> Decision {
        let o = words.o
        guard let us = o.candidacy, let ours = o.candidates.first(where: { $0.number == us.number }) else {
            return .stand
        }
        // Only who answers and is of this cluster has data that counts.
        let answering = words.others.filter { !words.unknown.contains($0) && !words.strangers.contains($0) }
        let present = Set(o.candidates.map(\.address) + answering).count
        let bearers =
            o.candidates.filter { worth($0.freshness) == 2 }.map(\.address) + answering.filter(words.holders.contains)
        // Beyond the text: one is no count.
        let counted = o.cluster.flatMap { $0.replicationID == nil || $0.members < 2 ? nil : $0.members }
        // Beyond the text, too: who has nothing makes no number full beside those that have something.
        let isComplete = counted != nil && (bearers.isEmpty ? present : Set(bearers).count) >= counted!
        var end = us.sessionTimeout > .seconds(6) ? us.sessionTimeout : .seconds(6)
        let mayComeYet = o.record != nil || o.cluster != nil
        if mayComeYet, !o.candidates.contains(where: { worth($0.freshness) == 2 }), o.limit > end * 2 {
            end = o.limit / 2
        }
        if !isComplete, us.age < end {
            return .wait(.settling(present: present, expected: counted, rest: end - us.age))
        }
        let unbeaten = o.candidates.filter { one in
            !o.candidates.contains { other in beats(other, one, o.record?.address) }
        }
        precondition(unbeaten.count == 1, "the space has a circle")
        return unbeaten[0].number == ours.number
            ? .claim(at: o.record?.version) : .wait(.fresherCandidate(unbeaten[0].address))
    }

    /// 0: nothing, 1: what no server would start with, 2: data.
    static func worth(_ copy: Freshness) -> Int { !copy.holdsData ? 0 : copy.isLoadable ? 2 : 1 }

    static func isFresher(_ one: Freshness, _ other: Freshness) -> Bool {
        if worth(one) != worth(other) { return worth(one) > worth(other) }
        if worth(one) == 0 || one == other { return false }
        if one.replicationID != nil, one.replicationID == other.replicationID { return one.offset! > other.offset! }
        return one.modified! > other.modified!
    }

    private static func beats(_ one: Candidate, _ other: Candidate, _ recorded: Address?) -> Bool {
        if one.number == other.number { return false }
        if isFresher(one.freshness, other.freshness) { return true }
        if isFresher(other.freshness, one.freshness) { return false }
        if one.address == recorded || other.address == recorded { return one.address == recorded }
        return one.number < other.number
    }
}
