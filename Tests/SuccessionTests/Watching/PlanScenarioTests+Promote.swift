import Vocabulary

@testable import Succession

extension PlanScenarioTests {
    private typealias C = Cast

    /// The recorded master and its lease are gone, and no sentinel knows a replica: it was reset, or is new. The first
    /// replica has the newest data.
    private static let orphaned = Snapshot.healthy.server(C.recorded, .refused).withoutLease(of: C.recorded)
        .server(C.first, C.replica(offset: 2_000)).sentinel {
            $0.subjectivelyDown = true
            $0.details.replicas = []
        }

    /// As many as were counted, and each lacks what there was.
    private static let allHere = orphaned.with {
        $0.cluster = $0.cluster?.holding(offset: 9_000)
        $0.cluster?.members = 2
    }

    private static let twoKnow = orphaned.sentinel(0) { $0.details.replicas = [C.first] }
        .sentinel(1) { $0.details.replicas = [C.second] }

    private static let first = [Action.promote(C.first)]
    private static let second = [Action.promote(C.second)]

    static let promotions: [PlanScenario] = [
        PlanScenario("nobody else ever would", ten(orphaned), first),
        .nothing("not yet for 10 s", orphaned.lasting(.milliseconds(9_999))),
        .nothing("a majority of the sentinels does not answer", month(orphaned.silent(0, 1))),
        .nothing("there is no sentinel", month(orphaned.voices())),
        .nothing("a failover is in progress", month(orphaned.sentinel(0) { $0.failoverFor = .zero })),
        .nothing("it may still promote", month(orphaned.sentinel(0) { $0.failoverFor = .seconds(30) })),
        PlanScenario(
            "it has outlived all of its steps", month(orphaned.sentinel(0) { $0.failoverFor = .milliseconds(30_001) }),
            first),
        .nothing("the recorded master answers", month(orphaned.member(C.recorded, C.master()))),
        .nothing("it is loading its data", month(orphaned.server(C.recorded, .loading))),
        .nothing("it does not let us in", month(orphaned.server(C.recorded, .denied))),
        .nothing("its lease lives: it is starting", month(orphaned.member(C.recorded, .refused))),
        .nothing("it is silent and holds its lease", month(orphaned.member(C.recorded, .silent))),
        PlanScenario(
            "it is silent, has no lease, and a majority considers it down", ten(orphaned.server(C.recorded, .silent)),
            first),
        .nothing(
            "only one of them does",
            month(
                orphaned.server(C.recorded, .silent).sentinel { $0.subjectivelyDown = false }
                    .sentinel(0) { $0.subjectivelyDown = true })),
        PlanScenario("a stranger has its port", ten(orphaned.takenOver(C.recorded)), first),
        .nothing("a member answers master", month(orphaned.server(C.second, C.master()))),
        .nothing("a member is loading its data", month(orphaned.server(C.second, .loading))),
        .nothing("a member does not let us in", month(orphaned.server(C.second, .denied))),
        .nothing("a member's lease lives, and it refuses: it is starting", month(orphaned.server(C.second, .refused))),
        .nothing("a member is silent, and was never seen as a replica", month(orphaned.server(C.second, .silent))),
        .nothing(
            "a member that was a replica is silent: not yet for 30 s",
            silentReplica.lasting(.milliseconds(29_999))),
        PlanScenario("a member that was a replica is silent", silentReplica.lasting(.seconds(30)), first),
        .nothing(
            "it is silent, and a sentinel names it",
            month(silentReplica.sentinel(0) { $0.names = C.second })),
        .nothing(
            "a sentinel names a server that answers master",
            month(orphaned.sentinel(0) { $0.names = C.heir }.server(C.heir, C.master()))),
        PlanScenario(
            "a sentinel names a stranger",
            ten(orphaned.sentinel(0) { $0.names = C.foreign }.takenOver(C.foreign)), first),
        PlanScenario(
            "a majority knows a replica, but it was cut off for longer than Sentinel allows",
            ten(
                orphaned.sentinel {
                    $0.details.replicas = [C.first]
                    $0.details.barred = [C.first]
                }), first),
        .nothing(
            "only one of three thinks so",
            ten(
                orphaned.sentinel { $0.details.replicas = [C.first] }.sentinel(0) { $0.details.barred = [C.first] })),
        .nothing(
            "a majority knows a replica that can be promoted: not yet for down-after and three timeouts",
            twoKnow.lasting(.milliseconds(34_999))),
        PlanScenario("a majority knows one, and still nobody promotes it", twoKnow.lasting(.seconds(35)), first),
        .nothing(
            "the longest down-after counts",
            twoKnow.sentinel(2) { $0.details.downAfter = .seconds(6) }.lasting(.seconds(35))),
        .nothing(
            "the longest failover-timeout counts, up to a minute",
            twoKnow.sentinel(2) { $0.failoverTimeout = .seconds(180) }.lasting(.milliseconds(64_999))),
        PlanScenario(
            "a minute is enough",
            twoKnow.sentinel(2) { $0.failoverTimeout = .seconds(180) }.lasting(.seconds(65)), first),
        .nothing(
            "a majority knows one, and a failover is in progress",
            month(twoKnow.sentinel(2) { $0.failoverFor = .zero })),
        .nothing(
            "a majority knows one, and the recorded master answers", month(twoKnow.member(C.recorded, C.master()))),
        PlanScenario(
            "only one of them knows such a replica",
            ten(orphaned.sentinel(0) { $0.details.replicas = [C.first, C.second] }), first),
        PlanScenario(
            "what they know has priority 0",
            ten(
                orphaned.server(C.second, C.replica(priority: 0))
                    .sentinel { $0.details.replicas = [C.second] }), first),
        PlanScenario(
            "they know replicas but name three different addresses",
            ten(
                orphaned.sentinel { $0.details.replicas = [C.first] }.sentinel(0) { $0.names = C.gone }
                    .sentinel(1) { $0.names = nil }.server(C.gone, .refused)), first),
        PlanScenario(
            "data before none, whatever the priority",
            ten(
                orphaned.server(C.first, C.replica(offset: 2_000, keys: false))
                    .server(C.second, C.replica(synchronised: false, priority: 0, offset: 5))), second),
        PlanScenario(
            "the cluster's line before another, whose offset says nothing",
            ten(orphaned.server(C.first, replica(C.otherLine, 9_000))), second),
        PlanScenario(
            "the higher offset", ten(orphaned.server(C.second, C.replica(offset: 3_000))), second),
        PlanScenario(
            "the higher offset of another line, where all bear that one",
            ten(orphaned.server(C.first, replica(C.otherLine, 5)).server(C.second, replica(C.otherLine, 9))), second),
        PlanScenario(
            "where nothing is known of any, the further one",
            ten(
                orphaned.server(C.first, replica(C.otherLine, 9_000, priority: 0))
                    .server(C.second, replica(C.fileLine, 5))), first),
        PlanScenario(
            "of two equals, the one that can be promoted",
            ten(
                orphaned.server(C.first, C.replica()).server(C.second, C.replica(priority: 0))), first),
        PlanScenario(
            "never one that the user wants never to be master, whatever it holds",
            ten(
                orphaned.server(C.second, C.replica(priority: 0, offset: 3_000, isUsers: true)).with {
                    $0.cluster = $0.cluster?.holding(offset: 1_000)
                }), first),
        .nothing(
            "an empty one beside data that may never lead",
            month(
                orphaned.server(C.first, C.replica(priority: 0, isUsers: true)).server(C.second, C.replica(keys: false))
            )),
        .nothing(
            "nothing is written down of what there was, and who may never lead has more",
            month(orphaned.server(C.second, C.replica(priority: 0, offset: 3_000, isUsers: true)))),
        .nothing(
            "all lack something, every member is here, and who may never lead has more",
            month(allHere.server(C.second, C.replica(priority: 0, offset: 3_000, isUsers: true)))),
        PlanScenario(
            "the same, and somebody gave that up",
            month(
                allHere.server(C.second, C.replica(priority: 0, offset: 3_000, isUsers: true)).with {
                    $0.acceptsLoss = true
                }), first),
        PlanScenario(
            "the same, and it has less",
            month(allHere.server(C.second, C.replica(priority: 0, offset: 500, isUsers: true))), first),
        .nothing(
            "nobody else is left",
            month(
                orphaned.server(C.first, C.replica(priority: 0, isUsers: true))
                    .server(C.second, C.replica(synchronised: false, priority: 0, isUsers: true)))),
        .nothing(
            "nobody holds data or can be promoted",
            month(
                orphaned.server(C.first, C.replica(synchronised: false, keys: false))
                    .server(C.second, C.replica(priority: 0, keys: false)))),
        PlanScenario(
            "never a stranger", ten(orphaned.server(C.first, C.replica(), mark: .mark(C.markOfNamesake))), second),
        PlanScenario("by its mark alone", ten(orphaned.withoutLease(of: C.first)), first),
        PlanScenario(
            "never a server with neither lease nor mark",
            ten(orphaned.server(C.first, C.replica(offset: 2_000), mark: .unknown).withoutLease(of: C.first)), second),
        PlanScenario(
            "never one whose lease is an earlier life's", ten(orphaned.server(C.first, C.replica(), mark: .absent)),
            second),
        PlanScenario(
            "the recorded one, a replica of nobody of use",
            ten(orphaned.member(C.recorded, C.replica(of: C.gone, offset: 9_000))), [.promote(C.recorded)]),
        .nothing("we don't lead", ten(orphaned).with { $0.leads = false }),
        .nothing("paused", ten(orphaned).with { $0.isPaused = true }),
    ]

