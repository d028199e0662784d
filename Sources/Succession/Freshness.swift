/// How new a copy of the data is: on disk before a start, or in a running server.
public struct Freshness: Equatable, Sendable {
    /// At least one key, or a non-empty data file.
    public var holdsData: Bool
    /// Whether a redis-server would start with it. One ends at a cut-off or damaged file, and what it would not even
    /// look at (an RDB file beside `appendonly yes`) it overwrites later.
    public var isLoadable: Bool
    /// The replication id that the copy bears. AOF base files and the RDB of a master that never had a replica bear none.
    public var replicationID: String?
    /// The replication offset under that id, in bytes.
    public var offset: Int64?
    /// When its data file was last written, in milliseconds since 1970; nil for a running server, whose copy is of this
    /// moment.
    public var modified: Int64?

    public init(
        holdsData: Bool, isLoadable: Bool = true, replicationID: String? = nil, offset: Int64? = nil,
        modified: Int64? = nil
    ) {
        self.holdsData = holdsData
        self.isLoadable = isLoadable
        self.replicationID = replicationID
        self.offset = offset
        self.modified = modified
    }

    public static let empty = Freshness(holdsData: false)

    /// Data that a server could be started with.
    var isUsable: Bool { holdsData && isLoadable }

    /// Whether this copy is fresher than `other`, where only these two are compared.
    public func isFresher(than other: Freshness) -> Bool {
        let both = [self, other]
        return rank(among: both) > other.rank(among: both)
    }
}

extension Freshness: Codable {
    private enum CodingKeys: String, CodingKey {
        case offset, modified
        case holdsData = "holds_data"
        case isLoadable = "loadable"
        case replicationID = "replication_id"
    }

    public init(from decoder: any Decoder) throws {
        let fields = try decoder.container(keyedBy: CodingKeys.self)
        holdsData = try fields.decode(Bool.self, forKey: .holdsData)
        isLoadable = try fields.decodeIfPresent(Bool.self, forKey: .isLoadable) ?? true
        replicationID = try fields.decodeIfPresent(String.self, forKey: .replicationID)
        offset = try fields.decodeIfPresent(Int64.self, forKey: .offset)
        modified = try fields.decodeIfPresent(Int64.self, forKey: .modified)
    }
}
