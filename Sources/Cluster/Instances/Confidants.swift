import Redis
import Runtime
public import Succession
public import Vocabulary

/// Whom our passwords may be told: servers and sentinels that a node in ZooKeeper registers, and those that live
/// without one and that a registered one vouches for.
///
/// A server vouches by a link that nobody has who does not know the password already: a replica for the master that it
/// is linked to, a master for the replicas that are linked to it, a sentinel for peers whose hello it has just heard;
/// and a majority of the sentinels for the recorded master, which they reach. That holds for a moment: the port may be
/// another's in the next. An address that was registered once counts for nothing: whoever takes a dead server's port
/// must not be told its password.
public final class Confidants: Sendable {
    fileprivate struct Registered: Equatable {
        var servers: Set<Address> = []
        var sentinels: Set<Address> = []
    }

    fileprivate struct Vouch {
        /// Each with the moment for which the word holds.
        var servers: [Address: ContinuousClock.Instant] = [:]
        var sentinels: [Address: ContinuousClock.Instant] = [:]
        var until: ContinuousClock.Instant
    }

    fileprivate struct State {
        /// By the cluster's root.
        var registered: [String: Registered] = [:]
        /// Below how many roots each address is registered: one is looked up for each connection, of a thousand
        /// clusters too.
        var servers: [Address: Int] = [:]
        var sentinels: [Address: Int] = [:]
        /// By who vouches.
        var vouches: [Address: Vouch] = [:]
        /// So many words before those whose time is over are taken out.
        var fullAt = Confidants.roomForWords
        /// The recorded masters that a majority of the sentinels reaches, by root.
        var reached: [String: Vouch] = [:]
        /// When the last node that had registered an address went: no word from before holds for it.
        var gone: [Address: ContinuousClock.Instant] = [:]
        /// Who asked for a password and was not told it, of each kind, and when.
        var withheld: [Kind: [Address: ContinuousClock.Instant]] = [:]
    }

    /// Whose password it is.
    public enum Kind: Sendable { case server, sentinel }

    private static let vouchLife = Duration.seconds(2)
    /// Sentinel asks its master once a second.
    private static let longestPing = Duration.seconds(3)
    private static let longestHello = Duration.seconds(5)
    /// Longer than any word holds.
    fileprivate static let longestMemory = Duration.seconds(60)
    fileprivate static let roomForWords = 64

    private let state = Protected(State())

    /// Nobody is told any.
    public init() {}

    /// One server of our own, of either kind.
    public init(own server: Address) {
        learn(servers: [server], sentinels: [server], below: "")
    }

    /// Takes note of who is registered below `root`, in the place of what was before.
    public func learn(servers: some Sequence<Address>, sentinels: some Sequence<Address>, below root: String) {
        let registered = Registered(servers: Set(servers), sentinels: Set(sentinels))
        state.withLock { $0.register(registered, below: root) }
    }

    public func learn(_ view: View, below root: String) {
        learn(
            servers: view.members.filter(\.isLeased).map(\.address),
            sentinels: SentinelClaim.all(registered: view.sentinels, identities: view.identities).vouched, below: root)
    }

    public func learn(_ view: WatcherView, below root: String) {
        learn(
            servers: view.members.filter(\.isLeased).map(\.address),
            sentinels: SentinelClaim.all(registered: view.sentinels, identities: view.identities).vouched, below: root)
    }

    /// How many words are kept.
    var wordCount: Int { state.withLock { $0.vouches.count } }

    /// Nobody below `root` is told any more.
    public func forget(_ root: String) {
        state.withLock { state in
            state.register(nil, below: root)
            state.reached[root] = nil
        }
    }

    /// What the registered sentinels say of the recorded master.
    func heard(_ sentinels: Sentinels, of master: Address?, below root: String) {
        let votes = sentinels.opinions.count { opinion in
            opinion.names == master && !opinion.subjectivelyDown && !opinion.details.isDisconnected
                && opinion.details.lastReply < Self.longestPing
        }
        let isReached = votes * 2 > sentinels.electorate
        state.withLock { state in
            state.reached[root] = master.flatMap {
                isReached ? Vouch(servers: [$0: .now - Self.longestPing], until: Self.end) : nil
            }
        }
    }

