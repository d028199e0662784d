import Succession
import Vocabulary

/// Runs the effects of a `SentinelLauncherMachine`, as `SentinelLauncher` does. The identity is the slot's.
final class SimSentinelLauncher: SimActor {
    private let slot: SentinelSlot
    private let began: Int
    private var machine: SentinelLauncherMachine
    private var effect = SentinelLaunchEffect.connect
    private var session: Int?
    private var clock = FailoverClock()

    init(_ world: World, slot: SentinelSlot) {
        (self.slot, began) = (slot, world.now)
        machine = SentinelLauncherMachine(
            SentinelLauncherMachine.Settings(
                me: Names.address(slot.address), mark: Names.mark(nil), limit: .milliseconds(Times.masterTimeout)))
        super.init(world, host: slot.host)
        effect = machine.handle(.began, at: .zero).effect
    }

    override var name: String { "sentinel launcher of \(Names.address(slot.address))" }
    private var waited: Int { world.now - began }

    override func act() -> Int? {
        switch effect {
        case .connect: return connect()
        case .reconnect:
            if let session { world.closeSession(session, from: host) }
            return connect()
        case .look:
            guard case .answer(let view) = world.zooKeeper(session!, from: host, { ZKView($0) }) else {
                return tell(.lost(isOurs: false))
            }
            return tell(.looked(View(view, withLiars: world.lies)))
        case .ask(let view):
            return tell(.answered(view, world.answers(view, me: slot.address, from: host, clock: &clock)))
        case .wait: return tell(.woken)
        case .chooseIdentity: return tell(.identified(Names.identity(at: slot.address)))
        case .askMore(let addresses):
            let instances = addresses.map { ($0, world.instance(Names.id($0), from: host)) }
            return tell(.answeredMore(Dictionary(uniqueKeysWithValues: instances)))
        case .start(let start): return become(start)
        case .refuse, .giveUp: preconditionFailure("\(effect) is no step")
        }
    }

    private func tell(_ event: SentinelLaunchEvent) -> Int? {
        let step = machine.handle(event, at: .milliseconds(waited))
        for case .decided(let decision) in step.notes { world.note { "\(self.name): \(decision)" } }
        effect = step.effect
        switch effect {
        case .connect, .reconnect: return world.dice.roll(100, 200)
        case .look, .ask, .askMore: return world.dice.roll(1, 30)
        case .wait(let time): return Int(time.wholeMilliseconds) + world.dice.roll(0, 100)
        case .chooseIdentity, .start: return world.dice.roll(10, 80)
        case .refuse, .giveUp: return refuse()
        }
    }

    private func refuse() -> Int? {
        slot.kill(restartIn: world.dice.roll(500, 3_000), takesLease: true, movesOn: false)
        return nil
    }

    private func connect() -> Int? {
        session = world.openSession(from: host)
        guard session != nil else { return waited < Times.masterTimeout ? 200 : refuse() }
        return tell(.connected)
    }

    private func become(_ start: SentinelStart) -> Int? {
        let peers = start.seeds.sentinels.map { peer in
            SimSentinel.Peer(identity: Names.host(of: Names.id(peer.address)), address: Names.id(peer.address))
        }
        let sentinel = SimSentinel(
            world, identity: slot.number, address: slot.address, monitoring: Names.id(start.master),
            replicas: start.seeds.replicas.map(Names.id).sorted(), peers: peers)
        let node = world.zk.newNode()
        let lease = SimLease(world, of: sentinel, at: slot.address, session: session!, node: node, isSentinel: true)
        (slot.sentinel, slot.lease, slot.launcher) = (sentinel, lease, nil)
        sentinel.wake(in: world.dice.roll(5, 100))
        lease.wake(in: world.dice.roll(10, 60))
        end()
        return nil
    }
}
