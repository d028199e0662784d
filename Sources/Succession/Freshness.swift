/// How new a copy of the data is: on disk before a start, or in a running server.
public struct Freshness: Codable, Equatable, Sendable {
    /// At least one key, or a non-empty data file.
    public var holdsData: Bool
    /// The replication id that the copy bears. AOF base files and the RDB of a master that never had a replica bear none.
    public var replicationID: String?
    /// The replication offset under that id, in bytes.
    public var offset: Int64?
    /// When its data file was last written, in seconds since 1970; nil for a running server, whose copy is of this moment.
    public var modified: Int64?

    public init(holdsData: Bool, replicationID: String? = nil, offset: Int64? = nil, modified: Int64? = nil) {
        self.holdsData = holdsData
        self.replicationID = replicationID
        self.offset = offset
        self.modified = modified
    }

    public static let empty = Freshness(holdsData: false)

    private enum CodingKeys: String, CodingKey {
        case offset, modified
        case holdsData = "holds_data"
        case replicationID = "replication_id"
    }

    /// Whether this copy is fresher than `other`: holding data before empty; then, where both bear the cluster's
    /// replication id, the higher offset (offsets of different ids say nothing); else the newer file, a running copy
    /// being newer than any file.
    public func isFresher(than other: Freshness, clusterReplicationID id: String?) -> Bool {
        guard holdsData == other.holdsData else { return holdsData }
        guard holdsData else { return false }
        if let id, replicationID == id, other.replicationID == id, let offset, let theirs = other.offset {
            return offset > theirs
        }
        return (modified ?? .max) > (other.modified ?? .max)
    }
}
