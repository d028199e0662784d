public import Vocabulary

/// All that goes into the configuration file of one redis-server.
public struct RedisFile: Equatable, Sendable {
    /// `bind` and `port`: an IP address, or a wildcard where `announce` is given.
    public var bind: Address

    /// The address that others use; nil where that is `bind`.
    public var announce: Address?

    /// `dir`, an absolute path.
    public var dataDirectory: String

    public var mark: Mark

    /// The `replica-priority` that a replica gets once it has synchronised, where it starts with 0 until then; nil
    /// where 0 is the user's own word, or the priority is none of our business.
    public var awaitedPriority: Int?

    /// The master to follow; nil for a master.
    public var master: Address?

    /// `requirepass`, `masterauth` and `masteruser`, in every role alike: a master may come back as a replica.
    public var credentials: Credentials?

    /// `min-replicas-to-write`; 0 leaves it to the user's settings.
    public var minReplicasToWrite: Int

    /// 0 for a replica that starts empty, so that Sentinel doesn't promote it before it has the data; nil leaves
    /// `replica-priority` to the user's settings.
    public var replicaPriority: Int?

    public init(
        bind: Address,
        announce: Address? = nil,
        dataDirectory: String,
        mark: Mark,
        master: Address? = nil,
        credentials: Credentials? = nil,
        minReplicasToWrite: Int = 0,
        replicaPriority: Int? = nil,
        awaitedPriority: Int? = nil
    ) {
        self.bind = bind
        self.announce = announce
        self.dataDirectory = dataDirectory
        self.mark = mark
        self.master = master
        self.credentials = credentials
        self.minReplicasToWrite = minReplicasToWrite
        self.replicaPriority = replicaPriority
        self.awaitedPriority = awaitedPriority
    }

    /// The address that others use.
    var announced: Address { announce ?? bind }
}
