import Vocabulary

@testable import Succession

extension PlanScenarioTests {
    private typealias C = Cast

    private static let crash = Snapshot.healthy.crashed
    private static let succeed = Action.succeed(C.recorded)
    /// One refusal, and the lease that its process held is gone.
    private static let ended = crash.with { ($0.masterHasCrashed, $0.masterWasRefused) = (false, true) }
        .withoutLease(of: C.recorded)

    static let succeeded: [PlanScenario] = [
        PlanScenario("the master's process is gone", crash, [succeed]),
        PlanScenario("and its lease with it", crash.withoutLease(of: C.recorded), [succeed]),
        PlanScenario("one refusal, and its lease is gone", ended, [succeed]),
        .nothing("one refusal, and its lease lives", ended.member(C.recorded, .refused)),
        .nothing("it never had a lease, and was refused once", ended.with { $0.masterHadLease = false }),
        .nothing("its lease is gone, our connection lives", ended.with { $0.masterWasRefused = false }),
        .nothing("our own connection has not ended", crash.with { $0.masterHasCrashed = false }),
        .nothing("silence is no refusal", crash.server(C.recorded, .silent)),
        .nothing("it answers again", crash.server(C.recorded, C.master())),
        .nothing("it is back and loads its data", crash.server(C.recorded, .loading)),
        .nothing("a stranger has its port", crash.server(C.recorded, .notRedis)),
        PlanScenario("one sentinel of three is silent", crash.silent(2), [succeed]),
        .nothing("two sentinels of three are silent", crash.silent(1, 2)),
        .nothing("one of three answers, and they know of six", crash.sentinel { $0.peers = 5 }),
        .nothing("one sentinel names another", crash.sentinel(2) { $0.names = C.first }),
        .nothing("one sentinel names nobody", crash.sentinel(2) { $0.names = nil }),
        PlanScenario(
            "one names nobody, is in a failover and knows a stranger, and nobody but itself says that it is ours",
            crash.server(C.foreign, .notRedis).sentinel(2) {
                ($0.names, $0.failoverFor) = (nil, .zero)
                $0.details.replicas.append(C.foreign)
            }.with { snapshot in
                for index in snapshot.sentinels.indices { snapshot.sentinels[index].isRegistered = false }
                snapshot.sentinels[2].isConfirmed = false
            }, [succeed]),
        .nothing(
            "a majority of such ones names another",
            crash.sentinel(1) { $0.names = C.heir }.sentinel(2) { $0.names = C.heir }.with { snapshot in
                for index in 1...2 { snapshot.sentinels[index].isConfirmed = false }
            }),
        PlanScenario(
            "one sentinel considers it down already: one begins no election",
            crash.sentinel(2) { $0.subjectivelyDown = true }, [succeed]),
        .nothing(
            "two sentinels do",
            crash.sentinel(2) { $0.subjectivelyDown = true }.sentinel(1) { $0.subjectivelyDown = true }),
        .nothing(
            "one does, and another is silent", crash.sentinel(2) { $0.subjectivelyDown = true }.silent(1)),
        .nothing(
            "one does, and one is enough",
            crash.sentinel { $0.details.quorum = 1 }.sentinel(2) { $0.subjectivelyDown = true }),
        .nothing("a failover is in progress", crash.sentinel(2) { $0.failoverFor = .zero }),
        .nothing("a failover has outlived its limit", crash.sentinel(2) { $0.failoverFor = .seconds(600) }),
        PlanScenario(
            "one sentinel lists no peer: the others tell it", crash.sentinel(2) { $0.details.sentinels = [] }, [succeed]
        ),
        .nothing(
            "two sentinels list no peer",
            crash.sentinel(2) { $0.details.sentinels = [] }.sentinel(1) { $0.details.sentinels = [] }),
        .nothing(
            "no sentinel has lost its link, and its lease lives: something between it and us refuses",
            crash.sentinel { $0.details.isDisconnected = false }),
        PlanScenario(
            "no sentinel has lost its link yet, and its lease is gone",
            crash.sentinel { $0.details.isDisconnected = false }.withoutLease(of: C.recorded), [succeed]),
        PlanScenario(
            "enough time before a sentinel would act by itself", crash.lastReply(4_699, of: 5_000), [succeed]),
        .nothing("too close to down-after", crash.lastReply(4_700, of: 5_000)),
        PlanScenario("with a short down-after", crash.lastReply(399, of: 500), [succeed]),
        .nothing("too close to a short down-after", crash.lastReply(400, of: 500)),
        PlanScenario(
            "one sentinel is too close to it", crash.sentinel(0) { $0.details.lastReply = .milliseconds(4_900) },
            [succeed]),
        .nothing("there is no sentinel", crash.voices()),
        .nothing("nothing is recorded", crash.with { $0.record = nil }),
        .nothing("a known replica is a stranger", crash.server(C.second, .notRedis)),
        .nothing("a known replica is another cluster's", crash.takenOver(C.second)),
        .nothing("nobody can be promoted: never synchronised", replicas(C.replica(synchronised: false))),
        .nothing("nobody can be promoted: priority 0", replicas(C.replica(priority: 0))),
        .nothing("nobody can be promoted: they follow another", replicas(C.replica(of: C.heir))),
        .nothing("nobody can be promoted: silent", replicas(.silent)),
        .nothing(
            "the only one that can be promoted lacks what there was",
            crash.with { $0.cluster = Snapshot.kept.holding(offset: 9_999) }.server(C.second, C.replica(priority: 0))),
        PlanScenario(
            "the replicas have lost their leases and bear our mark",
            crash.withoutLease(of: C.first).withoutLease(of: C.second), [succeed]),
        .nothing(
            "they have neither",
            crash.server(C.first, C.replica(), mark: .unknown).server(C.second, C.replica(), mark: .absent)
                .withoutLease(of: C.first).withoutLease(of: C.second)),
        .nothing("a member answers master", crash.server(C.second, C.master())),
        .nothing("whatever its mark", crash.server(C.second, C.master(), mark: .absent)),
        .nothing(
            "one sentinel of three is registered",
            crash.unregistered(2, answering: .silent).unregistered(1, answering: .silent)),
        PlanScenario("one of three is not registered", crash.unregistered(2, answering: .sentinel), [succeed]),
        .nothing("we don't lead", crash.with { $0.leads = false }),
        .nothing("paused", crash.with { $0.isPaused = true }),
    ]