    /// What a server's `INFO` says of its links.
    func heard(_ info: Info, from server: Address?) {
        guard let server else { return }
        let now = ContinuousClock.now
        let linked = Dictionary(info.linkedServers.map { ($0, now) }) { $1 }
        state.withLock { state in
            state.note(linked.isEmpty ? nil : Vouch(servers: linked, until: Self.end), from: server)
        }
    }

    /// The peers that a sentinel lists.
    /// - Returns: those that it has just heard and reaches: by a word that is not older than the end of the node that
    ///   the address had, if it had one.
    @discardableResult
    func heard(_ peers: [SentinelPeer], from sentinel: Address?) -> Set<Address> {
        guard let sentinel else { return [] }
        let now = ContinuousClock.now
        let heard = peers.compactMap { peer -> (Address, ContinuousClock.Instant)? in
            let hello = peer.fields["last-hello-message"].flatMap { Int64($0) } ?? .max
            guard peer.flags.isDisjoint(with: ["s_down", "disconnected"]), hello >= 0,
                .milliseconds(hello) < Self.longestHello, let address = peer.address
            else { return nil }
            return (address, now - .milliseconds(hello))
        }
        let hellos = Dictionary(heard) { max($0, $1) }
        return state.withLock { state in
            state.note(hellos.isEmpty ? nil : Vouch(sentinels: hellos, until: Self.end), from: sentinel)
            return Set(hellos.filter { state.holds($0.value, for: $0.key) }.keys)
        }
    }

    private static var end: ContinuousClock.Instant { .now + vouchLife }

    /// Whether a server of ours is at `address`: only such a one is told REDIS_PASSWORD.
    public func knowsServer(_ address: Address) -> Bool { state.withLock { $0.knowsServer(address) } }

    /// Whether a sentinel of ours is at `address`: only such a one is told SENTINEL_PASSWORD.
    public func knowsSentinel(_ address: Address) -> Bool { state.withLock { $0.knowsSentinel(address) } }

    /// `credentials`, where they may be told at `address`: those of the servers only there where a server is, those of
    /// the sentinels only there where a sentinel is.
    public func may(_ credentials: Credentials?, at address: Address, of settings: RedisSettings) -> Credentials? {
        guard let credentials else { return nil }
        if credentials == settings.credentials, knowsServer(address) { return credentials }
        if credentials == settings.sentinelCredentials, knowsSentinel(address) { return credentials }
        return nil
    }

    /// Takes note of who did not let us in.
    /// - Returns: whether that is because it was not told the password.
    @discardableResult
    func withhold(_ kind: Kind, from address: Address, of settings: RedisSettings) -> Bool {
        let credentials = kind == .server ? settings.credentials : settings.sentinelCredentials
        guard credentials != nil else { return false }
        return state.withLock { state in
            guard !state.knows(kind, at: address) else { return false }
            let now = ContinuousClock.now
            if state.withheld[kind, default: [:]].count >= Self.roomForWords {
                state.withheld[kind] = state.withheld[kind]?.filter { now - $0.value < Self.longestMemory }
            }
            state.withheld[kind, default: [:]][address] = now
            return true
        }
    }

    /// Those of `addresses` that were not told the password when they asked for it, and may be by now. Each once:
    /// whoever takes them asks them again. One list serves all clusters, and who is not taken stays.
    func released(_ kind: Kind, among addresses: some Sequence<Address>) -> Set<Address> {
        state.withLock { state in
            guard let withheld = state.withheld[kind], !withheld.isEmpty else { return [] }
            let released = Set(addresses.filter { withheld[$0] != nil && state.knows(kind, at: $0) })
            for address in released { state.withheld[kind]?[address] = nil }
            return released
        }
    }
}

