import Vocabulary

@testable import Succession

extension PlanScenarioTests {
    private typealias C = Cast

    private static func asked(
        to: Address? = nil, awayFrom: Address? = nil, _ snapshot: Snapshot = .healthy,
        _ change: (inout Switchover) -> Void = { _ in }
    ) -> Snapshot {
        var request = Switchover(id: "7", to: to?.description, awayFrom: awayFrom?.description, who: "ops")
        change(&request)
        return snapshot.with { $0.switchover = request }
    }

    static let begun: [(String, Snapshot, Address)] = [
        ("to whom it names", asked(to: C.second), C.second),
        ("to the freshest", asked(.healthy.server(C.second, C.replica(offset: 2_000))), C.second),
        ("of equals to the first", asked(), C.first),
        ("away from the master", asked(awayFrom: C.recorded), C.first),
        ("away from the master, to whom it names", asked(to: C.second, awayFrom: C.recorded), C.second),
        (
            "the freshest one's link is down",
            asked(.healthy.server(C.first, C.replica(offset: 900)).server(C.second, C.replica(linked: false))), C.first
        ),
        (
            "a target that is a little behind", asked(to: C.first, .healthy.server(C.first, C.replica(offset: 1))),
            C.first
        ),
    ]

    /// What nobody begins: what is answered, and a word of the reason.
    static let unbegun: [(String, Snapshot, Switchover.State, String)] = [
        ("it is master already", asked(to: C.recorded), .done, "already"),
        ("away from another than the master", asked(awayFrom: C.first), .done, "is not master"),
        ("no address", asked { $0.to = "somewhere" }, .refused, "to is not HOST:PORT"),
        ("no address to leave", asked { $0.awayFrom = "a b" }, .refused, "away_from is not HOST:PORT"),
        ("no member", asked(to: C.gone), .refused, "no member"),
        ("a stranger", asked(to: C.first, .healthy.server(C.first, C.replica(), mark: .absent)), .refused, "mark"),
        ("another cluster's", asked(to: C.first, .healthy.takenOver(C.first)), .refused, "no member"),
        ("priority 0", asked(to: C.first, .healthy.server(C.first, C.replica(priority: 0))), .refused, "priority 0"),
        (
            "never synchronised", asked(to: C.first, .healthy.server(C.first, C.replica(synchronised: false))),
            .refused, "never finished"
        ),
        ("link down", asked(to: C.first, .healthy.server(C.first, C.replica(linked: false))), .refused, "link"),
        (
            "it follows another", asked(to: C.first, .healthy.server(C.first, C.replica(of: C.second))), .refused,
            "replicate"
        ),
        (
            "too far behind",
            asked(
                to: C.first,
                .healthy.server(C.recorded, .master(C.history(C.line, offset: 1_049_577)))
                    .with { $0.cluster?.holdings = nil }),
            .refused, "1048577 bytes behind"
        ),
        (
            "nobody could", asked(.healthy.server(C.first, C.replica(priority: 0)).server(C.second, .silent)), .refused,
            "no replica of"
        ),
        ("paused", asked(.healthy.with { $0.isPaused = true }), .refused, "paused"),
        ("anybody may have asked", asked(.healthy.with { $0.isExposed = true }), .refused, "ZK_AUTH"),
        ("no quorum", asked(.healthy.silent(0, 1)), .refused, "only 1 of 3"),
        ("no sentinel", asked(.healthy.voices()), .refused, "no sentinel"),
        ("its time is over", asked(.healthy.with { $0.isSwitchoverLate = true }), .refused, "time was over"),
        (
            "its time is over, and there is no master",
            asked(.healthy.server(C.recorded, .silent).with { $0.isSwitchoverLate = true }), .refused, "does not answer"
        ),
        ("a watcher ended in the midst", unfinished(to: C.first), .failed, "ended"),
        ("a watcher ended behind it", unfinished(to: C.recorded), .done, "ended"),
        (
            "what became of it was not written",
            asked(to: C.first) { $0.state = .running }.with {
                $0.answered = $0.switchover?.ended(.failed, "a reason")
            }, .failed, "a reason"
        ),
    ]

    private static func unfinished(to target: Address) -> Snapshot {
        asked(to: target) { $0.state = .running }.with { $0.held[.unfinished($0.switchover?.id ?? "")] = .seconds(3) }
    }

    static let idle: [PlanScenario] = [
        .nothing("it is answered", asked(to: C.first) { $0.state = .done }),
        .nothing("it was refused", asked(to: C.first) { $0.state = .refused }),
        .nothing("it has failed", asked(to: C.first) { $0.state = .failed }),
        .nothing("another watcher may be about it", asked(to: C.first) { $0.state = .running }),
        .nothing("one sentinel is silent: not settled", asked(to: C.first, .healthy.silent(0))),
        .nothing("a failover is in progress", asked(to: C.first, .healthy.sentinel(0) { $0.failoverFor = .zero })),
        .nothing("we don't lead", asked(to: C.first, .healthy.with { $0.leads = false })),
        .nothing("refused by whom leads", asked(to: C.gone, .healthy.with { $0.leads = false })),
    ]
}
