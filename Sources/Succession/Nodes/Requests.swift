public import Vocabulary

/// What `/redis/switchover` holds: somebody's request for another master, and what became of it.
public struct Switchover: Codable, Equatable, Sendable {
    public enum State: String, Codable, Sendable, CaseIterable {
        /// The leading watcher is about it.
        case running
        case done
        /// It was not begun: `why` says what stands in the way.
        case refused
        /// It was begun and did not end well; what there was before goes on.
        case failed
    }

    /// Any word; one that has an outcome is not run again.
    public var id: String
    /// Who is to be master, as `host:port`; nil: whoever is freshest. With an outcome: who was chosen.
    public var to: String?
    /// Only if this one, as `host:port`, is master.
    public var awayFrom: String?
    /// Who asks.
    public var who: String?
    /// RFC 3339: after that it is not begun any more.
    public var until: String?
    public var state: State?
    /// Who was master, as `host:port`.
    public var from: String?
    /// The reason of the outcome, for people.
    public var why: String?
    /// For how long clients could not write, in milliseconds.
    public var pause: Int?

    public init(
        id: String, to: String? = nil, awayFrom: String? = nil, who: String? = nil, until: String? = nil,
        state: State? = nil
    ) {
        self.id = id
        self.to = to
        self.awayFrom = awayFrom
        self.who = who
        self.until = until
        self.state = state
    }

    private enum CodingKeys: String, CodingKey {
        case id, to, who, until, state, from, why
        case awayFrom = "away_from"
        case pause = "pause_ms"
    }

    /// The same with an outcome.
    public func ended(_ state: State, _ why: String, from: Address? = nil, to: Address? = nil) -> Switchover {
        var next = self
        (next.state, next.why) = (state, why)
        next.from = from?.description ?? next.from
        next.to = to?.description ?? next.to
        return next
    }

    /// Whether nobody has begun it.
    var isNew: Bool { state == nil }

    /// A field that holds no address.
    var badField: String? {
        [("to", to), ("away_from", awayFrom)].first { $0.1.map { Address($0) == nil } ?? false }?.0
    }
}

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
