/// Something that a watcher can't mend, or should not.
public struct Alert: Equatable, Sendable {
    /// What it is, one word with hyphens: the metric's label.
    public var name: String
    /// What it is about: an address, a path, the cluster's root; nil where only the text tells.
    public var subject: String?
    /// One line for an operator: what, where, why, what to do.
    public var text: String
    /// How long it must have been so before anybody is told: a start or a failover takes a moment, and is no cause to wake
    /// anybody.
    public var patience: Duration
    /// Whether looking at the cluster tells whether it lasts: then it is looked at more often while that is open.
    public var callsForLooks = true
    /// Since when it has been so, as far as the watcher saw: RFC 3339, UTC. A plan doesn't know it; the driver remembers.
    public var since: String?

    /// - Parameter subject: what tells this alert from others of its name. Where it is nil the text does, so it must not change
    ///   while the trouble lasts.
    public init(
        _ name: String, about subject: String? = nil, after patience: Duration = .seconds(3), _ text: String
    ) {
        self.name = name
        self.subject = subject
        self.text = text
        self.patience = patience
    }

    /// What makes it the same alert in the next look, whatever its text says by then.
    public struct Identity: Hashable, Sendable {
        public var name: String
        public var subject: String
    }

    public var identity: Identity { Identity(name: name, subject: subject ?? text) }

    /// Those that a watcher raises. A repair that failed, `failed-<repair>`, is one as well.
    public static let names = [
        "accept-loss", "aside", "bad-acl", "bad-node", "behind", "disagreement", "disk-nearly-full", "disputed-cluster",
        emptyRoot, "false-sentinels", "missing-replicas", "no-lease", "no-master", "no-quorum", "no-record",
        "no-sentinels", "nobody-promotable", "own-limits", "replica-not-linked", "sentinel-idle",
        "sentinel-majority-lost", "sentinel-settings-differ", "sentinel-unreachable", "slow-zookeeper", "stranger",
        "uncommandable", "unknown-master", "unknown-sentinel", "unsafe-reset",
        "untold-sentinel",
    ]

    /// The name of the alert that there is nothing to watch.
    public static let emptyRoot = "empty-root"

    /// It in a few words: `replica-not-linked 10.0.0.2:6379`.
    public var title: String { subject.map { "\(name) \($0)" } ?? name }
}
