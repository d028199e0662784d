import Vocabulary

@testable import Succession

extension PlanScenarioTests {
    private typealias C = Cast

    /// The sentinels have failed over to the first replica, at the next epoch.
    private static let failedOver = Snapshot.healthy.server(C.recorded, .refused).server(C.first, C.master())
        .server(C.second, C.replica(of: C.first)).voices(C.first, C.first, C.recorded, epoch: 8)

    /// As above, but the old master still answers master: it was cut off, or the sentinels were pointed elsewhere.
    private static let contested = failedOver.server(C.recorded, C.master())

    static let agreed: [PlanScenario] = [
        PlanScenario("a majority names another", failedOver, [.recorded(C.first, .agreed, epoch: 8)]),
        PlanScenario(
            "F47: while the old master still answers, at a higher epoch", contested,
            [.recorded(C.first, .agreed, epoch: 8)]),
        .nothing("while it answers, at the recorded epoch", contested.sentinel { $0.epoch = 7 }),
        .nothing("only one of the two has the higher epoch", contested.sentinel(0) { $0.epoch = 7 }),
        .nothing("not yet for 10 s", contested.sentinel { $0.epoch = 7 }.lasting(.milliseconds(9_999))),
        PlanScenario(
            "for 10 s", contested.sentinel { $0.epoch = 7 }.lasting(.seconds(10)), [.recorded(C.first, .agreed)]),
        .nothing("no epoch is recorded, so none is higher", contested.with { $0.cluster?.sentinelEpoch = nil }),
        PlanScenario(
            "all sentinels new, epochs from 0, the old master dead", failedOver.sentinel { $0.epoch = 0 },
            [.recorded(C.first, .agreed, epoch: 0)]),
        PlanScenario(
            "all sentinels new, the old master answers: they are told", contested.sentinel { $0.epoch = 0 },
            [.announced()]),
        PlanScenario(
            "all sentinels new, the old master answers, for 10 s",
            contested.sentinel { $0.epoch = 0 }.lasting(.seconds(10)), [.recorded(C.first, .agreed, epoch: 0)]),
        PlanScenario(
            "where a stranger answers master, nothing is contested", failedOver.takenOver(C.recorded),
            [.recorded(C.first, .agreed, epoch: 8)]),
        .nothing("one of three names another", contested.voices(C.first, C.recorded, C.recorded, epoch: 8)),
        .nothing(
            "one of three has a wrong address and a high epoch",
            .healthy.server(C.heir, C.master()).voices(C.heir, C.recorded, C.recorded)
                .sentinel(0) { $0.epoch = 999 }),
        .nothing("two of three name another, but a fourth is known", contested.sentinel { $0.peers = 3 }),
        .nothing("the majority names what is still a replica", failedOver.server(C.first, C.replica())),
        .nothing("the majority names what does not answer", failedOver.server(C.first, .silent)),
        .nothing("the majority names a stranger", failedOver.takenOver(C.first)),
        .nothing(
            "a majority's word is not enough for what bears no mark, however long",
            failedOver.server(C.first, C.master(), mark: .absent).withoutLease(of: C.first).lasting(.seconds(3_600))),
        .nothing(
            "nor for another empty server at a high epoch",
            contested.server(C.heir, C.master(keys: false), mark: .absent).voices(C.heir, C.heir, C.heir, epoch: 1_000)
                .lasting(.seconds(3_600))),
        PlanScenario(
            "a mark that can't be read, no lease, but the data of the reign",
            failedOver.server(C.first, C.master(), mark: .unknown).withoutLease(of: C.first),
            [.recorded(C.first, .agreed, epoch: 8)]),
        .nothing(
            "a mark that can't be read, no lease, and other data",
            failedOver.server(C.first, .master(C.history(C.otherLine)), mark: .unknown).withoutLease(of: C.first)
                .lasting(.seconds(3_600))),
        PlanScenario(
            "ZooKeeper was wiped: recorded again, and nobody told to follow",
            .healthy.with { ($0.record, $0.cluster) = (nil, nil) }.lasting(.seconds(60)),
            [
                .recorded(
                    C.recorded, .agreed, over: nil,
                    from: ClusterRecord(id: C.clusterID, members: 0, replicationID: C.line))
            ]),
        PlanScenario(
            "the next reign has a number above all that are heard, and above that of an election that begins",
            failedOver.sentinel(2) { $0.epoch = 41 }, [.recorded(C.first, .agreed, epoch: 8, reign: 141)]),
        PlanScenario(
            "and after the one that was written last",
            failedOver.with { $0.cluster = Snapshot.kept.holding(offset: 9, epoch: 77) },
            [.recorded(C.first, .agreed, from: Snapshot.kept.holding(offset: 9, epoch: 77), epoch: 8, reign: 177)]),
        PlanScenario(
            "a number to which nobody counts is not believed",
            failedOver.sentinel(2) { $0.epoch = .max }, [.recorded(C.first, .agreed, epoch: 8, reign: 108)]),
        PlanScenario(
            "what the new master took over of the old one's reign is known",
            failedOver.server(C.first, .master(C.history(C.otherLine, after: C.line))),
            [
                .recorded(
                    C.first, .agreed, from: Snapshot.kept.replicating(C.otherLine), epoch: 8,
                    reigns: [Reign(epoch: Snapshot.reign, replicationID: C.line, until: 900)])
            ]),
    ]

