public import Vocabulary

/// One registered sentinel and what it answered; no opinion where it didn't answer.
public struct SentinelReport: Equatable, Sendable {
    public var address: Address
    public var opinion: Opinion?
    /// Whether it has a node below `/redis/sentinels`: one whose lease is gone is known by its identity alone.
    public var isRegistered = true
    /// Whether our launcher has registered it, or another one that is believed has just heard it: more than its own
    /// word for who it is.
    public var isConfirmed = true
    /// Why there is no opinion; nil where there is one, or nobody knows.
    public var trouble: SentinelTrouble?

    public init(
        _ address: Address, _ opinion: Opinion?, isRegistered: Bool = true, isConfirmed: Bool = true,
        trouble: SentinelTrouble? = nil
    ) {
        self.address = address
        self.opinion = opinion
        self.isRegistered = isRegistered
        self.isConfirmed = isConfirmed
        self.trouble = trouble
    }
}

/// Why a sentinel has no opinion to tell.
public enum SentinelTrouble: String, Sendable {
    case refused, silent
    /// It asks for another password, or has as many clients as it takes.
    case denied
    /// It asks for the password, and is not told it: nothing but its address says that it is ours.
    case withheld
    /// Something else has its port.
    case stranger
    /// Our own machine kept us from asking.
    case unasked
}

extension Opinion {
    /// After so long a failover has ended, one way or the other, or never will: Sentinel waits for the promotion's two
    /// steps and for the other replicas, for each no longer than `failover-timeout`.
    var longestFailover: Duration { failoverTimeout * 3 }

    /// Whether there is a peer in whose name it can be told of a master.
    public var listsPeers: Bool { !details.sentinels.isEmpty }
}

/// What a sentinel says of the cluster.
public struct Opinion: Equatable, Sendable {
    /// `SENTINEL GET-MASTER-ADDR-BY-NAME`: `SENTINEL MASTER` still shows the old address while replicas are
    /// reconfigured.
    public var names: Address?
    public var subjectivelyDown: Bool
    /// How long it has reported a failover in progress, as far as we have seen; nil where it reports none.
    public var failoverFor: Duration?
    /// Its `failover-timeout`.
    public var failoverTimeout: Duration
    /// Its configuration epoch.
    public var epoch: Int
    /// How many other sentinels it knows, dead ones included: Sentinel's own majority counts them all.
    public var peers: Int
    /// `SENTINEL MYID`: which sentinel it is, wherever it runs; nil where it doesn't tell.
    public var id: String?
    /// What only a watcher asks for, but for the sentinels that it knows.
    public var details: SentinelDetails

    public init(
        names: Address?, subjectivelyDown: Bool = false, failoverFor: Duration? = nil,
        failoverTimeout: Duration = .seconds(10), epoch: Int = 0, peers: Int = 0,
        details: SentinelDetails = SentinelDetails()
    ) {
        self.names = names
        self.subjectivelyDown = subjectivelyDown
        self.failoverFor = failoverFor
        self.failoverTimeout = failoverTimeout
        self.epoch = epoch
        self.peers = peers
        self.details = details
    }
}

/// What a sentinel says beside its opinion: how it stands with the master, and whom it knows.
public struct SentinelDetails: Equatable, Sendable {
    /// The flag `disconnected`: its own link to the master is down. It shows 3-11 ms after a kill -9.
    public var isDisconnected: Bool
    /// `last-ok-ping-reply`: how long ago the master last answered it.
    public var lastReply: Duration
    /// `down-after-milliseconds`: after so long without an answer it considers the master down.
    public var downAfter: Duration
    /// `s-down-time`: for how long it has considered the master down; zero where it doesn't.
    public var masterDown: Duration
    /// How many sentinels must agree before a failover begins.
    public var quorum: Int
    /// How many replicas it tells at the same time to follow a new master.
    public var parallelSyncs: Int
    /// `SENTINEL CKQUORUM`: whether enough of the sentinels that it knows are reachable to agree and to vote.
    public var hasQuorum: Bool
    /// Every replica that it knows, dead ones included.
    public var replicas: [Address]
    /// Those of them that Sentinel itself would not promote at this moment, whatever we think of them: down or
    /// disconnected in its eyes, or cut off from their master for too long (sentinel.c, `sentinelSelectSlave`).
    public var barred: Set<Address>
    /// Every other sentinel that it knows, dead ones included.
    public var sentinels: [Address]
    /// `notification-script` and `client-reconfig-script`; nil where there is none.
    public var notificationScript: String?
    public var reconfigScript: String?
    /// Their ids, as far as it knows them.
    public var sentinelIDs: [Address: String] = [:]
    /// Whether it let us in only once it had our password, or there is none to ask for.
    public var asksForPassword = true
    /// Those of them that it has just heard and reaches, and not from before the end of their node: what it lists
    /// otherwise may be long dead.
    public var heard: Set<Address> = []

    public init(
        isDisconnected: Bool = false, lastReply: Duration = .zero, downAfter: Duration = .seconds(5),
        masterDown: Duration = .zero, quorum: Int = 2, parallelSyncs: Int = 1, hasQuorum: Bool = true,
        replicas: [Address] = [], barred: Set<Address> = [], sentinels: [Address] = []
    ) {
        self.isDisconnected = isDisconnected
        self.lastReply = lastReply
        self.downAfter = downAfter
        self.masterDown = masterDown
        self.quorum = quorum
        self.parallelSyncs = parallelSyncs
        self.hasQuorum = hasQuorum
        self.replicas = replicas
        self.barred = barred
        self.sentinels = sentinels
    }
}
