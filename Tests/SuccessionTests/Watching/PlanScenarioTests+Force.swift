@testable import Succession

extension PlanScenarioTests {
    private typealias C = Cast

    /// One sentinel, which lists no peer: nobody could speak to it.
    private static let crash = Snapshot.healthy.voices(C.recorded).crashed
    private static let force = Action.force(master: C.recorded, on: [C.sentinels[0]])

    static let forced: [PlanScenario] = [
        PlanScenario("the master's process is gone", crash, [force]),
        PlanScenario("and its lease with it", crash.withoutLease(of: C.recorded), [force]),
        .nothing("our own connection has not ended", crash.with { $0.masterHasCrashed = false }),
        .nothing("silence is no refusal", crash.server(C.recorded, .silent)),
        .nothing("it answers again", crash.server(C.recorded, C.master())),
        .nothing("it is silent", crash.silent(0)),
        .nothing("it names another", crash.sentinel { $0.names = C.first }),
        .nothing("it names nobody", crash.sentinel { $0.names = nil }),
        .nothing("it considers the master down already", crash.sentinel { $0.subjectivelyDown = true }),
        .nothing("a failover is in progress", crash.sentinel { $0.failoverFor = .zero }),
        .nothing("it has not lost its link", crash.sentinel { $0.details.isDisconnected = false }),
        .nothing("it knows of two peers that it does not list", crash.sentinel { $0.peers = 2 }),
        PlanScenario(
            "enough time before it would act by itself",
            crash.sentinel { $0.details.lastReply = .milliseconds(3_499) }, [force]),
        .nothing("too close to down-after", crash.sentinel { $0.details.lastReply = .milliseconds(3_500) }),
        .nothing("there is no sentinel", crash.voices()),
        .nothing("a known replica is a stranger", crash.server(C.second, .notRedis)),
        .nothing("nobody can be promoted", replicas(C.replica(priority: 0))),
        .nothing("a member answers master", crash.server(C.second, C.master())),
        .nothing("we don't lead", crash.with { $0.leads = false }),
        .nothing("paused", crash.with { $0.isPaused = true }),
    ]

    private static func replicas(_ answer: Answer) -> Snapshot {
        crash.server(C.first, answer).server(C.second, answer)
    }

    /// Two sentinels of five are left, and the others refuse connections: no vote could ever be won.
    private static let voteless = Snapshot.healthy.crashed.unregistered(2, answering: .refused).sentinel {
        $0.subjectivelyDown = true
        $0.details.hasQuorum = false
        $0.details.lastReply = .seconds(40)
        $0.peers = 4
    }

    static let hopeless: [PlanScenario] = [
        PlanScenario(
            "no election can be won", voteless, [.force(master: C.recorded, on: Array(C.sentinels.prefix(2)))]),
        .nothing("they are fewer than the quorum", voteless.sentinel { $0.details.quorum = 3 }),
        .nothing("one of them has a quorum", voteless.sentinel(0) { $0.details.hasQuorum = true }),
        .nothing("one of them does not consider it down", voteless.sentinel(0) { $0.subjectivelyDown = false }),
        .nothing("a missing sentinel is silent: cut off", voteless.with { $0.peers[C.sentinels[2]] = .silent }),
        .nothing("a missing sentinel answers", voteless.with { $0.peers[C.sentinels[2]] = .sentinel }),
        .nothing("a missing sentinel was not asked", voteless.with { $0.peers = [:] }),
        .nothing("nobody is missing", voteless.sentinel { $0.details.sentinels = [] }),
        .nothing("the master's silence is no refusal", voteless.server(C.recorded, .silent)),
        .nothing("paused", voteless.with { $0.isPaused = true }),
        .nothing(
            "one sentinel of three is reachable, its master alive",
            Snapshot.healthy.unregistered(2, answering: .silent).unregistered(1, answering: .silent)
                .sentinel {
                    $0.subjectivelyDown = true
                    $0.details.hasQuorum = false
                }.lasting(.seconds(60))),
    ]
}
