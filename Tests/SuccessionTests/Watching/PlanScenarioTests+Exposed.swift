@testable import Succession

/// Others than the user of `ZK_AUTH` may change what is recorded: a crash is got over all the same, and nothing is
/// destroyed on the word of a node.
extension PlanScenarioTests {
    private typealias C = Cast

    private static func open(_ snapshot: Snapshot) -> Snapshot { snapshot.with { $0.isExposed = true } }
    private static func month(_ snapshot: Snapshot) -> Snapshot { open(snapshot).lasting(.seconds(2_592_000)) }

    /// What the master last told us of its offset.
    private static func told(_ snapshot: Snapshot, _ offset: Int64) -> Snapshot {
        snapshot.with { $0.lastWord = C.history(offset: offset) }
    }

    private static let healthy = Snapshot.healthy
    private static let low = healthy.sentinel { $0.epoch = Snapshot.reign - 1 }
    private static let misled = healthy.server(C.gone, .refused).sentinel(0) { $0.names = C.gone }
    private static let orphaned = healthy.server(C.recorded, .refused).withoutLease(of: C.recorded)
        .server(C.first, C.replica(offset: 2_000)).sentinel {
            $0.subjectivelyDown = true
            $0.details.replicas = []
        }
    private static let behind = orphaned.with { $0.cluster = $0.cluster?.holding(offset: 9_999) }

    static let exposed: [PlanScenario] = [
        PlanScenario("a crash is got over", open(healthy.crashed), [.succeed(C.recorded)]),
        .nothing(
            "but not with less than there was, whoever accepts that",
            open(
                healthy.crashed.with {
                    $0.cluster = $0.cluster?.holding(offset: 9_999)
                    $0.acceptsLoss = true
                })),
        PlanScenario(
            "whatever somebody has written that there was, where an heir has all that the master told this watcher of",
            open(told(healthy.crashed, 1_000).with { $0.cluster = $0.cluster?.holding(offset: 9_999, epoch: 99) }),
            [.succeed(C.recorded)]),
        PlanScenario(
            "and whatever was written of its reigns",
            open(
                told(healthy.crashed, 1_000).with {
                    $0.cluster = $0.cluster?.replicating(C.fourthLine).holding(offset: 9_999)
                }), [.succeed(C.recorded)]),
        .nothing(
            "nor with less than that, whatever is written",
            open(told(healthy.crashed, 2_000).with { $0.cluster = $0.cluster?.holding(offset: 1) })),
        .nothing(
            "nor with data of another line",
            open(told(healthy.crashed, 1_000).with { $0.lastWord?.replicationID = C.fourthLine })),
        .nothing(
            "what is ours alone is believed before that",
            told(healthy.crashed, 1_000).with { $0.cluster = $0.cluster?.holding(offset: 9_999) }),
        .nothing(
            "a member that follows a dead address stays as it is",
            month(healthy.server(C.second, C.replica(of: C.gone)).server(C.gone, .refused))),
        .nothing("and so does a second master that nobody names", month(healthy.server(C.second, C.master()))),
        .nothing("a sentinel that names a dead address", month(misled)),
        PlanScenario("the sentinels are told who is master", open(low), [.announced()]),
        .nothing("not beside another that is one", open(low.server(C.second, C.master())).unkept),
        PlanScenario("nobody answers master, and one has all that there was", month(orphaned), [.promote(C.first)]),
        .nothing("nobody has all that there was", month(behind)),
        PlanScenario(
            "but somebody has all that the master told this watcher of", month(told(behind, 2_000)),
            [.promote(C.first)]),
        .nothing("nobody has that", month(told(behind, 3_000))),
        .nothing("and somebody has written that it may be lost", month(behind.with { $0.acceptsLoss = true })),
        .nothing("or that was allowed after a time", month(behind.with { $0.acceptLossAfter = .seconds(10) })),
        .nothing("or every member that was counted is here", month(behind.with { $0.cluster?.members = 2 })),
    ]
}
