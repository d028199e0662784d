/// How new a copy of the data is: on disk before a start, or in a running server.
public struct Freshness: Equatable, Sendable {
    /// At least one key, or a non-empty data file.
    public var holdsData: Bool
    /// Whether a redis-server would start with it. One ends at a cut-off or damaged file, and what it would not even
    /// look at (an RDB file beside `appendonly yes`) it overwrites later.
    public var isLoadable: Bool
    /// Whether the settings keep data at all: without log and snapshots (a cache) what was lost can't come back.
    public var isKept: Bool
    /// The reign under which it was last written; nil where neither a passport nor the cluster's record tells.
    public var epoch: Int?
    /// The replication id that the copy bears. AOF base files and the RDB of a master that never had a replica bear none.
    public var replicationID: String?
    /// The replication offset under that id, in bytes.
    public var offset: Int64?
    /// How many keys it holds; nil where that is not known.
    public var keys: Int64?
    /// When its data file was last written, in milliseconds since 1970; nil for a running server, whose copy is of this
    /// moment, and for a time that can't be.
    public var modified: Int64?
    /// The cluster whose passport lies beside it; nil where there is none. It tells a member that was here before from a
    /// new one, whatever became of its data.
    public var clusterID: String?

    public init(
        holdsData: Bool, isLoadable: Bool = true, isKept: Bool = true, epoch: Int? = nil, replicationID: String? = nil,
        offset: Int64? = nil, keys: Int64? = nil, modified: Int64? = nil, clusterID: String? = nil
    ) {
        self.holdsData = holdsData
        self.isLoadable = isLoadable
        self.isKept = isKept
        self.epoch = epoch
        self.replicationID = replicationID
        self.offset = offset
        self.keys = keys
        self.modified = modified
        self.clusterID = clusterID
    }

    public static let empty = Freshness(holdsData: false)

    /// Data that a server could be started with.
    public var isUsable: Bool { holdsData && isLoadable }

    /// The same, as another launcher wrote it: what can't be counts as unknown, so that a number that nobody counts to neither
    /// wins nor is reckoned with.
    public var plausible: Freshness {
        var copy = self
        if let epoch, !(0...ClusterRecord.highestEpoch).contains(epoch) { copy.epoch = nil }
        if let offset, offset < 0 { copy.offset = nil }
        if let keys, keys < 0 { copy.keys = nil }
        if let replicationID, !isReplicationID(replicationID) { copy.replicationID = nil }
        if let clusterID, !ClusterRecord.isID(clusterID) { copy.clusterID = nil }
        return copy
    }

    /// Nil where it is not known.
    public var position: Position? {
        guard let epoch, let offset else { return nil }
        return Position(epoch: epoch, offset: offset)
    }
}

extension Freshness: Codable {
    private enum CodingKeys: String, CodingKey {
        case epoch, offset, keys, modified
        case holdsData = "holds_data"
        case isLoadable = "loadable"
        case isKept = "kept"
        case replicationID = "replication_id"
        case clusterID = "cluster"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        holdsData = try fields.decode(Bool.self, forKey: .holdsData)
        isLoadable = try fields.decodeIfPresent(Bool.self, forKey: .isLoadable) ?? true
        isKept = try fields.decodeIfPresent(Bool.self, forKey: .isKept) ?? true
        epoch = try fields.decodeIfPresent(Int.self, forKey: .epoch)
        replicationID = try fields.decodeIfPresent(String.self, forKey: .replicationID)
        offset = try fields.decodeIfPresent(Int64.self, forKey: .offset)
        keys = try fields.decodeIfPresent(Int64.self, forKey: .keys)
        modified = try fields.decodeIfPresent(Int64.self, forKey: .modified)
        clusterID = try fields.decodeIfPresent(String.self, forKey: .clusterID)
        forgetImpossible()
    }

    /// It comes from ZooKeeper: what can't be is as good as not said. The id may become that of a cluster, the number that of a
    /// reign, after which there must be others.
    private mutating func forgetImpossible() {
        if let epoch, !(0..<ClusterRecord.highestEpoch).contains(epoch) { self.epoch = nil }
        if let id = replicationID, !isReplicationID(id) { replicationID = nil }
        if let id = clusterID, !ClusterRecord.isID(id) { clusterID = nil }
        if offset ?? 0 < 0 { offset = nil }
        if keys ?? 0 < 0 { keys = nil }
        if modified ?? 0 < 0 { modified = nil }
    }
}
