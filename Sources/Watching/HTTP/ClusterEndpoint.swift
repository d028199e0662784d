import Cluster
import HTTPTypes
import Succession
import Vocabulary

/// The endpoints of one cluster. Each is a look at what was seen last; only `replica` asks a server.
enum ClusterEndpoint: Equatable, Sendable {
    case sentinel, sentinels, master, status, history, events, ready
    case primary(String)
    case replica(String)

    /// How a path begins.
    enum Name: String, CaseIterable {
        case sentinel, sentinels, master, status, history, primary, replica, events, readyz

        /// As people write it.
        var form: String { [.primary, .replica].contains(self) ? "/\(rawValue)/HOST:PORT" : "/\(rawValue)" }
    }

    /// What is left of a path after the cluster's name.
    init?(_ path: ArraySlice<String>) {
        guard let name = path.first.flatMap(Name.init(rawValue:)) else { return nil }
        let rest = path.dropFirst()
        switch (name, rest.first, rest.count) {
        case (.sentinel, nil, 0): self = .sentinel
        case (.sentinels, nil, 0): self = .sentinels
        case (.master, nil, 0): self = .master
        case (.status, nil, 0): self = .status
        case (.history, nil, 0): self = .history
        case (.events, nil, 0): self = .events
        case (.readyz, nil, 0): self = .ready
        case (.primary, let address?, 1): self = .primary(address)
        case (.replica, let address?, 1): self = .replica(address)
        default: return nil
        }
    }
}

/// The answers.
extension ClusterStatus {
    /// One registered sentinel at random, of those that answered.
    func sentinelReply() -> Reply {
        guard let snapshot else { return notSeen }
        guard let sentinel = snapshot.answeringSentinels.randomElement() else {
            let listed = snapshot.listedSentinels.map(\.description).joined(separator: ", ")
            return .unavailable(
                listed.isEmpty ? "no sentinel is registered" : "no registered sentinel answers: \(listed)".oneLine)
        }
        return Reply("\(sentinel.host) \(sentinel.port)")
    }

    func sentinelsReply(json: Bool) -> Reply {
        guard let snapshot else { return notSeen }
        let sentinels = snapshot.listedSentinels.map(\.description)
        if json { return Reply(json: .array(sentinels.map(JSON.string))) }
        return sentinels.isEmpty
            ? .unavailable("no sentinel is registered") : Reply(sentinels.joined(separator: ","))
    }

    func masterReply(json: Bool) -> Reply {
        guard let snapshot else { return notSeen }
        guard let master = snapshot.record?.address else { return .unavailable("no master is recorded") }
        if let complaint = complaint(about: master, in: snapshot) { return complaint }
        return json
            ? Reply(json: ["host": .string(master.host.description), "port": .number(master.port)])
            : Reply("\(master.host) \(master.port)")
    }

    /// Whether a load balancer may send writes to `text`.
    func primaryReply(_ text: String) -> Reply {
        guard let address = Address(text) else { return Self.badAddress }
        guard let snapshot else { return notSeen }
        guard let master = snapshot.record?.address else { return .unavailable("no master is recorded") }
        guard address == master else {
            return .unavailable("\(address) is not the recorded master, which is \(master)")
        }
        return complaint(about: address, in: snapshot) ?? Reply("\(address) is the master")
    }

    /// Why the recorded master is not to be given to anybody; nil where it answered master in the last look.
    private func complaint(about master: Address, in snapshot: Snapshot) -> Reply? {
        guard !isStale else { return .unavailable("\(root) was last looked at more than 30 s ago") }
        guard !snapshot.isStranger(master) else {
            return .unavailable("\(master) is no server of this cluster any more")
        }
        guard !snapshot.unknown.contains(master) else {
            return .unavailable("nothing is known of \(master), because it can't be asked: \(snapshot.shortage ?? "")")
        }
        guard snapshot.answersMaster(master) else {
            let word = (snapshot.instances[master]?.answer ?? .silent).word
            return .unavailable("\(master) is the recorded master, but it was last seen as: \(word)")
        }
        return nil
    }

    /// Whether a load balancer may send reads to `text`. It is asked anew, because no event tells of a broken link; and
    /// where it must not be behind, so is the master: what that said in the last look may be 10 s old.
    func replicaReply(
        _ text: String, maxLag: String?, probe: @Sendable (Address) async -> Instance?
    ) async -> Reply {
        guard let address = Address(text) else { return Self.badAddress }
        var limit: Lag?
        if let maxLag {
            guard let lag = Lag(maxLag) else {
                return Reply(.badRequest, "max-lag must be a time (500ms, 6s, 2m, 6) or a size (100b, 64kb, 1mb)")
            }
            limit = lag
        }
        guard let snapshot else { return notSeen }
        guard let master = snapshot.record?.address else { return .unavailable("no master is recorded") }
        guard snapshot.members.contains(address) else { return .unavailable("\(address) is no live member") }
        var asked = snapshot
        async let ofReplica = probe(address)
        let answers = (
            master: limit == nil ? snapshot.instances[master] : await probe(master), replica: await ofReplica
        )
        // What our own machine keeps us from asking is as it was, as long as that tells anything.
        if answers.master == nil || answers.replica == nil, isOlder(than: limit) {
            return .unavailable(
                "this watcher can't ask \(address) at the moment, and its last look is too old: \(snapshot.shortage ?? "see its log")"
            )
        }
        if let answer = answers.master { asked.instances[master] = answer }
        if let answer = answers.replica { asked.instances[address] = answer }
        guard !asked.isStranger(address) else {
            return .unavailable("\(address) is no server of this cluster any more")
        }
        guard case .replica(let replication)? = asked.instances[address]?.answer else {
            return .unavailable("\(address) is no replica: \((asked.instances[address]?.answer ?? .silent).word)")
        }
        guard replication.master == master else {
            let other = replication.master?.description ?? "nobody"
            return .unavailable("\(address) replicates from \(other), not from the recorded master \(master)")
        }
        guard replication.isLinked else { return .unavailable("\(address) has lost its link to the master \(master)") }
        if let complaint = limit?.complaint(of: replication, masterOffset: asked.masterOffset) {
            return .unavailable("\(address) \(complaint)")
        }
        return Reply("\(address) replicates from \(master)")
    }

    /// Whether the last look is too old to say that a replica is not further behind.
    private func isOlder(than limit: Lag?) -> Bool {
        guard !isStale else { return true }
        if case .time(let longest)? = limit { return seen.map { $0.duration(to: .now) > longest } ?? true }
        return false
    }

    /// An empty history before the first look would be a wrong answer.
    var historyReply: Reply { snapshot == nil ? notSeen : Reply(json: historyJSON) }

    /// Why this cluster can't be spoken for; nil where there was a complete look, with ZooKeeper, 30 s ago at most.
    /// What is wrong with its servers is no reason: the watcher is needed then, and a scheduler must not take it away.
    var unready: String? {
        guard seen != nil, snapshot != nil else { return "\(root) has not been looked at yet" }
        guard isConnected else { return "\(root): ZooKeeper does not answer" }
        return isStale ? "\(root) was last looked at more than 30 s ago" : nil
    }

    private var notSeen: Reply { .unavailable("\(root) has not been looked at yet") }

    private static let badAddress = Reply(.badRequest, "the address must be host:port or [IPv6]:port")
}
