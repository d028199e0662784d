import Succession

/// A sentinel as Redis 7.0.15's sentinel.c behaves: what it watches, and when it moves.
final class SimSentinel: SimActor {
    /// Another sentinel that it was told of. Never forgotten but by `RESET`.
    struct Peer {
        var identity: Int
        var address: Int
    }
    /// A replica that it was told of, and what its last `INFO` said.
    struct Replica {
        var address: Int
        var lastReply: Int
        var lastInfo: Int
        var isMaster = false
        /// Since when it has said master, or followed another than ours.
        var strayingSince: Int?
        var priority = 100
        var offset: Int64 = 0
        /// `master-link-down-time`, which is 0 for a link that was never up: that passes the filter of
        /// `sentinelSelectSlave`.
        var linkDownSince: Int?
    }
    enum Failover: Equatable {
        case none
        case election
        case promotion(Int)
        /// The replica answers master; the others are told. It names the new one, and reports a failover in progress.
        case reconfiguration(Int)
    }

    let identity: Int
    let address: Int
    let quorum = 2
    /// The address in its configuration; nil between `REMOVE` and `MONITOR`.
    var configured: Int?
    var configEpoch = 0
    var currentEpoch = 0
    var failoverEpoch = 0
    var vote: (leader: Int, epoch: Int) = (-1, 0)
    var peers: [Peer] = []
    var replicas: [Replica] = []
    var failover = Failover.none
    var isForced = false
    /// When the failover, or the last vote for another's, began: none of its own for twice the timeout.
    var failoverStart = -1_000_000
    var stateStart = 0
    var votesAsked = 0
    /// The master's last answer to `PING`, whether the link to it is gone, and since when it says replica.
    var lastReply: Int
    var isDisconnected = false
    var demotedSince: Int?
    var lastMasterInfo = -1_000_000
    private var lastHello = 0

    init(_ world: World, identity: Int, address: Int, monitoring master: Int, replicas: [Int], peers: [Peer]) {
        (self.identity, self.address, configured, self.peers) = (identity, address, master, peers)
        self.replicas = replicas.map { Replica(address: $0, lastReply: world.now, lastInfo: -1_000_000) }
        lastReply = world.now
        super.init(world, host: Names.host(of: address))
        world.sentinelAt[address] = self
    }

    override var name: String { "sentinel \(Names.address(address))" }

    /// `GET-MASTER-ADDR-BY-NAME`.
    var names: Int? { if case .reconfiguration(let promoted) = failover { promoted } else { configured } }
    var isDown: Bool {
        world.now - lastReply > Times.downAfter
            || demotedSince.map { world.now - $0 > Times.downAfter + 2 * Times.infoPeriod } ?? false
    }
    var majority: Int { (peers.count + 1) / 2 + 1 }

    override func end() {
        super.end()
        if world.sentinelAt[address] === self { world.sentinelAt[address] = nil }
    }

    override func act() -> Int? {
        if let configured {
            watch(configured)
            if world.now - lastHello >= Times.helloPeriod { sayHello() }
            if failover == .none { correctStrays(configured) }
            advance()
        }
        return world.dice.roll(90, 260)
    }

    // MARK: Watching

    private func watch(_ master: Int) {
        let period = isDown || failover != .none ? Times.hurriedInfoPeriod : Times.infoPeriod
        switch world.redis(master, from: host) {
        case .refused: isDisconnected = true
        case .silent: break
        case .server(let server):
            (isDisconnected, lastReply) = (false, world.now)
            guard !server.isLoading, world.now - lastMasterInfo >= min(period, replicas.isEmpty ? 1_000 : period)
            else { break }
            lastMasterInfo = world.now
            demotedSince = server.isMaster ? nil : demotedSince ?? world.now
            if server.isMaster { discover(master) }
        }
        for index in replicas.indices { look(at: index, period) }
    }

