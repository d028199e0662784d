public import Vocabulary

/// All that a watcher knows when it plans: one pass over ZooKeeper, the sentinels and the servers, and what it
/// remembers of the passes before.
public struct Snapshot: DataGuard, Equatable {
    public var mark: Mark
    public var record: Record?
    public var cluster: ClusterRecord?
    public var sentinels: Sentinels
    public var members: [Address]
    /// What was asked: the recorded address, live members, whom the sentinels name or know as a replica, whom a replica
    /// follows.
    public var instances: [Address: Instance]
    /// What answers at the addresses of sentinels that a registered one knows and that are not registered themselves.
    public var peers: [Address: PeerAnswer]
    /// Sentinels that have an identity of this cluster and answer under it, and are not registered: their leases are
    /// gone.
    public var unregistered: Set<Address> = []
    /// What replicas whose link is down say of it, and the recorded master's version beside it; empty while something
    /// is pressing.
    public var links: [Address: ReplicaLink] = [:]
    /// Registered sentinels whose node is not ephemeral: written by another tool, and never taken away by a lease.
    public var leftovers: Set<Address>
    /// Nodes that hold what none of us would write.
    public var badNodes: [BadNode]
    /// Whether this watcher leads: only the leader changes servers.
    public var leads: Bool
    /// Whether `/redis/paused` exists: then no server is changed.
    public var isPaused: Bool
    /// Whether our own connection to the recorded master ended and two new ones, 50 ms apart, were refused.
    public var masterHasCrashed: Bool
    /// Whether our own connection to the recorded master ended and a new one was refused.
    public var masterWasRefused = false
    /// Whether the recorded master had a lease when it last answered.
    public var masterHadLease = true
    /// Whom each server replicated from when it was last seen as a replica.
    public var followed: [Address: Address]
    /// For how long each condition has held without a break, as far as this watcher has seen.
    public var held: [Condition: Duration]
    public var sessionTimeout: Duration
    /// When this look began: RFC 3339, UTC; nil where no clock is to be written down.
    public var seen: String?
    /// What `/redis/switchover` holds.
    public var switchover: Switchover?
    /// What this watcher answered to the same id before.
    public var answered: Switchover?
    /// Whether the time for it is over.
    public var isSwitchoverLate = false
    /// What servers would not do that they were told, each with the command.
    public var refusals: [Address: String] = [:]
    public var acceptsLoss = false
    public var acceptLossAfter: Duration?
    /// Whether leased members agree on another cluster id than `/redis/cluster` has.
    public var isDisputed = false
    /// Whether others than the user of `ZK_AUTH` may change what is recorded: nothing is destroyed on its word then.
    public var isExposed = false
    /// What the recorded master last told this very watcher of its data; nil where it never did.
    public var lastWord: History?
    /// Whether servers, and whether sentinels, ask for a password that we have.
    public var hasPassword = false
    public var hasSentinelPassword = false
    /// What our own machine lacked a moment ago, and what to do about it.
    public var shortage: String?
    /// Whom it kept us from asking in this look: `instances` and `sentinels` show them as silent, and they may not be.
    public var unasked: Set<Address> = []
    /// What those said last; nil where everybody was asked.
    public var lastSeen: LastSeen?
    /// Those of whom nothing is known for that reason; only `asLastSeen` tells them.
    public var unknown: Set<Address> = []
    /// What servers were told a moment ago: not told again yet, so that one that doesn't do it neither is flooded nor
    /// keeps other repairs from their turn.
    public var resting: [Action]

    public init(
        mark: Mark, record: Record? = nil, cluster: ClusterRecord? = nil, sentinels: Sentinels = [],
        members: [Address] = [], instances: [Address: Instance] = [:], peers: [Address: PeerAnswer] = [:],
        leftovers: Set<Address> = [], badNodes: [BadNode] = [], leads: Bool = true, isPaused: Bool = false,
        masterHasCrashed: Bool = false, followed: [Address: Address] = [:], held: [Condition: Duration] = [:],
        sessionTimeout: Duration = .seconds(6), resting: [Action] = []
    ) {
        self.mark = mark
        self.record = record
        self.cluster = cluster
        self.sentinels = sentinels
        self.members = members
        self.instances = instances
        self.peers = peers
        self.leftovers = leftovers
        self.badNodes = badNodes
        self.leads = leads
        self.isPaused = isPaused
        self.masterHasCrashed = masterHasCrashed
        self.followed = followed
        self.held = held
        self.sessionTimeout = sessionTimeout
        self.resting = resting
    }
}

/// What answers where a sentinel should be.
public enum PeerAnswer: Equatable, Sendable {
    /// The very one, by its id.
    case sentinel
    /// Something answers and does not tell who it is: it asks for another password, or nobody knows the id of who
    /// should be there.
    case unproven
    /// Something else has the port.
    case stranger
    case refused
    case silent
    /// Our own machine kept us from asking.
    case unasked

    /// Nobody is there who could vote.
    public var isGone: Bool { [.stranger, .refused, .silent].contains(self) }

    /// Whether a sentinel of ours may be there that answers.
    var mayBeSentinel: Bool { !isGone }
}

/// A znode that can't be used, and why.
public struct BadNode: Hashable, Sendable {
    public var path: String
    public var reason: String
    /// Whether it is `/redis/master` or `/redis/cluster`: without them nothing is decided, and nothing overwritten.
    public var isEssential: Bool
    /// Whether it belongs to another user of ZooKeeper than ours.
    public var isOthers: Bool

    public init(path: String, reason: String, isEssential: Bool = false, isOthers: Bool = false) {
        self.path = path
        self.reason = reason
        self.isEssential = isEssential
        self.isOthers = isOthers
    }
}
