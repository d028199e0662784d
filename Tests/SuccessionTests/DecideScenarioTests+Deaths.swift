import Vocabulary

@testable import Succession

extension DecideScenarioTests {
    private typealias C = Cast

    static let deadMasters = [
        Scenario(
            "F04: the winner died before it listened", .start.recorded(.refused, leased: true),
            .wait(.startingOrCutOff(C.recorded))),
        Scenario("F04: then its lease ended", .start.recorded(.refused), .stand),
        Scenario(
            "F04: then we are alone, and data may still be on its way", .start.recorded(.refused).standing(.onlyUs),
            .wait(.settling(present: 1, expected: nil, rest: .seconds(24)))),
        Scenario(
            "F04: then nobody has come for half of the limit",
            .start.recorded(.refused).standing(.onlyUs, .halfTime), .claim(at: 6)),
        Scenario(
            "F04: at the limit, its lease still there", .start.recorded(.refused, leased: true).after(C.limit),
            .refuse(.startingOrCutOff(C.recorded))),
        Scenario(
            "F39: dead, a replica lives", .start.recorded(.refused).member(C.first, C.replica()),
            .wait(.promotionOf(master: C.recorded, [C.first]))),
        Scenario(
            "dead, a replica lives that must never be master, and we have nothing",
            .start.recorded(.refused).member(C.first, C.replica(priority: 0, isUsers: true)),
            .wait(.neverMasters([C.first]))),
        Scenario(
            "the same, and we have data of our own",
            .start.recorded(.refused).member(C.first, C.replica(priority: 0, isUsers: true)).holding(), .stand),
        Scenario(
            "F39: dead, the watcher has not recorded the promoted one yet",
            .start.recorded(.refused).member(C.first, C.master(keys: false)).standing(.onlyUs),
            .wait(.promotionOf(master: C.recorded, [C.first]))),
        Scenario(
            "dead, a replica that never finished its first synchronisation",
            .start.recorded(.refused).member(C.first, C.replica(synchronised: false, keys: false))
                .standing(.onlyUs, .halfTime), .claim(at: 6)),
        Scenario(
            "dead, a member that can't be asked", .start.recorded(.refused).member(C.first, .silent),
            .wait(.unknownData(master: C.recorded, [C.first]))),
        Scenario(
            "the same, and we have waited half of the limit with data of our own",
            .start.recorded(.refused).member(C.first, .silent).holding().after(.seconds(30)), .stand),
        Scenario("F45: a stranger has the port", .start.recorded(C.master(), mark: .mark(C.markOfNamesake)), .stand),
        Scenario("F45: no Redis has the port", .start.recorded(.notRedis).standing(.onlyUs, .halfTime), .claim(at: 6)),
        Scenario(
            "F45: a stranger has the port, the lease of the dead one lives",
            .start.recorded(C.master(), mark: .mark(C.markOfNamesake), leased: true),
            .wait(.startingOrCutOff(C.recorded))),
        Scenario(
            "F45: a Redis without a mark", .start.recorded(C.master(), mark: .absent),
            .wait(.notKnownToBeOurs(C.recorded))),
        Scenario(
            "F44: the same at the limit", .start.recorded(C.master(), mark: .unknown).after(C.limit),
            .refuse(.notKnownToBeOurs(C.recorded))),
        Scenario(
            "another tool's master, for which a majority speaks",
            .start.recorded(C.master(), mark: .absent).sentinels(.recorded, .recorded, .silent), .follow(C.recorded)),
        Scenario(
            "silent is not dead while sentinels see it",
            .start.recorded(.silent).sentinels(.recorded, .recorded, .recorded),
            .wait(.silent(C.recorded))),
        Scenario(
            "silent, and a majority considers it down",
            .start.recorded(.silent).sentinels(.recordedDown, .recordedDown, .silent), .stand),
        Scenario("silent, and no sentinel is left", .start.recorded(.silent), .stand),
        Scenario("silent, with a lease", .start.recorded(.silent, leased: true), .wait(.silent(C.recorded))),
        Scenario("another password", .start.recorded(.denied, leased: true), .wait(.denied(C.recorded))),
    ]

