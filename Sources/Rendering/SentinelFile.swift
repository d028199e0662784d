public import Vocabulary

/// All that goes into the configuration file of one redis-sentinel.
///
/// There is no place for an epoch: a stale pair of address and epoch would override every other sentinel.
public struct SentinelFile: Equatable, Sendable {
    /// Another sentinel, as it is seeded: its address and its `myid`.
    public struct Peer: Hashable, Sendable {
        public var address: Address
        public var identity: String

        public init(address: Address, identity: String) {
            self.address = address
            self.identity = identity
        }
    }

    /// `bind` and `port`: an IP address, or a wildcard where `announce` is given.
    public var bind: Address

    /// The address that others use; nil where that is `bind`.
    public var announce: Address?

    /// `dir`, an absolute path.
    public var dataDirectory: String

    /// `sentinel myid`: 40 digits of 0-9 and a-f.
    public var identity: String

    /// The mark, with the name under which the master is monitored.
    public var mark: Mark

    /// The master to monitor: an IP literal, unless the settings say `sentinel resolve-hostnames yes`.
    public var master: Address

    /// How many sentinels must agree that the master is down, at least 1.
    public var quorum: Int

    /// How to log in to the redis-servers.
    public var credentials: Credentials?

    /// What commands of the redis-servers are called, besides what the settings say of it.
    public var renamedCommands: [RenamedCommand]

    /// The password of the sentinels themselves, for clients and for each other.
    public var sentinelPassword: Secret?

    /// Replicas of the master that answer now. The master itself and repetitions are left out.
    public var knownReplicas: [Address]

    /// Sentinels that answer now. This sentinel itself and repetitions are left out.
    public var knownSentinels: [Peer]

    public init(
        bind: Address,
        announce: Address? = nil,
        dataDirectory: String,
        identity: String,
        mark: Mark,
        master: Address,
        quorum: Int = 2,
        credentials: Credentials? = nil,
        renamedCommands: [RenamedCommand] = [],
        sentinelPassword: Secret? = nil,
        knownReplicas: [Address] = [],
        knownSentinels: [Peer] = []
    ) {
        self.bind = bind
        self.announce = announce
        self.dataDirectory = dataDirectory
        self.identity = identity
        self.mark = mark
        self.master = master
        self.quorum = quorum
        self.credentials = credentials
        self.renamedCommands = renamedCommands
        self.sentinelPassword = sentinelPassword
        self.knownReplicas = knownReplicas
        self.knownSentinels = knownSentinels
    }

    /// The address that others use.
    var announced: Address { announce ?? bind }
}
