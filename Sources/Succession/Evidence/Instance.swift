public import Vocabulary

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
    /// `second_repl_offset`: the first offset that the two ids don't share; nil where there is no previous id.
    public var previousOffset: Int64?
    /// `master_repl_offset`, in bytes.
    public var offset: Int64
    /// How many keys it holds, over all databases. At least one for a server that is loading.
    public var keys: Int64

    public init(
        replicationID: String, previousID: String? = nil, previousOffset: Int64? = nil, offset: Int64 = 0,
        keys: Int64 = 0
    ) {
        self.replicationID = replicationID
        self.previousID = previousID
        self.previousOffset = previousOffset
        self.offset = offset
        self.keys = keys
    }

    public var holdsKeys: Bool { keys > 0 }

    /// Whether all that was written under `id` up to `offset` is a part of this history.
    public func contains(_ id: String, upTo offset: Int64) -> Bool {
        if id == replicationID { return offset <= self.offset }
        return id == previousID && previousOffset.map { offset < $0 } ?? false
    }

    /// What this server's reign began with, where it was promoted.
    public var origin: Origin? {
        guard let previousID, let previousOffset else { return nil }
        return Origin(replicationID: previousID, offset: previousOffset - 1)
    }
}

/// A replica's view of its replication.
public struct Replication: Equatable, Sendable {
    public var master: Address?
    /// It has finished a synchronisation at least once since it started, and none is running: what Sentinel does not
    /// ask for before it promotes a replica (`a-never-synchronised-replica-is-promoted` in docs/facts.md).
    public var synchronised: Bool
    /// Whether the link to the master is up.
    public var isLinked: Bool
    public var priority: Int
    /// The priority that it gets once it has synchronised, where its 0 is ours; nil: its priority is the user's.
    public var awaitedPriority: Int?
    /// `master_last_io_seconds_ago`: how long ago the master last sent anything; nil while the link is down.
    public var lastContact: Duration?
    /// `master_sync_in_progress`
    public var isSynchronising = false
    public var history: History

    public init(
        of master: Address?, synchronised: Bool, isLinked: Bool = true, priority: Int = 100,
        lastContact: Duration? = nil, history: History, awaiting awaitedPriority: Int? = nil
    ) {
        self.awaitedPriority = awaitedPriority
        self.master = master
        self.synchronised = synchronised
        self.isLinked = isLinked
        self.priority = priority
        self.lastContact = lastContact
        self.history = history
    }
}

extension History {
    /// How many bytes came under the id that it bears. Without an id before it nobody can tell: a master that was
    /// started from its log counts none before its first replica comes (replication.c, `replicationFeedSlaves`).
    var ownBytes: Int64 { previousOffset.map { offset - ($0 - 1) } ?? .max }
}

extension Answer {
    /// The answer in one word.
    public var word: String {
        switch self {
        case .master: "master"
        case .replica: "replica"
        case .loading: "loading"
        case .denied: "denied"
        case .refused: "refused"
        case .silent: "silent"
        case .notRedis: "not-redis"
        }
    }
}