    static let returns = [
        Scenario("F10: our node of the life before, our record", .start.recordedUs.withEarlierLease.holding(), .resume),
        Scenario("we return with all our data", .start.recordedUs.holding().cluster(members: 1), .resume),
        Scenario(
            "F46: the master returns empty, a replica has the data", .start.recordedUs.member(C.first, C.replica()),
            .wait(.fresherMembers([C.first]))),
        Scenario(
            "F46: still empty at the limit", .start.recordedUs.member(C.first, C.replica()).after(C.limit),
            .refuse(.fresherMembers([C.first]))),
        Scenario(
            "the master returns with older data",
            .start.recordedUs.cluster(members: 2).holding().member(C.first, C.replica(offset: 1_001)),
            .wait(.fresherMembers([C.first]))),
        Scenario(
            "the same, after half of the limit: nobody promoted it",
            .start.recordedUs.cluster(members: 2).holding()
                .member(C.first, C.replica(offset: 1_001)).after(.seconds(30)), .resume),
        Scenario(
            "F46: the same, while the sentinels have yet to notice",
            .start.recordedUs.cluster(members: 2).holding().member(C.first, C.replica(offset: 1_001))
                .sentinels(.us, .us, .us).downAfter(.seconds(30)).after(.milliseconds(34_999)),
            .wait(.fresherMembers([C.first]))),
        Scenario(
            "F46: the same, when they should have promoted it",
            .start.recordedUs.cluster(members: 2).holding().member(C.first, C.replica(offset: 1_001))
                .sentinels(.us, .us, .us).downAfter(.seconds(30)).after(.seconds(35)), .resume),
        Scenario(
            "the master returns with the same data",
            .start.recordedUs.cluster(members: 2).holding().member(C.first, C.replica()), .resume),
        Scenario(
            "F48: our own address is recorded, the folder is empty, others are missing",
            .start.recordedUs.cluster(members: 3), .stand),
        Scenario(
            "F48: nobody counted the others, but one stands with data", .start.recordedUs.standing(.newerFile),
            .wait(.fresherCandidate(C.gone, number: 3))),
        Scenario(
            "the same, and its data is damaged", .start.recordedUs.standing(.damaged, .halfTime),
            .wait(.fresherCandidate(C.gone, number: 3))),
        Scenario("the same, and it has nothing either", .start.recordedUs.standing(.empty), .resume),
        Scenario(
            "one stands with data, and our own is damaged",
            .start.recordedUs.holding(C.ownDamagedData).standing(.newerFile),
            .wait(.fresherCandidate(C.gone, number: 3))),
        Scenario(
            "the same, and we have data: the record's word goes before a newer file that nobody counted",
            .start.recordedUs.holding().standing(.newerFile), .resume),
        Scenario(
            "our data is damaged and a replica has its own, beyond half of the limit",
            .start.recordedUs.holding(C.ownDamagedData).member(C.first, C.replica()).after(.seconds(30)),
            .wait(.fresherMembers([C.first]))),
        Scenario(
            "a master that was promoted from us",
            .start.recordedUs.cluster(members: 2).holding().member(C.first, C.master(after: C.line)), .follow(C.first)),
        Scenario(
            "the same, by the id of our own data file",
            .start.recordedUs.holding(C.ownDataOfAnotherLine)
                .member(C.first, C.master(after: C.fileLine)), .follow(C.first)),
        Scenario(
            "two were promoted from us: the one that is further",
            .start.recordedUs.cluster(members: 3).member(C.first, C.master(after: C.line, offset: 7))
                .member(C.second, C.master(after: C.line, offset: 8)), .follow(C.second)),
        Scenario(
            "a majority chose another in our absence",
            .start.recordedUs.holding().server(C.heir, C.master()).sentinels(.heir, .heir, .heir), .follow(C.heir)),
    ]

    /// We were promoted, and died before anybody recorded it; or not.
    static let unrecordedPromotions = [
        Scenario("our log shows that we were promoted", promoted(), .claim(at: 6)),
        Scenario(
            "what the recorded one had beyond us was given up", promoted(C.lost(offset: 900 + 1_048_576)), .claim(at: 6)
        ),
        Scenario("that is more than a failover costs", promoted(C.lost(offset: 901 + 1_048_576)), waitsForRecorded),
        Scenario(
            "it has synchronised with us, and died with us", promoted(C.lost(line: C.otherLine, offset: 1_014)),
            .claim(at: 6)),
        Scenario("its data comes from elsewhere", promoted(C.lost(line: C.fourthLine)), waitsForRecorded),
        Scenario("we have a snapshot alone", promoted { $0.data.isWhole = false }, waitsForRecorded),
        Scenario(
            "we were promoted from another reign", promoted { $0.data.previousID = C.fourthLine }, waitsForRecorded),
        Scenario("nothing tells that we were promoted", promoted { $0.data.previousID = nil }, waitsForRecorded),
        Scenario("the cluster held more", promoted { $0.cluster?.holdings = C.heldMore }, waitsForRecorded),
        Scenario("our log is of an earlier reign", promoted { $0.data.epoch = 0 }, waitsForRecorded),
        Scenario(
            "our log is of another cluster", promoted { $0.data.clusterID = "fedcba9876543210" }, waitsForRecorded),
        Scenario(
            "we come back empty, at half of the limit", promoted().holding(.empty).after(.seconds(30)), waitsForRecorded
        ),
        Scenario("it is linked to somebody at our address", promoted(C.replica(of: C.me)), waitsForRecorded),
        Scenario(
            "somebody answers at our address", promoted { $0.instances[C.me] = Instance(C.master()) }, waitsForRecorded),
        Scenario(
            "it is not known to be ours", promoted(mark: .absent), .wait(.notKnownToBeOurs(C.recorded))),
        Scenario("a sentinel is registered, and silent", promoted().sentinels(.silent), waitsForRecorded),
        Scenario("the sentinels name us", promoted().sentinels(.us, .us, .us), .claim(at: 6)),
        Scenario("one of them names another", promoted().sentinels(.us, .us, .recorded), waitsForRecorded),
        Scenario("another answers master", promoted().member(C.first, C.master()), waitsForRecorded),
        Scenario(
            "another can't be asked, beyond half of the limit", promoted().member(C.first, .silent).after(.seconds(31)),
            waitsForRecorded),
        Scenario(
            "another was left behind with us", promoted().member(C.first, C.replica(of: C.me, linked: false)),
            .claim(at: 6)),
        Scenario("a member is missing", promoted(members: 3), waitsForRecorded),
        Scenario("a member is missing for 6 s", promoted(members: 3).after(.seconds(6)), .claim(at: 6)),
    ]

    private static let waitsForRecorded = Decision.wait(.follows(C.recorded, C.me))

    private static func promoted(
        _ recorded: Answer = C.lost(), mark: MarkReading = .mark(C.mark), members: Int = 2,
        _ change: (inout Observation) -> Void = { _ in }
    ) -> Observation {
        var observation = Observation.start.recorded(recorded, mark: mark, leased: mark != .absent)
            .cluster(members: members).holding(C.promotedLog)
        change(&observation)
        return observation
    }
}
