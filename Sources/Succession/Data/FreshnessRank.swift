/// Where a copy of the data stands among others: a total order, whatever is known of them.
///
/// Copies with a position are compared by it. A copy of which none is known (an older Interrex, a server that ran
/// without its lease, files that somebody put there) goes before those that are known to lack something and behind
/// those that are not: it may have what they lack. Among such copies the recorded master's own goes first, then the
/// newer file: what bears one replication id counts as one, of which the higher offset is fresher.
struct FreshnessRank: Comparable {
    private enum Worth: Int { case empty, unusable, usable }
    private enum Proof: Int { case behind, unknown, current }

    private let worth: Worth
    private let proof: Proof
    private let position: Position
    private let isRecorded: Bool
    private let moment: Int64
    private let offset: Int64

    /// - Parameters:
    ///   - recorded: the recorded master's own copy, where that is one of them.
    ///   - copies: all that are compared.
    ///   - holdings: what the cluster was last seen to hold; nil where nobody saw.
    init(of copy: Freshness, recorded: Freshness? = nil, among copies: [Freshness], holdings: Holdings? = nil) {
        worth = !copy.holdsData ? .empty : copy.isLoadable ? .usable : .unusable
        // Of nothing no copy has more than another, however far its offset has come.
        guard copy.holdsData else {
            (proof, position) = (.behind, Position(epoch: 0, offset: 0))
            (isRecorded, moment, offset) = (false, 0, 0)
            return
        }
        if let known = copy.position {
            position = known
            proof = holdings.map { $0.isAhead(of: known) } ?? false ? .behind : .current
            (isRecorded, moment, offset) = (false, 0, 0)
            return
        }
        proof = .unknown
        position = Position(epoch: 0, offset: 0)
        func isKin(_ other: Freshness) -> Bool {
            copy.replicationID != nil && other.replicationID == copy.replicationID
        }
        // What has all of it and more goes with it.
        isRecorded = recorded.map { $0 == copy || isKin($0) } ?? false
        let kin = copies.filter(isKin) + [copy]
        moment = kin.compactMap(\.modified).max() ?? 0
        offset = copy.replicationID == nil ? 0 : copy.offset ?? 0
    }

    static func < (one: FreshnessRank, other: FreshnessRank) -> Bool {
        if one.worth != other.worth { return one.worth.rawValue < other.worth.rawValue }
        if one.proof != other.proof { return one.proof.rawValue < other.proof.rawValue }
        if one.position != other.position { return one.position < other.position }
        if one.isRecorded != other.isRecorded { return other.isRecorded }
        return (one.moment, one.offset) < (other.moment, other.offset)
    }
}

extension Freshness {
    /// Whether this copy is fresher than `other`, where only these two are compared.
    public func isFresher(than other: Freshness, holdings: Holdings? = nil) -> Bool {
        isFresher(than: other, recorded: nil, holdings: holdings)
    }

    func isFresher(than other: Freshness, recorded: Freshness?, holdings: Holdings?) -> Bool {
        let both = [self, other]
        return FreshnessRank(of: self, recorded: recorded, among: both, holdings: holdings)
            > FreshnessRank(of: other, recorded: recorded, among: both, holdings: holdings)
    }
}
