/// What `/redis/paused` holds. That the node exists is what counts: one that can't be read pauses as well.
public struct Pause: Codable, Equatable, Sendable {
    public var who: String?
    public var why: String?
    /// RFC 3339, UTC.
    public var since: String?
    /// RFC 3339, UTC; the leading watcher removes the node then. Nil: until somebody does.
    public var until: String?

    public init(who: String? = nil, why: String? = nil, since: String? = nil, until: String? = nil) {
        self.who = who
        self.why = why
        self.since = since
        self.until = until
    }
}
