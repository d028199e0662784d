public import Vocabulary

/// All that a sentinel says of one master, as of one moment.
public struct SentinelSurvey: Sendable {
    /// `SENTINEL MYID`: which sentinel it is, wherever it runs; nil where it doesn't tell.
    public var id: String?
    /// The address to act on; see `Connection.sentinelOpinion(named:within:)`.
    public var address: Address?
    /// nil where it doesn't monitor that name.
    public var master: SentinelMaster?
    /// Every replica that it knows, dead ones included.
    public var replicas: [SentinelReplica]
    /// Every other sentinel that it knows, dead ones included.
    public var peers: [SentinelPeer]
    /// `SENTINEL CKQUORUM`: whether enough of the sentinels that it knows are reachable to agree and to vote.
    public var hasQuorum: Bool
}

/// What `SENTINEL MASTER` says of a monitored master
/// (https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel).
public struct SentinelMaster: Equatable, Sendable {
    public var name: String
    /// For display. While a leader reconfigures replicas this is the old address beside the new epoch: the address to
    /// act on is that of `sentinelOpinion(named:within:)`. nil where Sentinel could not resolve a host name, or it is
    /// one that no address has.
    public var address: Address?
    /// `master`, `s_down`, `o_down`, `disconnected`, `failover_in_progress`, …
    public var flags: Set<String>
    public var runID: String
    public var configEpoch: Int64
    public var quorum: Int
    /// `num-other-sentinels`: every peer ever seen, dead ones too.
    public var otherSentinels: Int
    /// `num-slaves`: every replica ever seen.
    public var replicas: Int
    public var downAfter: Duration
    public var failoverTimeout: Duration
    /// `failover-state`; nil while there is no failover.
    public var failoverState: String?
    /// Everything as Sentinel gave it, for what is not named here.
    public var fields: Fields

    public var isFailoverInProgress: Bool { flags.contains("failover_in_progress") }

    /// nil for a reply that lacks one of the numbers.
    init?(_ reply: Reply) {
        guard let fields = reply.fields, let name = fields["name"], let flags = fields["flags"],
            let epoch = fields["config-epoch"].flatMap({ Int64($0) }),
            let quorum = fields["quorum"].flatMap({ Int($0) }),
            let others = fields["num-other-sentinels"].flatMap({ Int($0) }),
            let replicas = fields["num-slaves"].flatMap({ Int($0) }),
            let downAfter = fields["down-after-milliseconds"].flatMap({ Int64($0) }),
            let timeout = fields["failover-timeout"].flatMap({ Int64($0) })
        else { return nil }
        self.name = name
        address = fields.address("ip", "port")
        self.flags = sentinelFlags(flags)
        runID = fields["runid"] ?? ""
        configEpoch = epoch
        self.quorum = quorum
        otherSentinels = others
        self.replicas = replicas
        self.downAfter = .milliseconds(downAfter)
        failoverTimeout = .milliseconds(timeout)
        failoverState = fields["failover-state"]
        self.fields = fields
    }
}

/// A replica of a monitored master, as `SENTINEL REPLICAS` lists it, dead or alive.
public struct SentinelReplica: Equatable, Sendable {
    /// nil where it has a host name that no address has.
    public var address: Address?
    /// `slave`, `s_down`, `disconnected`, `promoted`, …
    public var flags: Set<String>
    /// 0: never promoted.
    public var priority: Int
    /// `master-link-status`: `ok` or `err`.
    public var linkStatus: String
    /// The replication offset of its last `INFO`.
    public var offset: Int64
    /// Whom it follows; nil before its first `INFO`.
    public var master: Address?
    /// Everything as Sentinel gave it, for what is not named here.
    public var fields: Fields

    /// nil for a reply without an address.
    init?(_ reply: Reply) {
        guard let fields = reply.fields, let told = fields.hostAndPort("ip", "port") else { return nil }
        address = Address(host: told.host, port: told.port)
        flags = sentinelFlags(fields["flags"] ?? "")
        priority = fields["slave-priority"].flatMap { Int($0) } ?? 0
        linkStatus = fields["master-link-status"] ?? "err"
        offset = fields["slave-repl-offset"].flatMap { Int64($0) } ?? 0
        master = fields.address("master-host", "master-port")
        self.fields = fields
    }
}

/// Another sentinel of the same master, as `SENTINEL SENTINELS` lists it, dead or alive.
public struct SentinelPeer: Equatable, Sendable {
    /// nil where it has a host name that no address has.
    public var address: Address?
    /// Its `myid`: 40 hex digits; empty where it is not known yet.
    public var id: String
    /// `sentinel`, `s_down`, `disconnected`, …
    public var flags: Set<String>
    /// Everything as Sentinel gave it, for what is not named here.
    public var fields: Fields

    /// Whether its id is known: only then one can speak in its name.
    public var isKnown: Bool { id.utf8.count == 40 }

    /// nil for a reply without an address.
    init?(_ reply: Reply) {
        guard let fields = reply.fields, let told = fields.hostAndPort("ip", "port") else { return nil }
        address = Address(host: told.host, port: told.port)
        id = fields["runid"] ?? ""
        flags = sentinelFlags(fields["flags"] ?? "")
        self.fields = fields
    }
}

private func sentinelFlags(_ text: String) -> Set<String> { Set(text.split(separator: ",").map(String.init)) }
