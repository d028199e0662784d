/// Another sentinel of the same master, as `SENTINEL SENTINELS` lists it, dead or alive.
public struct SentinelPeer: Equatable, Sendable {
    public var endpoint: Endpoint
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
        guard let fields = reply.fields, let endpoint = Endpoint(fields, "ip", "port") else { return nil }
        self.endpoint = endpoint
        id = fields["runid"] ?? ""
        flags = sentinelFlags(fields["flags"] ?? "")
        self.fields = fields
    }
}
