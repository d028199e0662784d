public import Vocabulary

/// What a server's own lease reads of it, once a second: all that a passport is made of.
public struct ServerLook: Equatable, Sendable {
    public enum Role: Equatable, Sendable {
        case master
        /// `isSynchronised`: the link is up, and no synchronisation is running.
        case replica(of: Address?, isSynchronised: Bool)
    }

    public var role: Role
    public var history: History
    public var runID: String
    public var isLoading: Bool
    /// `aof_enabled`
    public var logs: Bool
    /// Whether a log is being written anew, or is about to be: after a full synchronisation the old one counts until
    /// then.
    public var isRewriting: Bool
    /// `rdb_bgsave_in_progress`
    public var isSaving: Bool
    /// `rdb_last_save_time`, in seconds since 1970.
    public var lastSave: Int64
    /// `rdb_changes_since_last_save`: what tells writes from the pings that only move the offset.
    public var changes: Int64
    /// `connected_slaves`
    public var replicas: Int

    public init(
        role: Role, history: History, runID: String, isLoading: Bool = false, logs: Bool = true,
        isRewriting: Bool = false,
        isSaving: Bool = false, lastSave: Int64 = 0, changes: Int64 = 0, replicas: Int = 0
    ) {
        self.role = role
        self.history = history
        self.runID = runID
        self.isLoading = isLoading
        self.logs = logs
        self.isRewriting = isRewriting
        self.isSaving = isSaving
        self.lastSave = lastSave
        self.changes = changes
        self.replicas = replicas
    }

    /// Whether nothing has happened between `earlier` and this look but pings.
    public func isQuiet(since earlier: ServerLook) -> Bool {
        var same = self
        same.history.offset = earlier.history.offset
        same.replicas = earlier.replicas
        return same == earlier
    }
}

/// The reign that goes on, as `/redis/master` and `/redis/cluster` tell.
public struct ReignView: Equatable, Sendable {
    public var record: Record
    public var cluster: ClusterRecord
    public var clusterVersion: Int32
    /// How many members had a lease when this was read.
    public var leases: Int

    public init(record: Record, cluster: ClusterRecord, clusterVersion: Int32, leases: Int = 1) {
        self.record = record
        self.cluster = cluster
        self.clusterVersion = clusterVersion
        self.leases = leases
    }
}
