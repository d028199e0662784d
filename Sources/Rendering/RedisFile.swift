/// All that goes into the configuration file of one redis-server.
public struct RedisFile: Equatable, Sendable {
    /// `bind`: an IP address, or a wildcard where `announce` is given.
    public var bindIP: String

    /// `port`, 1 to 65535.
    public var port: Int

    /// The address that others use; nil where that is `bindIP` and `port`.
    public var announce: HostPort?

    /// `dir`, an absolute path.
    public var dataDirectory: String

    public var mark: Mark

    /// The master to follow; nil for a master.
    public var master: HostPort?

    /// `requirepass`, `masterauth` and `masteruser`, in every role alike: a master may come back as a replica.
    public var credentials: Credentials?

    /// `min-replicas-to-write`; 0 leaves it to the user's settings.
    public var minReplicasToWrite: Int

    /// 0 for a replica that starts empty, so that Sentinel doesn't promote it before it has the data; nil leaves
    /// `replica-priority` to the user's settings.
    public var replicaPriority: Int?

    public init(
        bindIP: String,
        port: Int,
        announce: HostPort? = nil,
        dataDirectory: String,
        mark: Mark,
        master: HostPort? = nil,
        credentials: Credentials? = nil,
        minReplicasToWrite: Int = 0,
        replicaPriority: Int? = nil
    ) {
        self.bindIP = bindIP
        self.port = port
        self.announce = announce
        self.dataDirectory = dataDirectory
        self.mark = mark
        self.master = master
        self.credentials = credentials
        self.minReplicasToWrite = minReplicasToWrite
        self.replicaPriority = replicaPriority
    }
}
