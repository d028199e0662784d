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
