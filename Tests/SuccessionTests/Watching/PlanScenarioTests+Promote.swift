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
            "it is silent, has no lease, and a majority holds it for down", ten(orphaned.server(C.recorded, .silent)),
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
            "the one that can be promoted, where all bear lines of their own",
            ten(
                orphaned.server(C.first, replica(C.otherLine, 9_000, priority: 0))
                    .server(C.second, replica(C.fileLine, 5))), second),
        PlanScenario(
            "of two equals, the one that can be promoted",
            ten(
                orphaned.server(C.first, C.replica()).server(C.second, C.replica(priority: 0))), first),
        .nothing(
            "nobody holds data or can be promoted",
            month(
                orphaned.server(C.first, C.replica(synchronised: false, keys: false))
                    .server(C.second, C.replica(priority: 0, keys: false)))),
        PlanScenario(
            "never a stranger", ten(orphaned.server(C.first, C.replica(), mark: .mark(C.markOfNamesake))), second),
        PlanScenario("never a server without a lease", ten(orphaned.withoutLease(of: C.first)), second),
        PlanScenario(
            "never one whose lease is an earlier life's", ten(orphaned.server(C.first, C.replica(), mark: .absent)),
            second),
        PlanScenario(
            "the recorded one, a replica of nobody of use",
            ten(orphaned.member(C.recorded, C.replica(of: C.gone, offset: 9_000))), [.promote(C.recorded)]),
        .nothing("we don't lead", ten(orphaned).with { $0.leads = false }),
        .nothing("paused", ten(orphaned).with { $0.isPaused = true }),
    ]

    private static let silentReplica = orphaned.server(C.second, .silent).with { $0.followed = [C.second: C.recorded] }

    private static func replica(_ line: String, _ offset: Int64, priority: Int = 100) -> Answer {
        let history = C.history(line, offset: offset)
        return .replica(Replication(of: C.recorded, synchronised: true, priority: priority, history: history))
    }

    private static func ten(_ snapshot: Snapshot) -> Snapshot { snapshot.lasting(.seconds(10)) }
    private static func month(_ snapshot: Snapshot) -> Snapshot { snapshot.lasting(.seconds(2_592_000)) }
}
