import Vocabulary

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
    /// The replication id that the copy bears. AOF base files and the RDB of a master that never had a replica bear
    /// none.
    public var replicationID: String?
    /// The replication offset under that id, in bytes.
    public var offset: Int64?
    /// How many keys it holds; nil where that is not known.
    public var keys: Int64?
    /// When its data file was last written, in milliseconds since 1970; nil for a running server, whose copy is of this
    /// moment, and for a time that can't be.
    public var modified: Int64?
    /// The cluster whose passport lies beside it; nil where there is none. It tells a member that was here before from
    /// a new one, whatever became of its data.
    public var clusterID: String?
    /// `run_id` of the server that wrote its passport: copies that bear the same are one copy, seen twice.
    public var runID: String?
    /// What the passport alone says of the offset, where what was appended to the log since is reckoned with; only the
    /// member itself knows it. No byte of an offset that was reckoned is proven to be a part of anything.
    public var provenOffset: Int64?
    /// The id under which its server replicated before it was promoted, by its passport; only the member itself knows
    /// it.
    public var previousID: String?
    /// Whether the log has every write that its server took as master: the machine has run since. Only the member
    /// itself knows that.
    public var isWhole = false

    public init(
        holdsData: Bool, isLoadable: Bool = true, isKept: Bool = true, epoch: Int? = nil, replicationID: String? = nil,
        offset: Int64? = nil, keys: Int64? = nil, modified: Int64? = nil, clusterID: String? = nil, runID: String? = nil
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
        self.runID = runID
    }

    public static let empty = Freshness(holdsData: false)

    /// Data that a server could be started with.
    public var isUsable: Bool { holdsData && isLoadable }

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
        case runID = "run_id"
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
        runID = try fields.decodeIfPresent(String.self, forKey: .runID)
        forgetImpossible()
    }

    /// It comes from ZooKeeper: what can't be is as good as not said. The id may become that of a cluster, the number
    /// that of a reign, after which there must be others.
    private mutating func forgetImpossible() {
        if let epoch, !(0..<ClusterRecord.highestEpoch).contains(epoch) { self.epoch = nil }
        if let id = replicationID, !isReplicationID(id) { replicationID = nil }
        if let id = clusterID, !Mark.isClusterID(id) { clusterID = nil }
        if let id = runID, !Passport.isRunID(id) { runID = nil }
        if offset ?? 0 < 0 { offset = nil }
        if keys ?? 0 < 0 { keys = nil }
        if modified ?? 0 < 0 { modified = nil }
    }
}

/// How new data is: the reign under which it was last written, and how far it had come by then, read as Raft reads term
/// and index. Data written under a later reign is fresher; within a reign the higher offset is. It needs no clock.
public struct Position: Hashable, Codable, Sendable {
    /// The number of the reign. Every record, claim and succession takes the next one in its own transaction.
    public var epoch: Int
    /// `master_repl_offset`, in bytes.
    public var offset: Int64

    public init(epoch: Int, offset: Int64) {
        self.epoch = epoch
        self.offset = offset
    }
}

extension Position: Comparable {
    public static func < (one: Position, other: Position) -> Bool {
        (one.epoch, one.offset) < (other.epoch, other.offset)
    }
}
