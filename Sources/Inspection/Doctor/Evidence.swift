public import Succession
public import Vocabulary

/// All that the checks judge: one look at the cluster, and what a doctor asks besides.
public struct Evidence: Equatable, Sendable {
    /// `ZK_ROOT`.
    public var root: String
    public var masterName: String
    /// nil where ZooKeeper did not show the cluster.
    public var sight: Sight?
    /// Why not; nil where it did.
    public var trouble: ZooKeeperTrouble?
    /// The servers of `ZK_HOSTS`, in its order.
    public var ensemble: [EnsembleServer] = []
    /// nil where there was no session.
    public var session: SessionFacts?
    /// Whether `ZK_AUTH` is set.
    public var hasZooKeeperUser = false
    public var nodes = SpareNodes()
    /// What each redis-server that lets us in was asked besides.
    public var answers: [Address: ServerAnswers] = [:]
    /// The same of sentinels; their settings are those of `SENTINEL CONFIG GET *`.
    public var sentinelAnswers: [Address: ServerAnswers] = [:]
    /// Servers of the cluster that run on this machine, and what is known of it.
    public var machine = Machine()
    /// What the leading watcher raises at this moment; nil where it does not tell.
    public var raised: [RaisedAlert]? = []
    /// Whether a cluster on loopback alone is judged as any other. Nobody runs one for long: it is there to try things
    /// out, on whatever machine there is.
    public var takesLoopbackSeriously = false

    public init(root: String = "/redis", masterName: String = "mymaster", sight: Sight? = nil) {
        self.root = root
        self.masterName = masterName
        self.sight = sight
    }

    public var snapshot: Snapshot? { sight?.snapshot }
    /// What can't be used, and what others may change.
    var badNodes: [BadNode] { (snapshot?.badNodes ?? []) + (sight?.exposed ?? []) }

    /// The recorded master.
    public var master: Address? { snapshot?.record?.address }

    /// Whether all of it is on loopback: a cluster to try things out with.
    var isForTrial: Bool {
        guard !takesLoopbackSeriously, let snapshot else { return false }
        let addresses = snapshot.members + snapshot.sentinels.map(\.address) + [master].compactMap(\.self)
        return addresses.allSatisfy(\.host.isLoopback)
    }

    /// The redis-servers that let us in, by address.
    var servers: [Server] {
        (sight?.servers ?? [:]).sorted { $0.key < $1.key }.map { address, facts in
            Server(
                address: address, facts: facts, answers: answers[address] ?? ServerAnswers(),
                isMaster: address == master)
        }
    }

    /// The sentinels that let us in, by address.
    var sentinels: [Server] {
        (sight?.sentinels ?? [:]).sorted { $0.key < $1.key }.map { address, facts in
            Server(
                address: address, facts: facts, answers: sentinelAnswers[address] ?? ServerAnswers(), isMaster: false)
        }
    }

    /// The sentinels and what each says, each once.
    var opinions: [(address: Address, opinion: Opinion)] {
        let told = (snapshot?.sentinels ?? []).compactMap { report in report.opinion.map { (report.address, $0) } }
        return Dictionary(told) { one, _ in one }.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// What a watcher that looks at this would raise.
    var alerts: [Alert] {
        guard let snapshot else { return [] }
        return plan(snapshot).compactMap { action in
            if case .alert(let alert) = action { alert } else { nil }
        }
    }
}

/// Why the cluster's nodes could not be read.
public struct ZooKeeperTrouble: Equatable, Sendable {
    /// One line.
    public var text: String
    /// Whether it answers, and does not let us in.
    public var isDenial: Bool

    public init(_ text: String, isDenial: Bool = false) {
        self.text = text
        self.isDenial = isDenial
    }
}

/// A redis-server or a sentinel, with all that it told.
struct Server {
    var address: Address
    var facts: ServerFacts
    var answers: ServerAnswers
    var isMaster: Bool

    var name: String { address.description }
    var settings: ServerFacts.Settings? { answers.settings }
    /// The beginning of a command line that speaks to it.
    var cli: String { address.cli }
}

extension Address {
    var cli: String { "redis-cli -h \(host) -p \(port)" }
}

/// A session with ZooKeeper.
public struct SessionFacts: Equatable, Sendable {
    /// `ZK_SESSION_TIMEOUT`.
    public var asked: Duration
    /// What a session with it was given; nil where there was none in time.
    public var given: Duration?
    /// How long the quickest of a few reads took.
    public var roundTrip: Duration

    public init(asked: Duration, given: Duration?, roundTrip: Duration = .zero) {
        self.asked = asked
        self.given = given
        self.roundTrip = roundTrip
    }
}

/// An alert as a watcher shows it.
public struct RaisedAlert: Equatable, Sendable {
    public var name: String
    public var about: String?
    public var text: String

    public init(_ name: String, about: String? = nil, _ text: String) {
        self.name = name
        self.about = about
        self.text = text
    }
}
