@testable import Succession

extension PlanScenarioTests {
    private typealias C = Cast
    private static let healthy = Snapshot.healthy

    private static func keep(members: Int = 3, line: String? = C.line, epoch: Int? = Snapshot.epoch) -> [Action] {
        [.keep(ClusterUpdate(members: members, replicationID: line, epoch: epoch))]
    }

    static let kept: [PlanScenario] = [
        PlanScenario("another member: counted at once", healthy.member(C.heir, C.replica()), keep(members: 4)),
        .nothing("a member less: not yet for an hour", fewer.lasting(.milliseconds(3_599_999))),
        PlanScenario("a member less for an hour", fewer.lasting(.seconds(3_600)), keep(members: 2)),
        PlanScenario(
            "a member less, another epoch: only the epoch at once", fewer.sentinel { $0.epoch = 8 }, keep(epoch: 8)),
        PlanScenario("a higher epoch", healthy.sentinel { $0.epoch = 9 }, keep(epoch: 9)),
        PlanScenario("all sentinels are new: a lower epoch", healthy.sentinel { $0.epoch = 0 }, keep(epoch: 0)),
        PlanScenario(
            "another replication id", healthy.server(C.recorded, .master(C.history(C.otherLine))),
            keep(line: C.otherLine)),
        PlanScenario("nothing was kept", healthy.with { $0.cluster = nil }, keep()),
        PlanScenario("paused: all the same", healthy.with { ($0.cluster, $0.isPaused) = (nil, true) }, keep()),
        .nothing("we don't lead", healthy.with { ($0.cluster, $0.leads) = (nil, false) }),
        .nothing("unsettled", healthy.with { $0.cluster = nil }.silent(0)),
        PlanScenario(
            "a failover takes no member off", failedOver.withoutLease(of: C.recorded),
            [.recorded(C.first, .agreed, epoch: 8)]),
    ]

    private static let fewer = healthy.with { $0.instances[C.second] = nil }.withoutLease(of: C.second)

    private static let failedOver = healthy.server(C.recorded, .refused).server(C.first, C.master())
        .server(C.second, C.replica(of: C.first)).voices(C.first, C.first, C.first, epoch: 8)

    /// What a watcher that may change no server does all the same, and what none does.
    static let barred: [PlanScenario] = [
        PlanScenario(
            "paused: recording goes on", failedOver.with { $0.isPaused = true },
            [.recorded(C.first, .agreed, epoch: 8)]),
        PlanScenario(
            "we don't lead: recording goes on", failedOver.with { $0.leads = false },
            [.recorded(C.first, .agreed, epoch: 8)]),
        .nothing("/redis/master can't be used: no record", failedOver.with { $0.badNodes = [bad] }),
        .nothing(
            "nothing recorded, since /redis/master can't be used",
            failedOver.with { ($0.record, $0.badNodes) = (nil, [bad]) }),
        .nothing("/redis/cluster can't be used: no keep", healthy.with { ($0.cluster, $0.badNodes) = (nil, [bad]) }),
        .nothing("nothing is forced then", healthy.crashed.with { $0.badNodes = [bad] }),
        .nothing(
            "nothing is repaired then",
            healthy.voices(C.first, C.first, C.first).with { $0.badNodes = [bad] }.lasting(.seconds(60))),
        PlanScenario(
            "another node that can't be used stops nothing",
            failedOver.with { $0.badNodes = [BadNode(path: "/redis/members/x", reason: "it is empty")] },
            [.recorded(C.first, .agreed, epoch: 8)]),
        PlanScenario(
            "a record leaves the repairs to the next snapshot",
            failedOver.server(C.heir, C.replica(of: C.gone)).member(C.heir, C.replica(of: C.gone))
                .lasting(.seconds(60)), [.recorded(C.first, .agreed, members: 4, epoch: 8)]),
        PlanScenario(
            "a repair leaves the next one to the next snapshot",
            healthy.server(C.second, C.master()).server(C.gone, .refused)
                .sentinel { $0.details.replicas.append(C.gone) }.lasting(.seconds(60)),
            [.attach(C.second, to: C.recorded)]),
    ]

    private static let bad = BadNode(path: "/redis/master", reason: "it is empty", isEssential: true)
}
