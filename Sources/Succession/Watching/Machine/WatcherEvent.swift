public import Vocabulary

/// What a watcher's machine is told.
public enum WatcherEvent: Sendable {
    /// A session with ZooKeeper has begun or ended: nothing of the one before holds.
    case session(isOpen: Bool)
    /// The session's connection was lost, or is back.
    case connection(isUp: Bool)
    /// A watch has fired: what was read of ZooKeeper is old.
    case nodeChanged
    /// A pass begins: what has woken the watcher up, each with the time; nothing where its pause was over.
    /// - Parameter clusters: how many the process watches.
    case wake([WakeUp], clusters: Int)
    case read(ReadingOutcome, Reading)
    /// What everybody answered.
    case surveyed(Survey)
    /// What our own connection to the recorded master has shown: whether it ended and one new connection, or two, were
    /// refused.
    case link(wasRefused: Bool, hasCrashed: Bool)
    case stepped(ActionStep, StepOutcome)
    /// What people were told: whether something may be wrong, or over, of which they weren't yet; and how long ago the
    /// newest alert was raised.
    case shown(hasOpenAlerts: Bool, newestAlert: Duration?)
    /// The watcher is to end: no further action is begun.
    case end
}

/// What woke a watcher up, and when.
public struct WakeUp: Equatable, Sendable {
    public var event: Event
    public var at: Duration

    public init(_ event: Event, at time: Duration) {
        self.event = event
        at = time
    }
}

/// A reading of ZooKeeper that is asked for.
public struct Reading: Equatable, Sendable {
    /// Our node below `/redis/watchers`; nil where it is to be entered first.
    public var node: String?
    /// Which session it is for: one that is over has nothing to say.
    var session: Int
    /// When it began.
    var began: Duration
}

public enum ReadingOutcome: Sendable {
    case nodes(NodesRead)
    /// ZooKeeper did not answer.
    case failed
    /// Whoever found the cluster will see that, and end the watch over it.
    case rootIsGone
}

/// What a reading of ZooKeeper tells the machine; the rest of it is for the survey.
public struct NodesRead: Equatable, Sendable {
    /// Our node below `/redis/watchers`.
    public var node: String
    /// Whether it is there, ours, and as we left it; and whether it is the first.
    public var (isEntered, isFirst): (Bool, Bool)
    /// Whether there is no node that can't be used and no parent that others may change: a look is to see them mended.
    public var isWhole = true
    /// Whether there are parents that others may change.
    public var isExposed = false
    public var switchover: Switchover?
    public var switchoverVersion: Int32?
    public var clusterVersion: Int32?
    public var lossVersion: Int32?
    /// Registered sentinels whose nodes no session ends, each with its node's name.
    public var leftovers: [Address: String] = [:]

    public init(node: String, isEntered: Bool, isFirst: Bool) {
        (self.node, self.isEntered, self.isFirst) = (node, isEntered, isFirst)
    }
}

/// What everybody answered, and what a clock and the settings add to it.
public struct Survey: Sendable {
    /// Without what the machine itself remembers.
    public var snapshot: Snapshot
    /// Sentinels that may be told the servers' password.
    public var confidants: Set<Address> = []
    /// Whether the time of `/redis/paused` is over.
    public var isPauseOver = false
    /// Whether the time of `/redis/switchover` is over; nil where it says none.
    public var isRequestOver: Bool?

    public init(_ snapshot: Snapshot) { self.snapshot = snapshot }
}
