public import Vocabulary

/// What a watcher does next.
public enum Action: Equatable, Sendable {
    /// Write `/redis/master`, `/redis/cluster` and the history, at the version that was read before the evidence.
    case record(Recording)
    /// Replace this crashed master: ask its replicas once more, promote the one that is furthest on, record it, tell
    /// the sentinels, and have the others follow it.
    case succeed(Address)
    /// `SENTINEL FAILOVER` on the first of these; on the next one only where that one says `NOGOODSLAVE`. Only where
    /// none of them lists a peer, or none could win a vote.
    case force(master: Address, on: [Address])
    /// Tell sentinels which master is recorded, and under which epoch.
    case announce(Announcement)
    /// Make this replica master in the place of one that lives, as somebody has asked for.
    case switchOver(Switchover, to: Address)
    /// Write what became of a request.
    case answer(Switchover)
    /// `REPLICAOF NO ONE` on this member; then record it.
    case promote(Address)
    /// `SENTINEL REMOVE` on all of these sentinels, then `MONITOR` of the master and the settings on all of them.
    case repoint([Address], to: Address)
    /// `SENTINEL RESET` on this sentinel, which knows these that are gone.
    case reset(Address, toForget: [Address])
    /// `REPLICAOF` the master on this member.
    case attach(Address, to: Address)
    /// `CONFIG SET` on this member.
    case configure(Address, parameter: String, value: String)
    /// Delete the node of a registered sentinel that another tool wrote.
    case remove(sentinel: Address)
    /// Write `/redis/cluster`.
    case keep(ClusterRecord)
    /// Something that an operator should know: a line in the log, a metric, an entry in `/status`, until it is not
    /// returned any more.
    case alert(Alert)
    /// Tell the hooks and the event stream.
    case publish(Notice)

    /// How far an action reaches, and so who may carry it out.
    enum Reach {
        /// Every watcher, always.
        case nothing
        /// Every watcher: the version lets one through.
        case record
        /// The leader: only nodes are written.
        case leader
        /// The leader, unless paused: a server is told to change.
        case servers
    }

    var reach: Reach {
        switch self {
        case .record: .record
        case .succeed, .force, .announce, .switchOver, .promote, .repoint, .reset, .attach, .configure, .remove:
            .servers
        case .keep, .answer: .leader
        case .alert, .publish: .nothing
        }
    }

    /// Whether it may be planned from a look in which somebody could not be asked: it rests on what was answered, not
    /// on who was silent.
    var standsOnAnswers: Bool {
        switch self {
        case .record(let recording): recording.evidence == .agreed || recording.evidence == .early
        case .succeed, .force, .announce, .answer, .alert, .publish: true
        case .switchOver, .promote, .repoint, .reset, .attach, .configure, .remove, .keep: false
        }
    }

    /// Whether servers lose what they hold where somebody else has written what it was planned from.
    ///
    /// Where others than the user of `ZK_AUTH` may change the nodes, a crashed master is replaced all the same: servers
    /// and sentinels say that it crashed, and who has its data. Whom a node names, or what it asks for, is no reason to
    /// empty a server.
    var destroysOnTheRecordsWord: Bool {
        switch self {
        case .attach, .repoint, .switchOver: true
        // Who is promoted, or told of, is looked at more strictly then.
        case .succeed, .force, .promote, .announce: false
        case .reset, .configure, .remove: false
        case .record, .keep, .answer, .alert, .publish: false
        }
    }

    public var alert: Alert? { if case .alert(let alert) = self { alert } else { nil } }

    /// Whether nothing else is done before there is a new snapshot.
    var callsForAnotherLook: Bool {
        switch self {
        case .alert, .publish, .answer: false
        default: true
        }
    }
}

/// A new master to be recorded.
public struct Recording: Equatable, Sendable {
    /// What a watcher goes by.
    public enum Evidence: String, Codable, Sendable, CaseIterable {
        /// A majority of the sentinels names it.
        case agreed
        /// The recorded master refuses connections, a failover is in progress, and its one replica answers master.
        case early
        /// The only master that there is.
        case sole
        /// This watcher promoted it.
        case promoted
        /// This watcher promoted it in the place of a master that had crashed.
        case succession
        /// Somebody has asked for it.
        case switchover

        /// Whether a watcher that had no part in it goes by this.
        public var isSeen: Bool { [.agreed, .early, .sole].contains(self) }
    }

    public var master: Address
    public var evidence: Evidence
    /// What was recorded when the evidence was gathered; nil where nothing was.
    public var previous: Record?
    /// What `/redis/cluster` is to say from then on; its epoch is that of the new reign. An id that nobody knows is
    /// empty.
    public var cluster: ClusterRecord

    public init(master: Address, evidence: Evidence, previous: Record?, cluster: ClusterRecord) {
        self.master = master
        self.evidence = evidence
        self.previous = previous
        self.cluster = cluster
    }
}

/// A configuration that sentinels are told: a master, and the epoch under which it is recorded.
public struct Announcement: Equatable, Sendable {
    public var master: Address
    public var epoch: Int
    /// Whom to tell.
    public var sentinels: [Address]

    public init(master: Address, epoch: Int, sentinels: [Address]) {
        self.master = master
        self.epoch = epoch
        self.sentinels = sentinels
    }
}

/// Something that happened, for the hooks and the event stream.
public struct Notice: Equatable, Sendable {
    /// What it is, one word with hyphens, for example `master-changed`.
    public var event: String
    public var old: Address?
    public var new: Address?
    /// One line for an operator.
    public var text: String

    public init(_ event: String, old: Address? = nil, new: Address? = nil, _ text: String) {
        self.event = event
        self.old = old
        self.new = new
        self.text = text
    }
}
