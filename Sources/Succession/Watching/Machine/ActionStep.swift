public import Vocabulary

/// One thing that an action asks of ZooKeeper, a server or a sentinel. What comes of it is a `StepOutcome`; steps that
/// are returned together run at the same time.
public enum ActionStep: Equatable, Sendable {
    /// Whether this node of ours still leads, and `/redis/master` has this version; nil: nothing is recorded. An
    /// operator has no node, and is asked for the version alone.
    case confirmLead(node: String?, master: Int32?)
    /// Whether a new master could be recorded over these versions, by their nodes' rights as well; nil: the node is not
    /// there. It is confirmed as the lead is, and nothing is written.
    case rehearse(master: Int32?, cluster: Int32?, loss: Int32?)
    /// Read the history, so that the record that follows needs no read of its own.
    case readHistory
    case write(NodeWrite)
    /// What a server answers and whose mark it bears, whatever keeps it from answering.
    case look(at: Address, within: Duration? = nil)
    /// What a sentinel says.
    case consult(sentinel: Address, within: Duration? = nil)
    /// Put a question over a line; the line is opened where it isn't there yet.
    case ask(Line, LineQuestion, within: Duration? = nil)
    /// Send an order over a line that is open, unless `until` has passed by then.
    case tell(Line, LineOrder, until: Duration? = nil, within: Duration? = nil)
    /// Nothing, for so long.
    case wait(Duration)
}

/// A change of ZooKeeper's nodes, all of it or nothing.
public enum NodeWrite: Equatable, Sendable {
    case record(RecordWrite)
    /// `/redis/cluster` at this version, as the leader; the cluster's id where the record knows none.
    case keep(ClusterRecord, version: Int32?, id: String?, node: String)
    /// What became of a request, at the version of its node, as the leader.
    case answer(Switchover, version: Int32, node: String)
    /// Delete the node of a registered sentinel that another tool wrote, as the leader.
    case removeSentinel(id: String, node: String)
    /// Remove `/redis/paused` where its time is over, as the leader.
    case endPause(node: String)
    /// Put the cause of the last change of the master right, where another has recorded it for what it looked like.
    case correctCause(String, of: Address, after: Address?, who: String?)
}

/// `/redis/master`, `/redis/cluster` and the history in one, at the versions that were read before the evidence.
public struct RecordWrite: Equatable, Sendable {
    public var recording: Recording
    public var clusterVersion: Int32?
    public var lossVersion: Int32?
    /// The cluster's id where one is known.
    public var clusterID: String?
    /// What the history says: why, how many live members there were, and who has asked for it.
    public var cause: String
    public var members: Int
    public var who: String?
    /// When the first sign of it came, by the machine's clock; nil where nobody saw any.
    public var sign: Duration?
}

/// A connection that an action talks over: what is asked and what is told over one line reaches the same process.
public struct Line: Hashable, Sendable {
    public enum Kind: Hashable, Sendable { case server, sentinel }

    public var address: Address
    public var kind: Kind
    /// Whether it may be a connection that is kept between the looks; else it is opened for the action and closed
    /// behind it.
    public var isKept: Bool
    /// Tells a second line of an action from the first.
    public var number = 0

    static func kept(_ kind: Kind, _ address: Address) -> Line { Line(address: address, kind: kind, isKept: true) }

    static func own(_ kind: Kind, _ address: Address, number: Int = 0) -> Line {
        Line(address: address, kind: kind, isKept: false, number: number)
    }
}

/// What is asked over a line.
public enum LineQuestion: Equatable, Sendable {
    /// What a server answers, and whose mark it bears.
    case instance
    /// Which sentinel it is, and whether it has asked for a password.
    case identity
    /// The same, and which peers it lists.
    case peers
}

/// What is told over a line. An order to a server that says so is answered with what the server is right behind it.
public enum LineOrder: Equatable, Sendable {
    /// `REPLICAOF NO ONE`, answered with the instance.
    case becomeMaster
    /// `REPLICAOF`.
    case follow(Address)
    /// `CONFIG SET`.
    case configure(parameter: String, value: String)
    /// `CLIENT PAUSE … WRITE`; answered with the instance where `isChecked`.
    case holdWrites(Duration, isChecked: Bool)
    /// `CLIENT UNPAUSE`.
    case releaseWrites
    /// `CLIENT KILL TYPE normal`.
    case endClients
    /// `SENTINEL FAILOVER`.
    case failOver
    /// `SENTINEL RESET`.
    case reset
    /// `SENTINEL REMOVE`; one that doesn't know the name has done it already.
    case stopMonitoring
    /// `SENTINEL MONITOR` and the settings.
    case monitor(Address, MonitorSettings)
    /// Which master there is and since which epoch, in the name of a peer that the sentinel has listed over this line.
    case hear(of: Address, epoch: Int, from: SentinelIdentity)
}

/// A peer that a sentinel lists: `myid`, and where it is.
public struct SentinelIdentity: Equatable, Sendable {
    /// 40 hex digits; empty where it is not known yet.
    public var id: String
    /// Nil where it has none that a server could have.
    public var address: Address?

    public init(id: String, address: Address?) {
        self.id = id
        self.address = address
    }

    /// Only then one can speak in its name.
    var isKnown: Bool { !id.isEmpty }
}

/// What became of a step.
public enum StepOutcome: Equatable, Sendable {
    /// Confirmed, written, or taken.
    case done
    /// ZooKeeper says otherwise: overtaken, or not leading any more.
    case overtaken
    /// It was too late to send it, and nothing was sent.
    case tooLate
    case instance(Instance)
    /// What a look showed; nil, with the reason, where our own machine kept us from asking.
    case seen(Instance?, shortage: String? = nil)
    /// What a sentinel said, or why it said nothing.
    case heard(SentinelReport)
    case identity(String?, asksForPassword: Bool)
    case peers([SentinelIdentity], id: String?)
    case failed(Trouble)
}

/// Why a step failed.
public struct Trouble: Equatable, Sendable {
    /// One line.
    public var text: String
    /// The first word of a server's error line.
    public var prefix: String?
    /// The command that a server will never do for us, and which server.
    public var refusal: Refusal?

    public struct Refusal: Equatable, Sendable {
        public var server: Address
        public var command: String

        public init(server: Address, command: String) {
            self.server = server
            self.command = command
        }
    }

    public init(_ text: String, prefix: String? = nil, refusal: Refusal? = nil) {
        self.text = text
        self.prefix = prefix
        self.refusal = refusal
    }
}
