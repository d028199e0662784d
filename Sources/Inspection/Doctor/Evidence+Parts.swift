public import Vocabulary

/// A server of `ZK_HOSTS`, by itself.
public struct EnsembleServer: Equatable, Sendable {
    public enum State: Equatable, Sendable {
        /// It serves; what it is in its ensemble (`standalone`, `leader`, `follower`, `observer`) and its version,
        /// where it tells.
        case serves(mode: String? = nil, version: String? = nil)
        /// It answers that it serves nobody: it reaches no majority of its ensemble.
        case servesNobody
        case refuses, silent
        /// Something answers that is no ZooKeeper, or gives no session.
        case mute
        /// Its name has no address, in the resolver's words.
        case unresolved(String)
        case unreachable(String)
    }

    /// `host:port`, as `ZK_HOSTS` has it.
    public var name: String
    public var state: State

    public init(_ name: String, _ state: State) {
        self.name = name
        self.state = state
    }

    var mode: String? { if case .serves(let mode, _) = state { mode } else { nil } }
    var version: String? { if case .serves(_, let version) = state { version } else { nil } }
    var isUnresolved: Bool { if case .unresolved = state { true } else { false } }
    /// IPv6 stands without brackets.
    var isOnLoopback: Bool {
        let host = name[..<(name.lastIndex(of: ":") ?? name.endIndex)]
        return host == "localhost" || Host(host)?.isLoopback ?? false
    }
}

/// Nodes that nobody may need any more.
public struct SpareNodes: Equatable, Sendable {
    /// Paths of members and of sentinels that no session ends, with their addresses.
    public var members: [String: Address] = [:]
    public var sentinels: [String: Address] = [:]
    /// Identities that no sentinel uses: paths, with the address of the last one that did.
    public var identities: [String: Address] = [:]
    /// When the pause of `/redis/paused` began and is to end, where it tells: seconds since 1970.
    public var pauseBegan: Double?
    public var pauseEnds: Double?
    /// For how long `/redis/switchover` has been as it is; nil without one.
    public var switchoverAge: Duration?

    public init() {}
}

/// What a server was asked besides `INFO`.
public struct ServerAnswers: Equatable, Sendable {
    /// `CONFIG GET *`, with a word in the place of each password that is set; nil where it does not tell.
    public var settings: ServerFacts.Settings?
    /// How far its clock is ahead of ours; nil where it does not tell.
    public var clock: ClockReading?
    /// Whether it asked for a password; nil where that was not seen.
    public var asksForPassword: Bool?
    /// Its `masterauth`, beside our password.
    public var masterauth: SecretState?
    /// Commands that our user may not run there, and that Interrex, Sentinel or replicas need.
    public var forbidden: [String] = []
    /// What is wrong with the names of its commands, in one line.
    public var names: String?

    public init(settings: ServerFacts.Settings? = nil) { self.settings = settings }
}

/// How a password that a server has stands to ours, without either.
public enum SecretState: Equatable, Sendable { case missing, same, other }

/// Two clocks, at one moment.
public struct ClockReading: Equatable, Sendable {
    /// How far the other one is ahead of ours.
    public var ahead: Duration
    /// How long the question took: the reading is no more exact.
    public var roundTrip: Duration

    public init(ahead: Duration, roundTrip: Duration) {
        self.ahead = ahead
        self.roundTrip = roundTrip
    }
}

/// This machine, as far as servers of the cluster run on it.
public struct Machine: Equatable, Sendable {
    /// Members and sentinels at an address of this machine.
    public var servers: Set<Address> = []
    /// The word in brackets of `/sys/kernel/mm/transparent_hugepage/enabled`.
    public var hugePages: String?
    /// `vm.overcommit_memory`.
    public var overcommit: Int?
    /// `net.core.somaxconn`.
    public var somaxconn: Int?
    /// How many files each server's process may open.
    public var openFiles: [Address: Int] = [:]
    /// The file system of each server's `dir`.
    public var disks: [Address: Disk] = [:]
    /// Settings with which a server runs and that its rendered file, or Redis's default, has otherwise; no passwords.
    public var changed: [Address: [SettingsDifference]] = [:]
    /// Scripts of sentinels' settings that can't be run, by sentinel.
    public var brokenScripts: [Address: [String]] = [:]

    public init() {}

    /// Sizes in bytes.
    public struct Disk: Equatable, Sendable {
        public var path: String
        public var size: Int
        public var free: Int

        public init(_ path: String, size: Int, free: Int) {
            self.path = path
            self.size = size
            self.free = free
        }
    }
}

extension ServerFacts {
    public typealias Settings = [String: String]
}

extension [String: String] {
    /// A setting that is a number, in bytes, seconds or pieces. One that came over the network must not overflow.
    func number(_ name: String) -> Int? {
        self[name].flatMap { Int($0) }.flatMap { (-1 << 53...1 << 53).contains($0) ? $0 : nil }
    }

    /// A setting that is `yes` or `no`.
    func isOn(_ name: String) -> Bool? { self[name].map { $0 == "yes" } }
}