    /// The master's `INFO` lists who is connected to it: other replicas are never found.
    private func discover(_ master: Int) {
        for slot in world.slots {
            guard let server = slot.server, server.master == master, server.isLinked,
                !replicas.contains(where: { $0.address == server.address })
            else { continue }
            replicas.append(Replica(address: server.address, lastReply: world.now, lastInfo: -1_000_000))
        }
    }

    private func look(at index: Int, _ period: Int) {
        guard case .server(let server) = world.redis(replicas[index].address, from: host) else { return }
        replicas[index].lastReply = world.now
        guard !server.isLoading,
            world.now - replicas[index].lastInfo >= period || server.priority != replicas[index].priority
        else { return }
        replicas[index].lastInfo = world.now
        replicas[index].isMaster = server.isMaster
        replicas[index].priority = server.priority
        replicas[index].offset = world.lines.offset(server.place)
        let isDown = !server.isMaster && !server.isLinked && server.wasLinked
        replicas[index].linkDownSince = isDown ? replicas[index].linkDownSince ?? world.now : nil
        let strays = server.master != configured
        replicas[index].strayingSince = strays ? replicas[index].strayingSince ?? world.now : nil
    }

    /// `+convert-to-slave` and `+fix-slave-config`: only towards a master that looks sane.
    private func correctStrays(_ master: Int) {
        guard !isDown, demotedSince == nil, world.now - lastMasterInfo <= 2 * Times.infoPeriod else { return }
        for index in replicas.indices {
            guard let since = replicas[index].strayingSince,
                world.now - since > (replicas[index].isMaster ? Times.conversion : Times.failoverTimeout)
            else { continue }
            replicas[index].strayingSince = nil
            if case .server(let server) = world.redis(replicas[index].address, from: host) {
                world.note { "\(self.name): converts \(Names.address(server.address))" }
                world.tally.conversions += 1
                server.follow(master, .sentinel)
            }
        }
    }

    // MARK: Hello

    /// Published on every server that it watches, where every sentinel hears it that watches the same one; and told to
    /// each sentinel that it knows (sentinel.c, `sentinelSendPeriodicCommands`).
    private func sayHello() {
        lastHello = world.now
        for slot in world.sentinelSlots {
            guard let other = slot.sentinel, other !== self, !other.isPaused, other.configured != nil,
                isHeard(by: other)
            else { continue }
            other.hear(from: self)
        }
    }

    private func isHeard(by other: SimSentinel) -> Bool {
        if peers.contains(where: { $0.address == other.address }),
            case .server = world.sentinel(other.address, from: host)
        {
            return true
        }
        for server in [configured].compactMap({ $0 }) + replicas.map(\.address) {
            guard server == other.configured || other.replicas.contains(where: { $0.address == server }) else {
                continue
            }
            if case .server = world.redis(server, from: host), case .server = world.redis(server, from: other.host) {
                return true
            }
        }
        return false
    }

    private func hear(from other: SimSentinel) {
        if let index = peers.firstIndex(where: { $0.identity == other.identity }) {
            peers[index].address = other.address
        } else {
            peers.removeAll { $0.address == other.address }
            peers.append(Peer(identity: other.identity, address: other.address))
        }
        currentEpoch = max(currentEpoch, other.currentEpoch)
        if let named = other.names { take(named, epoch: other.configEpoch) }
    }

    /// A hello that a watcher publishes here, in the name of a peer.
    func hear(of master: Int, epoch: Int) {
        guard configured != nil, !peers.isEmpty else { return }
        currentEpoch = max(currentEpoch, epoch)
        take(master, epoch: epoch)
    }

    /// The strict comparison of sentinel.c, `sentinelProcessHelloMessage`: equal epochs with different addresses never
    /// reconcile.
    private func take(_ master: Int, epoch: Int) {
        guard configEpoch < epoch else { return }
        configEpoch = epoch
        if master != configured { point(to: master) }
    }
}
