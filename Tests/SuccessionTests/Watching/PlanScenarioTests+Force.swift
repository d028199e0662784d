@testable import Succession

extension PlanScenarioTests {
    private typealias C = Cast

    private static let crash = Snapshot.healthy.crashed
    private static let force = Action.force(master: C.recorded, on: C.sentinels)

    static let forced: [PlanScenario] = [
        PlanScenario("the master's process is gone", crash, [force]),
        PlanScenario("and its lease with it", crash.withoutLease(of: C.recorded), [force]),
        PlanScenario(
            "the sentinel that knows the most replicas comes first", crash.sentinel(0) { $0.details.replicas = [] },
            [.force(master: C.recorded, on: [C.sentinels[1], C.sentinels[2], C.sentinels[0]])]),
        .nothing("our own connection has not ended", crash.with { $0.masterHasCrashed = false }),
        .nothing("silence is no refusal", crash.server(C.recorded, .silent)),
        .nothing("it answers again", crash.server(C.recorded, C.master())),
        .nothing("it is back and loads its data", crash.server(C.recorded, .loading)),
        .nothing("a stranger has its port", crash.server(C.recorded, .notRedis)),
        .nothing("one sentinel is silent", crash.silent(2)),
        .nothing("one sentinel names another", crash.sentinel(2) { $0.names = C.first }),
        .nothing("one sentinel names nobody", crash.sentinel(2) { $0.names = nil }),
        .nothing("one sentinel holds it for down already", crash.sentinel(2) { $0.subjectivelyDown = true }),
        .nothing("a failover is in progress", crash.sentinel(2) { $0.failoverFor = .zero }),
        .nothing("a failover has outlived its limit", crash.sentinel(2) { $0.failoverFor = .seconds(600) }),
        PlanScenario(
            "two of three have lost their link", crash.sentinel(0) { $0.details.isDisconnected = false }, [force]),
        .nothing(
            "one of three has lost its link",
            crash.sentinel(0) { $0.details.isDisconnected = false }.sentinel(1) { $0.details.isDisconnected = false }),
        .nothing("three have lost their link, but they know of six", crash.sentinel { $0.peers = 5 }),
        PlanScenario(
            "enough time before a sentinel would act by itself",
            crash.sentinel(0) { $0.details.lastReply = .milliseconds(3_499) }, [force]),
        .nothing(
            "too close to down-after", crash.sentinel(0) { $0.details.lastReply = .milliseconds(3_500) }),
        .nothing("there is no sentinel", crash.voices()),
        .nothing("nothing is recorded", crash.with { $0.record = nil }),
        .nothing("a known replica is a stranger", crash.server(C.second, .notRedis)),
        .nothing("a known replica is another cluster's", crash.takenOver(C.second)),
        .nothing(
            "nobody can be promoted: never synchronised",
            replicas(C.replica(synchronised: false))),
        .nothing("nobody can be promoted: priority 0", replicas(C.replica(priority: 0))),
        .nothing("nobody can be promoted: they follow another", replicas(C.replica(of: C.heir))),
        .nothing("nobody can be promoted: silent", replicas(.silent)),
        PlanScenario(
            "the replicas have lost their leases and bear our mark",
            crash.withoutLease(of: C.first).withoutLease(of: C.second), [force]),
        .nothing(
            "they have neither",
            crash.server(C.first, C.replica(), mark: .unknown).server(C.second, C.replica(), mark: .absent)
                .withoutLease(of: C.first).withoutLease(of: C.second)),
        .nothing("a member answers master", crash.server(C.second, C.master())),
        .nothing("whatever its mark", crash.server(C.second, C.master(), mark: .absent)),
        .nothing(
            "one sentinel of three is registered",
            crash.unregistered(2, answering: .silent).unregistered(1, answering: .silent)),
        .nothing(
            "one of three answers but is not registered: it may have a failover of its own",
            crash.unregistered(2, answering: .sentinel)),
        PlanScenario(
            "one of three is not registered and gone", crash.unregistered(2, answering: .refused),
            [.force(master: C.recorded, on: Array(C.sentinels.prefix(2)))]),
        .nothing("we don't lead", crash.with { $0.leads = false }),
        .nothing("paused", crash.with { $0.isPaused = true }),
    ]

    private static func replicas(_ answer: Answer) -> Snapshot {
        crash.server(C.first, answer).server(C.second, answer)
    }

    /// Two sentinels of five are left, and the others refuse connections: no vote could ever be won.
    private static let voteless = crash.unregistered(2, answering: .refused).sentinel {
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
        .nothing("one of them does not hold it for down", voteless.sentinel(0) { $0.subjectivelyDown = false }),
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
