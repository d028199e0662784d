/// Where a copy of the data stands among others: a total order, whatever ids the copies bear.
///
/// Of two copies with one replication id the higher offset holds all that the lower one does: Redis gives a master a
/// new id whenever it might go on differently (`changeReplicationId` in replication.c). Offsets of different ids say
/// nothing, so there the newer file counts (DESIGN.md 3.1). The two rules taken pair by pair could go round in a circle:
/// a higher offset in an older file, a lower one in a newer, and a file without an id between the two. So a copy counts
/// as being as new as the newest that it is known to hold.
struct FreshnessRank: Comparable {
    private enum Worth: Int { case empty, unusable, usable }

    private let worth: Worth
    /// Milliseconds since 1970 of the newest file whose writes this copy is known to hold.
    private let moment: Int64
    /// How many of the others hold less under this copy's id: tells a higher offset from a lower one where both have
    /// one moment, without a word on copies of other ids.
    private let ahead: Int

    fileprivate init(of copy: Freshness, among copies: [Freshness]) {
        guard copy.holdsData else {
            (worth, moment, ahead) = (.empty, 0, 0)
            return
        }
        worth = copy.isLoadable ? .usable : .unusable
        let contained = copies.filter { copy.contains($0) }
        moment = contained.reduce(copy.modified ?? .max) { max($0, $1.modified ?? .max) }
        ahead = contained.count { !$0.contains(copy) }
    }

    static func < (one: FreshnessRank, other: FreshnessRank) -> Bool {
        (one.worth.rawValue, one.moment, one.ahead) < (other.worth.rawValue, other.moment, other.ahead)
    }
}

extension Freshness {
    func rank(among copies: [Freshness]) -> FreshnessRank { FreshnessRank(of: self, among: copies) }

    /// Whether every write of `other` is known to be in this copy.
    fileprivate func contains(_ other: Freshness) -> Bool {
        guard other.holdsData, let replicationID, let offset, let theirs = other.offset else { return false }
        return other.replicationID == replicationID && theirs <= offset
    }
}
