/// A reign that is over, and how much of it is a part of the one that goes on.
public struct Reign: Codable, Hashable, Sendable {
    public var epoch: Int
    /// `master_replid` of its master.
    public var replicationID: String
    /// Up to this offset its data is in what came after.
    public var until: Int64

    public init(epoch: Int, replicationID: String, until: Int64) {
        self.epoch = epoch
        self.replicationID = replicationID
        self.until = until
    }

    /// How far reigns are apart. Sentinel's elections take the number after the highest one that they know, also those
    /// that are aborted: none of some dozens takes that of a reign.
    static let stride = 100
    /// Nobody counts that far beyond what is recorded: such a number is not believed.
    private static let farthest = 1_000_000_000

    /// The number of the next reign.
    /// - Parameters:
    ///   - known: the numbers that `/redis/cluster` and passports hold.
    ///   - heard: those that sentinels say.
    static func next(after known: [Int], and heard: [Int]) -> Int {
        let highest = known.reduce(0, max)
        let last = (believed(heard, beside: highest) + [highest]).reduce(0, max)
        if last == 0 { return 1 }
        return last < ClusterRecord.highestEpoch - stride ? last + stride : last + 1
    }

    /// Those of the numbers that sentinels say which may be true, given the highest one that is known.
    static func believed(_ heard: [Int], beside known: Int) -> [Int] {
        heard.filter { $0 < ClusterRecord.highestEpoch - stride && $0 <= known + farthest }
    }

    private enum CodingKeys: String, CodingKey {
        case epoch = "e"
        case replicationID = "id"
        case until = "to"
    }
}

/// The data that a new reign began with: what it had taken over from the one before.
public struct Origin: Equatable, Sendable {
    /// The reign under which it was written; nil where that is not known.
    public var epoch: Int?
    public var replicationID: String
    /// In bytes, under that id.
    public var offset: Int64

    public init(epoch: Int? = nil, replicationID: String, offset: Int64) {
        self.epoch = epoch
        self.replicationID = replicationID
        self.offset = offset
    }
}

/// How reigns follow each other.
extension ClusterRecord {
    /// The epoch under which the sentinels are told of its master: that of the reign, or a higher one where others
    /// contradicted.
    public var configurationEpoch: Int { max(epoch, sentinelEpoch ?? 0) }

    /// The record of the next reign: under `epoch`, begun with what `origin` tells; nil where it began with nothing.
    ///
    /// What is known of the reigns before it goes as far back as the new one's data does: data of a reign that it does
    /// not hold must not count as a part of it.
    public func succeeded(epoch: Int, by origin: Origin?, replicationID: String? = nil) -> ClusterRecord {
        var next = self
        (next.epoch, next.replicationID, next.sentinelEpoch, next.missingSince) = (epoch, replicationID, nil, nil)
        next.reigns = reigns(upTo: origin).suffix(Self.reignLimit).map { reign in
            // A number from elsewhere must not put what is over before what goes on.
            Reign(epoch: min(reign.epoch, max(0, epoch - 1)), replicationID: reign.replicationID, until: reign.until)
        }
        return next
    }

    /// The same reign, begun over a record that somebody has written meanwhile: what the cluster holds, and who has how
    /// much, is newer there. Nil where another reign has begun, where its number was given away, or where it is another
    /// cluster's.
    public func rebased(on newer: ClusterRecord) -> ClusterRecord? {
        guard newer.configurationEpoch < epoch, id.isEmpty || newer.id == id else { return nil }
        var next = self
        next.members = max(members, newer.members)
        (next.holdings, next.holders, next.disks) = (newer.holdings, newer.holders, newer.disks)
        return next
    }

    private func reigns(upTo origin: Origin?) -> [Reign] {
        guard let origin else { return [] }
        let own = Reign(epoch: origin.epoch ?? epoch, replicationID: origin.replicationID, until: origin.offset)
        // A replica bears its master's id from the first byte on that it takes from it, and may have yet to catch up
        // with what that one had taken over: of the reigns before, it is known to have no more than of this one.
        let cut = reigns.map {
            Reign(epoch: $0.epoch, replicationID: $0.replicationID, until: min($0.until, origin.offset))
        }
        if origin.replicationID == replicationID { return cut + [own] }
        guard let index = reigns.lastIndex(where: { $0.replicationID == origin.replicationID }) else { return [own] }
        return Array(cut[...index])
    }

    /// Under which reign data with this replication id was written; nil where that is not known.
    func epoch(of replicationID: String) -> Int? {
        if replicationID == self.replicationID { return epoch }
        return reigns.last { $0.replicationID == replicationID }?.epoch
    }

    /// How far a server's data goes in the reign of which it is. Of one that was promoted, and that nobody has
    /// recorded, what it wrote since under an id of its own belongs to no reign.
    func offset(of history: History) -> Int64 {
        guard epoch(of: history.replicationID) == nil, let previous = history.previousID, epoch(of: previous) != nil,
            let shared = history.previousOffset
        else { return history.offset }
        return min(history.offset, max(0, shared - 1))
    }

    /// Whether the reign that goes on holds all that was written under this id up to this offset.
    public func includes(_ replicationID: String, upTo offset: Int64) -> Bool {
        reigns.contains { $0.replicationID == replicationID && offset <= $0.until }
    }
}