    private static func replicas(_ answer: Answer) -> Snapshot {
        crash.server(C.first, answer).server(C.second, answer)
    }

    private static let low = Snapshot.healthy.sentinel { $0.epoch = Snapshot.reign - 1 }
    /// One of three names a replica, under an epoch that beats the recorded one.
    private static let contradicted = equal.sentinel(2) { $0.epoch = 8 }
    private static let equal = Snapshot.healthy.voices(C.recorded, C.recorded, C.first)
    private static func lasting(_ milliseconds: Int, _ snapshot: Snapshot) -> Snapshot {
        snapshot.lasting(.milliseconds(milliseconds))
    }

    static let announced: [PlanScenario] = [
        PlanScenario("the sentinels know an older configuration", low, [.announced()]),
        PlanScenario(
            "one of them does", .healthy.sentinel(1) { $0.epoch = Snapshot.reign - 1 }, [.announced([C.sentinels[1]])]),
        PlanScenario(
            "they know the reign's epoch, and a higher one was recorded",
            .healthy.sentinel { $0.epoch = Snapshot.reign },
            [.announced()]),
        .nothing("they know the recorded one", .healthy.sentinel { $0.epoch = Snapshot.epoch }.unkept),
        PlanScenario(
            "one names another master, which is none", low.voices(C.recorded, C.recorded, C.gone, epoch: 3),
            [.announced()]),
        PlanScenario(
            "one names another master, which is one",
            low.server(C.first, C.master()).voices(C.recorded, C.recorded, C.first, epoch: 3), [.announced()]),
        PlanScenario(
            "in the midst of its failover", low.sentinel(0) { $0.failoverFor = .seconds(1) }, [.announced()]),
        PlanScenario("one is silent", low.silent(0), [.announced([C.sentinels[1], C.sentinels[2]])]),
        PlanScenario(
            "one does not know the name", low.sentinel(0) { $0.names = nil },
            [.announced([C.sentinels[1], C.sentinels[2]])]),
        PlanScenario(
            "one lists no peer", low.sentinel(0) { $0.details.sentinels = [] },
            [.announced([C.sentinels[1], C.sentinels[2]])]),
        PlanScenario("by its mark alone", low.withoutLease(of: C.recorded), [.announced()]),
        .nothing(
            "it has neither lease nor mark",
            low.server(C.recorded, C.master(), mark: .absent).withoutLease(of: C.recorded).unkept),
        .nothing("the recorded master does not answer", low.server(C.recorded, .silent)),
        .nothing("the recorded master is a replica", low.server(C.recorded, C.replica(of: C.gone))),
        .nothing("nobody knows its epoch", low.with { $0.cluster = nil }.sentinel { $0.epoch = 0 }.unkept),
        PlanScenario(
            "one names who is no master under an epoch that a hello would not beat: a higher one is recorded",
            lasting(50, contradicted), [.raised]),
        PlanScenario(
            "then it is told of that", lasting(50, contradicted.with { $0.cluster?.sentinelEpoch = 9 }),
            [.announced(epoch: 9)]),
        .nothing("not yet for 50 ms", lasting(49, contradicted)),
        .nothing("its epoch is that of the others: it was told of it, or never will be", lasting(50, equal)),
        .nothing("it lists no peer", lasting(50, contradicted.sentinel(2) { $0.details.sentinels = [] })),
        .nothing(
            "what it names answers master: a failover of theirs, or another master",
            lasting(50, contradicted.server(C.first, C.master()))),
        .nothing("what it names may be one: it is silent", lasting(50, contradicted.server(C.first, .silent))),
        .nothing("it refuses, and has its lease still", lasting(50, contradicted.server(C.first, .refused))),
        PlanScenario(
            "it refuses, and its lease is gone",
            lasting(50, contradicted.server(C.first, .refused).withoutLease(of: C.first)), [.raised]),
        .nothing(
            "it is in the midst of a failover", lasting(50, contradicted.sentinel(2) { $0.failoverFor = .seconds(60) })),
        .nothing(
            "no epoch of ours would count for it", lasting(50, contradicted.sentinel(2) { $0.epoch = 1 << 53 })),
        .nothing(
            "a majority does so, not yet for 3 s", lasting(2_999, contradicted.voices(C.first, C.first, C.recorded))),
        .nothing("paused, one names who is no master", lasting(50, contradicted.with { $0.isPaused = true })),
        .nothing(
            "the cluster's id is disputed, one names who is no master",
            lasting(50, contradicted.with { $0.isDisputed = true })),
        .nothing("it was told a moment ago", low.with { $0.resting = [.announced()] }),
        .nothing("we don't lead", low.with { $0.leads = false }),
        .nothing("paused", low.with { $0.isPaused = true }.unkept),
        .nothing("the cluster's id is disputed", low.with { $0.isDisputed = true }.unkept),
    ]
}

extension Snapshot {
    fileprivate func lastReply(_ time: Int, of downAfter: Int) -> Snapshot {
        sentinel {
            ($0.details.lastReply, $0.details.downAfter) = (.milliseconds(time), .milliseconds(downAfter))
        }
    }

    /// Nothing is to be kept: a sentinel is silent.
    var unkept: Snapshot { silent(0) }
}