    /// A failover is in progress; its replica was promoted, but the sentinels name the old master still.
    private static let promoted = Snapshot.healthy.server(C.recorded, .refused).server(C.first, C.master())
        .sentinel { $0.subjectivelyDown = true }.sentinel(1) { $0.failoverFor = .seconds(1) }
        .with { $0.followed = [C.first: C.recorded, C.second: C.recorded] }

    private static let unfinished = promoted.sentinel {
        ($0.failoverFor, $0.subjectivelyDown) = (nil, false)
    }

    static let early: [PlanScenario] = [
        PlanScenario("the promoted replica, before the sentinels say so", promoted, [.recorded(C.first, .early)]),
        PlanScenario(
            "the old master is silent, and a majority considers it down", promoted.server(C.recorded, .silent),
            [.recorded(C.first, .early)]),
        PlanScenario(
            "the one that replaces it names the next one already",
            promoted.server(C.recorded, .silent).sentinel(1) { $0.names = C.first }
                .sentinel(2) { $0.subjectivelyDown = false }, [.recorded(C.first, .early, named: 7)]),
        .nothing(
            "it is silent, and only one considers it down",
            promoted.server(C.recorded, .silent).sentinel(0) { $0.subjectivelyDown = false }
                .sentinel(2) { $0.subjectivelyDown = false }),
        PlanScenario(
            "the old master follows it already: a switchover whose watcher ended",
            unfinished.server(C.recorded, C.replica(of: C.first)).lasting(.milliseconds(300)),
            [.recorded(C.first, .early)]),
        .nothing("no failover is in progress", unfinished.lasting(.milliseconds(299))),
        PlanScenario(
            "none is in progress for 300 ms: a watcher promoted it and ended", unfinished.lasting(.milliseconds(300)),
            [.recorded(C.first, .early)]),
        .nothing(
            "the failover has outlived its limit",
            promoted.sentinel(1) { $0.failoverFor = .seconds(11) }.lasting(.milliseconds(299))),
        .nothing("two members answer master", promoted.server(C.second, C.master())),
        .nothing("it was not seen to follow the old master", promoted.with { $0.followed[C.first] = nil }),
        .nothing("it was seen to follow another", promoted.with { $0.followed[C.first] = C.heir }),
        PlanScenario("by its mark alone", promoted.withoutLease(of: C.first), [.recorded(C.first, .early)]),
        .nothing(
            "it has neither lease nor mark",
            promoted.server(C.first, C.master(), mark: .unknown).withoutLease(of: C.first)),
        .nothing("its lease is an earlier life's", promoted.server(C.first, C.master(), mark: .absent)),
        .nothing("it is a stranger", promoted.takenOver(C.first)),
        PlanScenario(
            "a majority names another live master",
            promoted.voices(C.heir, C.heir, C.recorded).server(C.heir, C.master())
                .sentinel(1) { $0.failoverFor = .seconds(1) }, [.recorded(C.heir, .agreed, members: 4)]),
    ]

