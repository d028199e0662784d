/// `interrex lease`: holds the session of a server beside it, registers it again when that expires, and ends a server
/// whose start was overtaken (DESIGN.md 5; `LeaseHolder`).
final class SimLease: SimActor {
    private let address: Int
    private let server: SimActor
    private let isSentinel: Bool
    private var session: Int?
    private var node: Int
    private var isAttached = false
    /// What `/redis/master` said while the start was right.
    private let startedUnder: Int?
    private var raisesPriority: Bool
    private let onOvertaken: () -> Void

    init(
        _ world: World, of server: SimActor, at address: Int, session: Int, node: Int, isSentinel: Bool = false,
        startedUnder: Int? = nil, raisesPriority: Bool = false, onOvertaken: @escaping () -> Void = {}
    ) {
        (self.server, self.address, self.session, self.node) = (server, address, session, node)
        (self.isSentinel, self.startedUnder, self.raisesPriority) = (isSentinel, startedUnder, raisesPriority)
        self.onOvertaken = onOvertaken
        super.init(world, host: server.host)
    }

    override var name: String { "lease of \(Names.address(address))" }

    override func act() -> Int? {
        if server.isGone { return leave() }
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
        return raisesPriority ? 100 : world.dice.roll(1_000, 2_000)
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

    /// A replica that started empty gets its priority once its link is up (FACTS.md E).
    private func raisePriority() {
        guard raisesPriority, let server = server as? SimRedis, !server.isPaused, !server.isLoading,
            server.isMaster || server.isLinked
        else { return }
        server.priority = 100
        raisesPriority = false
    }
}
