import Vocabulary

@testable import Succession

extension PlanScenarioTests {
    private typealias C = Cast

    /// All sentinels know a replica that is gone.
    private static let stale = Snapshot.healthy.server(C.gone, .refused)
        .sentinel { $0.details.replicas.append(C.gone) }
    private static let oldPeer = C.address("10.0.1.9:26379")
    /// All sentinels know a peer that is gone, one more than those that are registered.
    private static let stalePeer = Snapshot.healthy.with { $0.peers = [oldPeer: .refused] }.sentinel {
        $0.details.sentinels.append(oldPeer)
        $0.peers = 3
    }

    private static func reset(_ number: Int, _ gone: Address...) -> [Action] {
        [.reset(C.sentinels[number], toForget: gone)]
    }

    static let forgotten: [PlanScenario] = [
        PlanScenario("a replica that refuses, on one sentinel first", lasting(30, stale), reset(0, C.gone)),
        .nothing("not yet for 30 s", lasting(29.999, stale)),
        PlanScenario("a replica that is silent", lasting(30, stale.server(C.gone, .silent)), reset(0, C.gone)),
        .nothing("it holds a lease", lasting(30, stale.member(C.gone, .refused)).with { $0.cluster?.members = 4 }),
        PlanScenario(
            "it answers, and is ours: a member", lasting(30, stale.server(C.gone, C.replica())),
            [.keep(Snapshot.kept.counting(C.gone))]),
        PlanScenario(
            "it answers, and nothing shows it to be ours",
            lasting(30, stale.server(C.gone, C.replica(), mark: .unknown)), []),
        .nothing("it was not asked", lasting(30, stale.with { $0.instances[C.gone] = nil })),
        PlanScenario(
            "another cluster's Redis is there: at once, before Sentinel adopts it", stale.takenOver(C.gone),
            reset(0, C.gone)),
        .nothing("what is no Redis can't be adopted", stale.server(C.gone, .notRedis)),
        PlanScenario("so it has 30 s", lasting(30, stale.server(C.gone, .notRedis)), reset(0, C.gone)),
        PlanScenario(
            "the next one, once the first is complete again",
            lasting(30, stale.sentinel(0) { $0.details.replicas = [C.first, C.second] }), reset(1, C.gone)),
        .nothing(
            "the first has not found all replicas again",
            lasting(30, stale.sentinel(0) { $0.details.replicas = [C.second] })),
        .nothing(
            "the first has not found all peers again",
            lasting(
                30,
                stale.sentinel(0) {
                    $0.details.replicas = [C.first, C.second]
                    $0.details.sentinels = [C.sentinels[1]]
                })),
        PlanScenario(
            "a stranger does not wait for the replicas",
            stale.takenOver(C.gone).sentinel(0) { $0.details.replicas = [C.second] }, reset(1, C.gone)),
        .nothing(
            "but for the peers",
            stale.takenOver(C.gone).sentinel(0) { $0.details = SentinelDetails(replicas: [C.second]) }),
        .nothing("unsettled: a sentinel is silent", lasting(30, stale.silent(2))),
        .nothing("unsettled: a failover is in progress", lasting(30, stale.sentinel(2) { $0.failoverFor = .zero })),
        .nothing(
            "unsettled: a sentinel names another",
            lasting(30, stale.sentinel(2) { ($0.names, $0.epoch) = (C.heir, 8) }.server(C.heir, C.master()))),
        .nothing("unsettled: the master is silent", lasting(30, stale.server(C.recorded, .silent))),
        .nothing(
            "without it there would be no quorum", lasting(30, stale.sentinel { $0.details.quorum = 3 })),
        PlanScenario(
            "there is no quorum anyway",
            lasting(
                30,
                stale.sentinel {
                    $0.details.quorum = 3
                    $0.details.hasQuorum = false
                }), reset(0, C.gone)),
        PlanScenario(
            "a peer that is gone: the one that is reset still votes", lasting(30, stalePeer), reset(0, oldPeer)),
        PlanScenario(
            "a peer that is gone, and there is no quorum anyway",
            lasting(30, stalePeer.sentinel { $0.details.hasQuorum = false }), reset(0, oldPeer)),
        .nothing(
            "one sentinel of three is left: the silent ones may be a majority elsewhere", lasting(60, cutOff(.silent))),
        PlanScenario(
            "one sentinel of three is left: the others are surely dead", lasting(60, cutOff(.refused)),
            reset(0, C.sentinels[1], C.sentinels[2])),
        .nothing(
            "one sentinel of three is left: it would forget the silent ones together with a replica",
            lasting(
                60,
                cutOff(.silent).server(C.gone, .refused).sentinel { $0.details.replicas.append(C.gone) })),
        .nothing(
            "that peer answers",
            lasting(30, stalePeer.sentinel { $0.details.hasQuorum = false }.with { $0.peers = [oldPeer: .sentinel] })),
        PlanScenario(
            "a stranger where a peer was has no time but 30 s",
            lasting(
                30, stalePeer.sentinel { $0.details.hasQuorum = false }.with { $0.peers = [oldPeer: .stranger] }),
            reset(0, oldPeer)),
        .nothing("we don't lead", lasting(30, stale).with { $0.leads = false }),
        .nothing("paused", lasting(30, stale).with { $0.isPaused = true }),
    ]

    /// One of three sentinels is registered, and has no quorum; this is what there is of the others.
    private static func cutOff(_ answer: PeerAnswer) -> Snapshot {
        Snapshot.healthy.unregistered(2, answering: answer).unregistered(1, answering: answer)
            .sentinel { $0.details.hasQuorum = false }
    }

    private static func lasting(_ seconds: Double, _ snapshot: Snapshot) -> Snapshot {
        snapshot.lasting(.milliseconds(Int(seconds * 1_000)))
    }
}

extension ClusterRecord {
    /// One more, with as much as the others.
    fileprivate func counting(_ member: Address) -> ClusterRecord {
        var record = self
        record.members += 1
        record.holders.append(Holder(member, epoch: record.epoch, offset: 1_000))
        return record
    }
}