    /// The cluster held offset 2000, in its reign or in one that is over, where nothing else is said.
    static let shortfalls: [PlanScenario] = [
        PlanScenario("it has all that there was", ten(held(2_000)), first),
        PlanScenario("all but pings", ten(held(2_256)), first),
        .nothing("one byte less", month(held(2_257))),
        PlanScenario("all but the last second of writes", ten(held(9_000, rate: 6_744)), first),
        .nothing("one byte less than that", month(held(9_000, rate: 6_743))),
        .nothing("it is of an earlier reign", month(held(1, epoch: 5))),
        PlanScenario("there was nothing to lose", ten(held(9_999, keys: 0)), first),
        .nothing("nothing is known of it", month(ofUnknownLine)),
        .nothing("it is empty", month(held(1).without(C.second).server(C.first, C.replica(keys: false)))),
        PlanScenario("an operator gave it up", ten(held(9_999).with { $0.acceptsLoss = true }), first),
        PlanScenario(
            "ACCEPT_LOSS_AFTER is over", ten(held(9_999).with { $0.acceptLossAfter = .seconds(10) }), first),
        .nothing(
            "it is not over yet",
            held(9_999).with { $0.acceptLossAfter = .seconds(20) }.lasting(.milliseconds(19_999))),
        PlanScenario(
            "every member that was counted is here, and nobody has more",
            ten(held(9_999).with { $0.cluster?.members = 2 }), first),
        .nothing("one of them is empty", month(held(9_999).with { $0.cluster?.members = 2 }.empty(C.second))),
        .nothing("the members' id is disputed", month(held(2_000).with { $0.isDisputed = true })),
    ]

