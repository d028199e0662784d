public import Vocabulary

/// `/redis/master`: the recorded address, and the version that guards it.
public struct Record: Equatable, Sendable {
    public var address: Address
    public var version: Int32

    public init(_ address: Address, version: Int32) {
        self.address = address
        self.version = version
    }
}

/// One change of the master, as `/redis/history` keeps it.
public struct HistoryEntry: Codable, Equatable, Sendable {
    /// How many entries are kept.
    public static let limit = 100
    /// How many bytes of history are read, at most.
    public static let byteLimit = 262_144

    /// The cause where a launcher began a reign by itself: the first claim, or a cold start.
    public static let claim = "claim"

    /// When it was written: RFC 3339, UTC, with milliseconds.
    public var time: String
    /// The master before, as `host:port`; nil where none was recorded.
    public var old: String?
    public var new: String
    /// Why: `claim`, or `forced` where the writer forced a failover of Sentinel, else its evidence
    /// (`Recording.Evidence`).
    public var cause: String
    /// The number of the reign that began.
    public var epoch: Int?
    /// How many live members there were.
    public var members: Int
    /// Who wrote it: the watcher's HTTP address; of a claim the server's own.
    public var by: String
    /// Who asked for it, where somebody did.
    public var who: String?
    /// From the first sign of it to this record, in milliseconds; nil where the writer saw none.
    public var took: Int?

    private enum CodingKeys: String, CodingKey {
        case time, old, new, cause, epoch, members, by, who
        case took = "took_ms"
    }

    public init(
        time: String, old: String?, new: String, cause: String, epoch: Int?, members: Int, by: String,
        who: String? = nil, took: Int? = nil
    ) {
        self.time = time
        self.old = old
        self.new = new
        self.cause = cause
        self.epoch = epoch
        self.members = members
        self.by = by
        self.who = who
        self.took = took
    }
}
