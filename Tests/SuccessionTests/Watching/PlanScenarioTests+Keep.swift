@testable import Succession

extension PlanScenarioTests {
    private typealias C = Cast
    private static let healthy = Snapshot.healthy

    private static func keep(
        members: Int = 3, line: String? = C.line, epoch: Int? = Snapshot.epoch,
        _ change: (inout ClusterRecord) -> Void = { _ in }
    ) -> [Action] {
        var record = Snapshot.kept
        (record.members, record.replicationID, record.sentinelEpoch) = (members, line, epoch)
        change(&record)
        return [.keep(record)]
    }

    static let kept: [PlanScenario] = [
        PlanScenario(
            "another member: counted at once", healthy.member(C.heir, C.replica()),
            keep(members: 4) { $0.holders.append(Holder(C.heir, epoch: Snapshot.reign, offset: 1_000)) }),
        PlanScenario(
            "a member less: not counted off for an hour, but it holds nothing for us",
            fewer.lasting(.milliseconds(3_599_999)), keep { $0 = $0.without(C.second) }),
        PlanScenario(
            "a member less for an hour", fewer.lasting(.seconds(3_600)), keep(members: 2) { $0 = $0.without(C.second) }),
        PlanScenario(
            "a member less, another epoch: only the epoch at once", fewer.sentinel { $0.epoch = 8 },
            keep(epoch: 8) { $0 = $0.without(C.second) }),
        PlanScenario("a higher epoch", healthy.sentinel { $0.epoch = 9 }, keep(epoch: 9)),
        .nothing("an epoch that nobody counts to", healthy.sentinel { $0.epoch = 1 << 50 }),
        PlanScenario(
            "all sentinels are new, and none can be told of the epoch that is recorded",
            healthy.sentinel { ($0.epoch, $0.details.sentinels) = (4, []) }, keep(epoch: 4)),
        PlanScenario(
            "another replication id", healthy.server(C.recorded, .master(C.history(C.otherLine))),
            keep(line: C.otherLine) { $0 = $0.without(C.recorded) }),
        PlanScenario("nothing was kept", healthy.with { $0.cluster = nil }, first),
        PlanScenario("paused: all the same", healthy.with { ($0.cluster, $0.isPaused) = (nil, true) }, first),
        PlanScenario(
            "what it holds was not written, and no lease of the master does", clocked,
            keep { $0.holdings = seen(1_000) }),
        .nothing("a little more than was written: its lease writes that", clocked.holding(1_000 - 65_536)),
        .nothing("far more than was written: the same", clocked.holding(999 - 65_536)),
        PlanScenario(
            "far more than was written, and its lease is gone",
            clocked.holding(999 - 65_536).unleased,
            keep { $0.holdings = seen(1_000) }),
        .nothing("less than was written in this reign never counts", clocked.holding(9_999)),
        .nothing("of the reign before: its lease tells when that is over", uncounted.lasting(.milliseconds(4_999))),
        PlanScenario(
            "its lease does not tell for 5 s", uncounted.lasting(.seconds(5)), keep { $0.holdings = seen(1_000) }),
        .nothing(
            "nothing but pings came in the new reign",
            uncounted.server(C.recorded, .master(C.history(C.line, after: C.otherLine))).lasting(.seconds(60))),
        PlanScenario(
            "of the reign before, and its lease is gone", uncounted.unleased, keep { $0.holdings = seen(1_000) }),
        PlanScenario(
            "all keys are gone, and its lease",
            clocked.holding(9_999).unleased.server(C.recorded, C.master(keys: false)),
            keep {
                $0.holdings = seen(1_000, keys: 0)
                $0 = $0.without(C.recorded)
            }),
        .nothing("without a clock nothing is written down", healthy),
        .nothing("we don't lead", healthy.with { ($0.cluster, $0.leads) = (nil, false) }),
        .nothing("unsettled", healthy.with { $0.cluster = nil }.silent(0)),
        PlanScenario(
            "a failover takes no member off", failedOver.withoutLease(of: C.recorded),
            [.recorded(C.first, .agreed, epoch: 8)]),
    ]

    private static let first = [
        Action.keep(
            ClusterRecord(id: C.clusterID, members: 3, sentinelEpoch: Snapshot.epoch, replicationID: C.line))
    ]

    private static let clocked = healthy.with { $0.seen = now }
    private static let uncounted = clocked.with { $0.cluster = Snapshot.kept.holding(offset: 9_999, epoch: 3) }
    private static let now = "2026-01-01T00:00:01Z"

    private static func seen(_ offset: Int64, keys: Int64 = 100) -> Holdings {
        Holdings(epoch: Snapshot.reign, offset: offset, keys: keys, seen: now)
    }

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

extension Snapshot {
    fileprivate var unleased: Snapshot { withoutLease(of: Cast.recorded) }

    /// The leading watcher, or the master's lease, wrote that the cluster held so much in this reign.
    func holding(_ offset: Int64) -> Snapshot { with { $0.cluster = $0.cluster?.holding(offset: offset) } }
}