extension Confidants.State {
    fileprivate mutating func register(_ new: Confidants.Registered?, below root: String) {
        let old = registered[root]
        guard old != new else { return }
        registered[root] = new
        for address in new?.servers ?? [] { servers[address, default: 0] += 1 }
        for address in new?.sentinels ?? [] { sentinels[address, default: 0] += 1 }
        for address in old?.servers ?? [] { servers[address] = servers[address].flatMap { $0 > 1 ? $0 - 1 : nil } }
        for address in old?.sentinels ?? [] {
            sentinels[address] = sentinels[address].flatMap { $0 > 1 ? $0 - 1 : nil }
        }
        let now = ContinuousClock.now
        gone = gone.filter { now - $0.value < Confidants.longestMemory }
        for address in old?.servers ?? [] where servers[address] == nil { gone[address] = now }
        for address in old?.sentinels ?? [] where sentinels[address] == nil { gone[address] = now }
    }

    /// Takes a word of who vouches in the place of the one before, and those out whose time is over: whoever was asked
    /// once would else be looked through for ever.
    fileprivate mutating func note(_ vouch: Confidants.Vouch?, from address: Address) {
        vouches[address] = vouch
        guard vouches.count >= fullAt else { return }
        let now = ContinuousClock.now
        vouches = vouches.filter { $0.value.until > now }
        fullAt = max(vouches.count * 2, Confidants.roomForWords)
    }

    fileprivate func knows(_ kind: Confidants.Kind, at address: Address) -> Bool {
        switch kind {
        case .server: knowsServer(address)
        case .sentinel: knowsSentinel(address)
        }
    }

    /// Whether a sentinel is registered, or one that is has just heard it.
    fileprivate func knowsSentinel(_ address: Address) -> Bool {
        if sentinels[address] != nil { return true }
        return vouchers { holds($0.sentinels[address], for: address) }.contains { sentinels[$0] != nil }
    }

    /// Whether a word of `moment` holds for an address: not where there is none, or where the address has lost its node
    /// since.
    fileprivate func holds(_ moment: ContinuousClock.Instant?, for address: Address) -> Bool {
        guard let moment else { return false }
        return gone[address].map { moment > $0 } ?? true
    }

    /// Whose word holds at this moment, of those that say so.
    fileprivate func vouchers(_ says: (Confidants.Vouch) -> Bool) -> [Address] {
        let now = ContinuousClock.now
        return vouches.filter { $0.value.until > now && says($0.value) }.map(\.key)
    }

    /// Whether a server is registered, or one that is, or that is vouched for in turn, vouches for it.
    fileprivate func knowsServer(_ address: Address) -> Bool {
        let now = ContinuousClock.now
        var (asked, next): (Set<Address>, [Address]) = ([address], [address])
        while let one = next.popLast() {
            if servers[one] != nil
                || reached.values.contains(where: { $0.until > now && holds($0.servers[one], for: one) })
            {
                return true
            }
            next += vouchers { holds($0.servers[one], for: one) }.filter { asked.insert($0).inserted }
        }
        return false
    }
}

extension Info {
    /// Servers that the one that answers this has a link with at this moment: its master, or its replicas.
    fileprivate var linkedServers: Set<Address> {
        if self["role"] == "slave" {
            guard self["master_link_status"] == "up", let host = self["master_host"],
                let port = self["master_port"].flatMap({ Int($0) }), let master = Address(host: host, port: port)
            else { return [] }
            return [master]
        }
        let replicas = numbered("slave").compactMap { line -> Address? in
            let fields = Dictionary(
                line.split(separator: ",").map { field in
                    let parts = field.split(separator: "=", maxSplits: 1)
                    return (String(parts[0]), parts.count > 1 ? String(parts[1]) : "")
                }, uniquingKeysWith: { first, _ in first })
            guard fields["state"] == "online", let host = fields["ip"], let port = fields["port"].flatMap({ Int($0) })
            else { return nil }
            return Address(host: host, port: port)
        }
        return Set(replicas)
    }
}
