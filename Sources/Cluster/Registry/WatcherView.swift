public import Succession
public import Vocabulary

/// One look of a watcher at a cluster's nodes. Unlike a launcher's `View`, a node that can't be used does not fail it:
/// it is named.
public struct WatcherView: Equatable, Sendable {
    /// A watcher's node below `/redis/watchers`. The lowest number leads.
    public struct Candidacy: Equatable, Sendable {
        public var path: String
        /// The number that ZooKeeper gave it.
        public var number: Int
        /// Of the watcher's HTTP port.
        public var address: Address
        /// The session that it lives with.
        public var owner: Int64
        public var version: Int32

        public init(path: String, number: Int, address: Address, owner: Int64, version: Int32) {
            self.path = path
            self.number = number
            self.address = address
            self.owner = owner
            self.version = version
        }
    }

    /// What is recorded; nil where nothing is, or where it can't be used.
    public var record: Record?
    public var cluster: ClusterRecord?
    /// The version of `/redis/cluster`, to write it at; nil with `cluster`.
    public var clusterVersion: Int32?
    /// Sorted by name, as are the sentinels.
    public var members: [View.Registration]
    public var sentinels: [View.Registration]
    /// Sorted by number.
    public var watchers: [Candidacy]
    /// Whether `/redis/paused` exists, readable or not.
    public var isPaused: Bool
    /// Whether its time is over, be the node there still.
    public var isPauseOver: Bool { pause?.until.map { Timestamp.hasPassed($0) } ?? false }
    public var pause: Pause?
    /// A request for another master.
    public var switchover: Switchover?
    /// The version of its node; nil without one.
    public var switchoverVersion: Int32?
    /// The version of `/redis/accept-loss`; nil where it does not exist.
    public var lossVersion: Int32?
    /// The identities of sentinels: the name of each, and where the sentinel was last that has it. One whose lease is
    /// gone is not registered any more.
    public var identities: [View.Registration] = []
    /// What an operator asks for and others may change: it counts as it was created, and a request only once it is in
    /// our hands.
    public var openOrders: [String] = []
    /// Nodes that hold what none of us would write: left out above, and never overwritten. Sorted by path.
    public var badNodes: [BadNode]
    /// Our parents that everybody may change, or others alone, though there is `ZK_AUTH`. Sorted by path.
    public var badParents: [BadNode] = []

    public init(
        record: Record? = nil, cluster: ClusterRecord? = nil, clusterVersion: Int32? = nil,
        members: [View.Registration] = [], sentinels: [View.Registration] = [], watchers: [Candidacy] = [],
        isPaused: Bool = false, pause: Pause? = nil, badNodes: [BadNode] = []
    ) {
        self.record = record
        self.cluster = cluster
        self.clusterVersion = clusterVersion
        self.members = members
        self.sentinels = sentinels
        self.watchers = watchers
        self.isPaused = isPaused
        self.pause = pause
        self.badNodes = badNodes
    }
}
