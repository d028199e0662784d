/// What one Redis server, or whatever has its port, said when it was asked.
public struct Instance: Equatable, Sendable {
    public var answer: Answer
    public var mark: MarkReading

    public init(_ answer: Answer, mark: MarkReading = .unknown) {
        self.answer = answer
        self.mark = mark
    }
}

/// The answer itself: `ROLE`, `INFO replication`, `INFO keyspace` and `INFO persistence` in one word.
public enum Answer: Equatable, Sendable {
    case master(History)
    case replica(Replication)
    /// A master that is still reading its data file.
    case loading
    /// A Redis that doesn't let us in: another password, protected mode, or as many clients as it takes.
    case denied
    /// Nobody listens there.
    case refused
    /// No answer in time, an unreachable host or a name that can't be resolved.
    case silent
    /// Something answers that is no Redis.
    case notRedis
}

/// The lineage of a running server's data.
public struct History: Equatable, Sendable {
    /// `master_replid`.
    public var replicationID: String
    /// `master_replid2`: the id it replicated under before it was promoted; nil where it was not.
    public var previousID: String?
    /// `master_repl_offset`, in bytes.
    public var offset: Int64
    public var holdsKeys: Bool

    public init(replicationID: String, previousID: String? = nil, offset: Int64 = 0, holdsKeys: Bool = false) {
        self.replicationID = replicationID
        self.previousID = previousID
        self.offset = offset
        self.holdsKeys = holdsKeys
    }

    /// Whether data under `id` is a part of this history. Data that bears no id is a part of none.
    public func contains(_ id: String?) -> Bool {
        guard let id else { return false }
        return id == replicationID || id == previousID
    }

    var freshness: Freshness { Freshness(holdsData: holdsKeys, replicationID: replicationID, offset: offset) }
}

/// A replica's view of its replication.
public struct Replication: Equatable, Sendable {
    public var master: Address?
    /// It has finished a synchronisation at least once since it started, and none is running: what Sentinel does not
    /// ask for before it promotes a replica (FACTS.md E).
    public var synchronised: Bool
    /// Whether the link to the master is up.
    public var isLinked: Bool
    public var priority: Int
    /// `master_last_io_seconds_ago`: how long ago the master last sent anything; nil while the link is down.
    public var lastContact: Duration?
    public var history: History

    public init(
        of master: Address?, synchronised: Bool, isLinked: Bool = true, priority: Int = 100,
        lastContact: Duration? = nil, history: History
    ) {
        self.master = master
        self.synchronised = synchronised
        self.isLinked = isLinked
        self.priority = priority
        self.lastContact = lastContact
        self.history = history
    }
}
