import Vocabulary

/// Something that a watcher can't mend, or should not.
public struct Alert: Equatable, Sendable {
    public var kind: Kind
    /// What it is about: an address, a path, the cluster's root; nil where only the text tells.
    public var subject: String?
    /// One line for an operator: what, where, why, what to do.
    public var text: String
    /// How long it must have been so before anybody is told: a start or a failover takes a moment, and is no cause to
    /// wake anybody.
    public var patience: Duration
    /// Whether looking at the cluster tells whether it lasts: then it is looked at more often while that is open.
    public var callsForLooks = true
    /// Whether clients are affected, or will be by the next failure: it can't wait for the day.
    public var isUrgent: Bool
    /// Since when it has been so, as far as the watcher saw: RFC 3339, UTC. A plan doesn't know it; the driver
    /// remembers.
    public var since: String?

    /// - Parameter subject: what tells this alert from others of its name. Where it is nil the text does, so it must
    ///   not change while the trouble lasts.
    public init(_ kind: Kind, about subject: String? = nil, after patience: Duration = .seconds(3), _ text: String) {
        self.kind = kind
        self.subject = subject
        self.text = text
        self.patience = patience
        isUrgent = kind.isUrgent
    }

    /// What makes it the same alert in the next look, whatever its text says by then.
    public struct Identity: Hashable, Sendable {
        public var name: String
        public var subject: String
    }

    public var identity: Identity { Identity(name: name, subject: subject ?? text) }

    public var name: String { kind.name }

    /// It in a few words: `replica-not-linked 10.0.0.2:6379`.
    public var title: String { subject.map { "\(name) \($0)" } ?? name }

    /// Whether it may be raised while nothing is known of these servers and sentinels.
    func stands(without unknown: Set<Address>) -> Bool {
        guard !unknown.isEmpty else { return true }
        if let address = subject.flatMap({ Address($0) }) { return !unknown.contains(address) }
        return kind.standsOnAnswers
    }
}

extension Alert {
    /// What an alert is. Each kind is declared beside the behaviour that raises it (`Behaviour.alerts`).
    public struct Kind: Equatable, Sendable, ExpressibleByStringInterpolation {
        /// One word with hyphens: the metric's label.
        public var name: String
        /// Whether one of the whole cluster rests on what was answered, or on ZooKeeper, and not on who was silent.
        var standsOnAnswers = false
        /// Whether one of its kind always is.
        public var isUrgent = false

        public init(stringLiteral name: String) { self.name = name }

        static func standingOnAnswers(_ name: String, isUrgent: Bool = false) -> Kind {
            var kind: Kind = "\(name)"
            (kind.standsOnAnswers, kind.isUrgent) = (true, isUrgent)
            return kind
        }

        static func urgent(_ name: String) -> Kind {
            var kind: Kind = "\(name)"
            kind.isUrgent = true
            return kind
        }
    }

    /// Those that a watcher raises: its behaviours, and the driver, of ZooKeeper itself. A repair that failed,
    /// `failed-<repair>`, is one as well.
    public static let names: [String] = {
        let ofTheDriver: [Kind] = ["bad-acl", "slow-zookeeper"]
        return Set((ofTheDriver + Behaviours.builtIn.flatMap(\.alerts)).map(\.name)).sorted()
    }()
}