    private static func held(
        _ offset: Int64, epoch: Int = Snapshot.reign, rate: Int64 = 0, keys: Int64 = 100
    ) -> Snapshot {
        orphaned.with {
            $0.cluster = Snapshot.kept.holding(offset: offset, epoch: epoch, keys: keys, rate: rate)
        }
    }

    private static let ofUnknownLine = held(1).server(C.first, replica(C.otherLine, 9_000))
        .server(C.second, replica(C.fileLine, 9_000))

    private static let silentReplica = orphaned.server(C.second, .silent).with { $0.followed = [C.second: C.recorded] }

    private static func replica(_ line: String, _ offset: Int64, priority: Int = 100) -> Answer {
        let history = C.history(line, offset: offset)
        return .replica(
            Replication(
                of: C.recorded, synchronised: true, priority: priority, history: history,
                awaiting: priority == 0 ? 100 : nil))
    }

    private static func ten(_ snapshot: Snapshot) -> Snapshot { snapshot.lasting(.seconds(10)) }
    private static func month(_ snapshot: Snapshot) -> Snapshot { snapshot.lasting(.seconds(2_592_000)) }
}

extension Snapshot {
    fileprivate func without(_ member: Address) -> Snapshot {
        withoutLease(of: member).with { $0.instances[member] = nil }
    }

    fileprivate func empty(_ member: Address) -> Snapshot { server(member, Cast.replica(keys: false)) }
}
