import Succession

/// The driver of `interrex sentinel`: waits for somebody to monitor, then starts a sentinel that knows who lives
/// (`SentinelLauncher`; DESIGN.md 4).
final class SimSentinelLauncher: SimActor {
    private enum Phase {
        case connect, look
        case ask(ZKView)
        case start(Int, replicas: [Int], peers: [SimSentinel.Peer])
    }

    private let slot: SentinelSlot
    private let began: Int
    private var phase = Phase.connect
    private var session: Int?
    private var clock = FailoverClock()

    init(_ world: World, slot: SentinelSlot) {
        (self.slot, began) = (slot, world.now)
        super.init(world, host: slot.host)
    }

    override var name: String { "sentinel launcher of \(Names.address(slot.address))" }

    override func act() -> Int? {
        switch phase {
        case .connect:
            session = world.openSession(from: host)
            guard session != nil else { return 200 }
            phase = .look
        case .look:
            switch world.zooKeeper(session!, from: host, { ZKView($0) }) {
            case .answer(let view): phase = .ask(view)
            case .lost: return 200
            case .expired: phase = .connect
            }
        case .ask(let view): return decide(on: view)
        case .start(let master, let replicas, let peers):
            let sentinel = SimSentinel(
                world, identity: slot.number, address: slot.address, monitoring: master, replicas: replicas,
                peers: peers)
            let node = world.zk.newNode()
            let lease = SimLease(world, of: sentinel, at: slot.address, session: session!, node: node, isSentinel: true)
            (slot.sentinel, slot.lease, slot.launcher) = (sentinel, lease, nil)
            sentinel.wake(in: world.dice.roll(5, 100))
            lease.wake(in: world.dice.roll(10, 60))
            end()
            return nil
        }
        return world.dice.roll(1, 30)
    }

    private func decide(on view: ZKView) -> Int? {
        let observation = world.observation(
            view, me: slot.address, from: host, candidacy: nil, data: .empty, waited: world.now - began, clock: &clock)
        let decision = decideSentinel(observation)
        world.note { "\(self.name): \(decision)" }
        switch decision {
        case .wait:
            phase = .look
            return world.dice.roll(150, 500)
        case .refuse:
            slot.kill(restartIn: world.dice.roll(500, 3_000), takesLease: true, movesOn: false)
            return nil
        case .monitor(let master):
            let replicas = view.members.filter { observation.answersReplica(Names.address($0)) }
            let peers = view.sentinels.compactMap { address -> SimSentinel.Peer? in
                guard case .server(let peer) = world.sentinel(address, from: host), peer.identity != slot.number else {
                    return nil
                }
                return SimSentinel.Peer(identity: peer.identity, address: address)
            }
            phase = .start(Names.id(master), replicas: Array(Set(replicas)).sorted(), peers: peers)
            return world.dice.roll(10, 80)
        }
    }
}
