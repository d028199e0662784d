import Succession

/// `interrex lease`: holds the session of a server beside it, registers it again when that expires, and ends a server
/// whose start was overtaken (`LeaseHolder`).
final class SimLease: SimActor {
    let address: Int
    let server: SimActor
    private let isSentinel: Bool
    private(set) var session: Int?
    private var node: Int
    private var isAttached = false
    /// What `/redis/master` said while the start was right.
    private let startedUnder: Int?
    private var raisesPriority: Bool
    private let onOvertaken: () -> Void

    /// The folder of its server; nil for a sentinel.
    let slot: Slot?
    var draft: PassportDraft?
    var holdings = HoldingsDraft()
    var reign: ReignView?
    var looks = 0
    private var lastLook = -1_000_000
    private var seenMaster: SimZooKeeper.Master? {
        reign.map { SimZooKeeper.Master(address: Names.id($0.record.address), version: $0.record.version) }
    }
    /// As long as its server lives, and until the last word on its files is written.
    var holdsLock: Bool

    init(
        _ world: World, of server: SimActor, at address: Int, session: Int, node: Int, isSentinel: Bool = false,
        startedUnder: Int? = nil, raisesPriority: Bool = false, slot: Slot? = nil, draft: PassportDraft? = nil,
        onOvertaken: @escaping () -> Void = {}
    ) {
        (self.slot, self.draft, holdsLock) = (slot, draft, slot != nil)
        (self.server, self.address, self.session, self.node) = (server, address, session, node)
        (self.isSentinel, self.startedUnder, self.raisesPriority) = (isSentinel, startedUnder, raisesPriority)
        self.onOvertaken = onOvertaken
        super.init(world, host: server.host)
    }

    override var name: String { "lease of \(Names.address(address))" }

    override func act() -> Int? {
        if server.isGone {
            endPassport()
            return leave()
        }
        if isDueToLook {
            lastLook = world.now
            keepPassport()
        }
        if let session {
            switch hold(session) {
            case .answer: isAttached = true
            case .lost: return 200
            case .expired: self.session = nil
            }
        }
        if session == nil {
            guard let opened = world.openSession(from: host) else { return 200 }
            if !isAttached {
                guard case .answer(let master) = world.zooKeeper(opened, from: host, { $0.master }) else { return 200 }
                if let startedUnder, let master, master.address != startedUnder { return endServer() }
                isAttached = true
            }
            session = opened
            world.note { "\(self.name): registers again" }
            return 1
        }
        raisePriority()
        return raisesPriority ? 100 : slot == nil ? world.dice.roll(1_000, 2_000) : world.dice.roll(900, 1_200)
    }

    private var isDueToLook: Bool {
        draft != nil && (world.now - lastLook >= 900 || world.zk.master != seenMaster)
    }

    override func end() {
        super.end()
        holdsLock = false
    }

    /// Sees to it that the node is there, of this session; one of an earlier session is replaced.
    private func hold(_ session: Int) -> ZKReply<Void> {
        world.zooKeeper(session, from: host) { [node, address, isSentinel] zk in
            let lease = SimZooKeeper.Lease(node: node, address: address, session: session)
            if isSentinel {
                if !zk.sentinels.contains(lease) {
                    zk.sentinels.removeAll { $0.node == node }
                    zk.sentinels.append(lease)
                }
            } else if !zk.members.contains(lease) {
                zk.members.removeAll { $0.node == node }
                zk.members.append(lease)
            }
        }
    }

    private func endServer() -> Int? {
        world.note { "\(self.name): overtaken, ends its server" }
        world.tally.overtakenStarts += 1
        onOvertaken()
        end()
        return nil
    }

    private func leave() -> Int? {
        guard let session else {
            end()
            return nil
        }
        if case .lost = world.zooKeeper(session, from: host, { $0.close(session) }) { return 200 }
        end()
        return nil
    }

    /// A replica that started empty gets its priority once its link is up: until then Sentinel
    /// would promote it (`a-never-synchronised-replica-is-promoted` in docs/facts.md).
    private func raisePriority() {
        guard raisesPriority, let server = server as? SimRedis, !server.isPaused, !server.isLoading,
            server.isMaster || server.isLinked && server.syncEnd == nil
        else { return }
        server.priority = 100
        raisesPriority = false
    }
}
