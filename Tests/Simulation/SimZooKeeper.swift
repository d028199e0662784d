import Succession

/// ZooKeeper as its clients can know it: linearizable nodes with versions, sessions that the server's clock ends, and
/// the ephemeral nodes that go with them. One multi is one call: all of it happens in one step, or
/// nothing.
struct SimZooKeeper {
    struct Master: Equatable {
        var address: Int
        var version: Int32
    }
    struct Cluster: Equatable {
        var record: ClusterRecord
        var version: Int32
        /// The data of which the record says how much the cluster holds, as it truly was.
        var held: Lines.Place?

        var id: Int { Names.cluster(record.id) }
    }
    /// An ephemeral node; `node` is its name, which nobody else ever uses.
    struct Lease: Equatable {
        var node: Int
        var address: Int
        var session: Int
        /// What a candidate stands with.
        var disk: Disk?
        var freshness = Freshness.empty
        var since = 0
        var mayLead = true
    }
    struct Asked: Equatable {
        var request: Switchover
        var version: Int
    }
    private struct Session {
        var lastHeard: Int
        var isOpen = true
    }

    var isUp = true
    var master: Master?
    var cluster: Cluster?
    /// `/redis/accept-loss`.
    var acceptsLoss = false
    /// `/redis/switchover`, and its version.
    var switchover: Asked?
    var members: [Lease] = []
    var sentinels: [Lease] = []
    var candidates: [Lease] = []
    var watchers: [Lease] = []
    /// Who wrote the newest entry of the history: tells a watcher whether its own record took effect.
    var historyToken = 0
    /// How often everything was lost.
    var wipes = 0
    /// Per mille: how fast the server's clock runs, by which sessions expire.
    var clockRate = 1_000
    private var sessions: [Session] = []
    private var lastNode = 0
    /// Whether the root is there, and with it all that stands above a node.
    private(set) var hasParents = false

    mutating func newNode() -> Int {
        hasParents = true
        lastNode += 1
        return lastNode
    }

    mutating func open(at now: Int) -> Int {
        sessions.append(Session(lastHeard: now))
        return sessions.count - 1
    }

    func isOpen(_ session: Int) -> Bool { sessions[session].isOpen }

    mutating func hear(_ session: Int, at now: Int) { sessions[session].lastHeard = now }

    mutating func close(_ session: Int) {
        sessions[session].isOpen = false
        members.removeAll { $0.session == session }
        sentinels.removeAll { $0.session == session }
        candidates.removeAll { $0.session == session }
        watchers.removeAll { $0.session == session }
    }

    /// Ends the sessions that were not heard of for their timeout, by the server's clock.
    mutating func expire(at now: Int) {
        let limit = Times.session * 1_000 / clockRate
        for id in sessions.indices where sessions[id].isOpen && now - sessions[id].lastHeard > limit { close(id) }
    }

    /// After an outage every session has its whole timeout again.
    mutating func comeBack(at now: Int) {
        isUp = true
        for id in sessions.indices { sessions[id].lastHeard = now }
    }

    /// All data is lost; a session of before is unknown.
    mutating func wipe() {
        for id in sessions.indices where sessions[id].isOpen { close(id) }
        (master, cluster, historyToken, acceptsLoss, hasParents) = (nil, nil, 0, false, false)
        wipes += 1
    }

    /// Every ephemeral node belongs to an open session. Only the sessions that own one are looked at.
    var isConsistent: Bool {
        for list in [members, sentinels, candidates, watchers] {
            for lease in list where !sessions[lease.session].isOpen { return false }
        }
        return true
    }

    func leads(_ watcher: Int) -> Bool { watchers.first?.node == watcher }

    func isLeased(_ address: Int) -> Bool { members.contains { $0.address == address } }
}

/// What a client hears of a call.
enum ZKReply<Value> {
    case answer(Value)
    /// The connection was lost: the call took effect, or not.
    case lost
    /// The session is over, and nothing happened.
    case expired
}

extension World {
    /// A call over a session. A lost request does nothing; a lost reply leaves its effect behind
    /// (`a-lost-reply-looks-like-a-failure` in docs/facts.md).
    func zooKeeper<Value>(
        _ session: Int, from host: Int, _ body: (inout SimZooKeeper) -> Value
    ) -> ZKReply<Value> {
        let fault = lossOdds > 0 && dice.once(in: lossOdds) ? dice.below(2) : -1
        guard zk.isUp, passes(host, Names.zooKeeper), fault != 0 else {
            tally.lostRequests += 1
            return .lost
        }
        guard zk.isOpen(session) else { return passes(Names.zooKeeper, host) ? .expired : .lost }
        zk.hear(session, at: now)
        let value = body(&zk)
        guard passes(Names.zooKeeper, host), fault != 1 else {
            tally.lostReplies += 1
            return .lost
        }
        return .answer(value)
    }

    /// Opens a session; nil where ZooKeeper can't be reached.
    func openSession(from host: Int) -> Int? {
        guard zk.isUp, passes(host, Names.zooKeeper), passes(Names.zooKeeper, host) else { return nil }
        return zk.open(at: now)
    }

    /// Closes a session where ZooKeeper can be told; else it ends by itself.
    func closeSession(_ session: Int, from host: Int) {
        if zk.isUp, passes(host, Names.zooKeeper) { zk.close(session) }
    }
}

/// The server's clock: sessions expire.
final class SessionClock: SimActor {
    override func act() -> Int? {
        if world.zk.isUp { world.zk.expire(at: world.now) }
        return 250
    }
}
