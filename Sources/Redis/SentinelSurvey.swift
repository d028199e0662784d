/// All that a sentinel says of one master, as of one moment.
public struct SentinelSurvey: Sendable {
    /// `SENTINEL MYID`: which sentinel it is, wherever it runs; nil where it doesn't tell.
    public var id: String?
    /// The address to act on; see `Connection.sentinelOpinion(named:within:)`.
    public var address: Endpoint?
    /// nil where it doesn't monitor that name.
    public var master: SentinelMaster?
    /// Every replica that it knows, dead ones included.
    public var replicas: [SentinelReplica]
    /// Every other sentinel that it knows, dead ones included.
    public var peers: [SentinelPeer]
    /// `SENTINEL CKQUORUM`: whether enough of the sentinels that it knows are reachable to agree and to vote.
    public var hasQuorum: Bool
}
