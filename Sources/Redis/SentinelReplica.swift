/// A replica of a monitored master, as `SENTINEL REPLICAS` lists it, dead or alive.
public struct SentinelReplica: Equatable, Sendable {
    public var endpoint: Endpoint
    /// `slave`, `s_down`, `disconnected`, `promoted`, …
    public var flags: Set<String>
    /// 0: never promoted.
    public var priority: Int
    /// `master-link-status`: `ok` or `err`.
    public var linkStatus: String
    /// The replication offset of its last `INFO`.
    public var offset: Int64
    /// Whom it follows; nil before its first `INFO`.
    public var master: Endpoint?
    /// Everything as Sentinel gave it, for what is not named here.
    public var fields: Fields

    /// nil for a reply without an address.
    init?(_ reply: Reply) {
        guard let fields = reply.fields, let endpoint = Endpoint(fields, "ip", "port") else { return nil }
        self.endpoint = endpoint
        flags = sentinelFlags(fields["flags"] ?? "")
        priority = fields["slave-priority"].flatMap { Int($0) } ?? 0
        linkStatus = fields["master-link-status"] ?? "err"
        offset = fields["slave-repl-offset"].flatMap { Int64($0) } ?? 0
        master = Endpoint(fields, "master-host", "master-port")
        self.fields = fields
    }
}