    /// The recorded master and its lease are gone; the first replica is master and the second follows it, but no
    /// majority of the sentinels can say so.
    private static let alone = Snapshot.healthy.server(C.recorded, .refused).withoutLease(of: C.recorded)
        .server(C.first, C.master()).server(C.second, C.replica(of: C.first)).silent(0, 1)

    static let sole: [PlanScenario] = [
        PlanScenario("the only master, for one session timeout", long(alone), [.recorded(C.first, .sole)]),
        .nothing("not yet for so long", alone.lasting(.milliseconds(5_999))),
        PlanScenario("without a sentinel", long(alone.voices()), [.recorded(C.first, .sole)]),
        PlanScenario(
            "nothing is recorded", long(alone.with { $0.record = nil }), [.recorded(C.first, .sole, over: nil)]),
        PlanScenario(
            "a replica is recorded",
            long(alone.member(C.recorded, C.replica(of: C.first))), [.recorded(C.first, .sole)]),
        .nothing("the recorded master holds its lease", long(alone.member(C.recorded, .refused))),
        .nothing("it is silent, and no majority considers it down", long(alone.server(C.recorded, .silent))),
        PlanScenario(
            "it is silent, and there is no sentinel", long(alone.server(C.recorded, .silent).voices()),
            [.recorded(C.first, .sole)]),
        PlanScenario(
            "it is silent, and a majority considers it down",
            long(
                alone.server(C.recorded, .silent).voices(C.recorded, C.recorded, nil)
                    .sentinel { $0.subjectivelyDown = true }), [.recorded(C.first, .sole)]),
        PlanScenario("a stranger has its port", long(alone.takenOver(C.recorded)), [.recorded(C.first, .sole)]),
        .nothing("it is loading its data", long(alone.server(C.recorded, .loading))),
        .nothing("it does not let us in", long(alone.server(C.recorded, .denied))),
        .nothing("there is another live master", long(alone.server(C.second, C.master()))),
        .nothing("another member follows another", long(alone.server(C.second, C.replica(of: C.heir)))),
        PlanScenario(
            "another member follows a dead address, but neither holds data nor may be promoted",
            long(
                alone.server(
                    C.second, C.replica(of: C.gone, synchronised: false, priority: 0, keys: false, linked: false))),
            [.recorded(C.first, .sole)]),
        .nothing(
            "another member follows a dead address and holds data",
            long(alone.server(C.second, C.replica(of: C.gone, synchronised: false, linked: false)))),
        .nothing(
            "another member follows a dead address and may be promoted",
            long(alone.server(C.second, C.replica(of: C.gone, keys: false, linked: false)))),
        .nothing("another member is loading its data", long(alone.server(C.second, .loading))),
        .nothing("another member does not let us in", long(alone.server(C.second, .denied))),
        PlanScenario(
            "a silent member says nothing against it", long(alone.server(C.second, .silent)),
            [.recorded(C.first, .sole)]),
        PlanScenario(
            "neither does a stranger", long(alone.server(C.second, C.master(), mark: .mark(C.markOfNamesake))),
            [.recorded(C.first, .sole)]),
        PlanScenario("by its mark alone", long(alone.withoutLease(of: C.first)), [.recorded(C.first, .sole)]),
        .nothing(
            "it has neither lease nor mark",
            long(alone.server(C.first, C.master(), mark: .unknown).withoutLease(of: C.first))),
        PlanScenario(
            "a majority names another live master",
            long(alone.voices(C.heir, C.heir, nil).server(C.heir, C.master())), [.recorded(C.heir, .agreed)]),
    ]

    private static func long(_ snapshot: Snapshot) -> Snapshot { snapshot.lasting(snapshot.sessionTimeout) }
}
