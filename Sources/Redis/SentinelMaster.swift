/// What `SENTINEL MASTER` says of a monitored master (https://redis.io/docs/latest/operate/oss_and_stack/management/sentinel).
public struct SentinelMaster: Equatable, Sendable {
    public var name: String
    /// For display. While a leader reconfigures replicas this is the old address beside the new epoch: the address to act
    /// on is that of `sentinelOpinion(named:within:)`. nil where Sentinel could not resolve a host name.
    public var address: Endpoint?
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
        address = Endpoint(fields, "ip", "port")
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

func sentinelFlags(_ text: String) -> Set<String> { Set(text.split(separator: ",").map(String.init)) }
