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

    /// How far reigns are apart. Sentinel's elections take the number after the highest one that they know, also those that
    /// are aborted: none of some dozens takes that of a reign.
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
