import Testing
import Vocabulary

@testable import Succession

/// Starts of a redis as a person would tell them: given, decision. F numbers are cases of the catalogue of faults.
@Suite(.timeLimit(.minutes(5))) struct DecideScenarioTests {
    struct Scenario: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let observation: Observation
        let decision: Decision

        init(_ name: String, _ observation: Observation, _ decision: Decision) {
            (testDescription, self.observation, self.decision) = (name, observation, decision)
        }
    }

    @Test(
        arguments: firstStarts + redirects + deadMasters + returns + unrecordedPromotions + coldStarts + shortfalls
            + wordsForLoss + wiped
            + witnesses)
    func decides(_ scenario: Scenario) {
        #expect(decide(scenario.observation) == scenario.decision)
    }

    private typealias C = Cast

    static let firstStarts = [
        Scenario("F01: empty ZooKeeper", .start, .claim(at: nil)),
        Scenario("own data, empty ZooKeeper: a cold start first", .start.holding(), .stand),
        Scenario("own data, alone in the cold start", .start.holding().standing(.onlyUs), .claim(at: nil)),
        Scenario("somebody stood before us", .start.standing(.empty), .wait(.fresherCandidate(C.gone, number: 3))),
        Scenario("F10: our node of the life before, nothing recorded", .start.withEarlierLease, .stand),
        Scenario("a lost record, one live master", .start.member(C.first, C.master()), .follow(C.first)),
        Scenario(
            "a lost record, two live masters", .start.member(C.first, C.master()).member(C.second, C.master()),
            .wait(.unrecordedMembers([C.first, C.second]))),
        Scenario(
            "a lost record, a live replica with the data", .start.member(C.first, C.replica()).standing(.onlyUs),
            .wait(.unrecordedMembers([C.first]))),
        Scenario(
            "a lost record, a member that is not of this cluster",
            .start.member(C.first, C.master(), mark: .mark(C.markOfNamesake)).standing(.onlyUs), .claim(at: nil)),
        Scenario(
            "a restarted master has two leases, and is one master",
            .start.member(C.first, C.master()).member(C.first, C.master()), .follow(C.first)),
        Scenario("sentinels are there first", .start.sentinels(.nobody, .nobody, .nobody), .stand),
        Scenario(
            "a lost record, but a majority names a master of ours",
            .start.server(C.heir, C.master(), mark: .absent).sentinels(.heir, .heir, .silent), .follow(C.heir)),
    ]

    static let redirects = [
        Scenario(
            "F40: a replica is recorded", .start.recorded(C.replica(of: C.heir)).server(C.heir, C.master()),
            .follow(C.heir)),
        Scenario(
            "F40: a replica of a dead master", .start.recorded(C.replica(of: C.gone), leased: true),
            .wait(.follows(C.recorded, C.gone))),
        Scenario(
            "F40: a replica of another cluster's master",
            .start.recorded(C.replica(of: C.heir)).server(C.heir, C.master(), mark: .mark(C.markOfNamesake)),
            .wait(.follows(C.recorded, C.heir))),
        Scenario(
            "a replica of ourselves, who are not there", .start.recorded(C.replica(of: C.me)),
            .wait(.follows(C.recorded, C.me))),
        Scenario(
            "the old address with the new epoch: the sentinels name another master",
            .start.recorded(C.master(), leased: true).server(C.heir, C.master()).sentinels(.heir, .heir, .recorded),
            .follow(C.heir)),
        Scenario(
            "the sentinels name what is still a replica",
            .start.recorded(C.master(), leased: true).server(C.heir, C.replica()).sentinels(.heir, .heir, .heir),
            .follow(C.recorded)),
        Scenario(
            "one of three answers: no majority",
            .start.recorded(C.master(), leased: true).server(C.heir, C.master())
                .sentinels(.heir, .silent, .silent), .follow(C.recorded)),
        Scenario(
            "a failover is in progress",
            .start.recorded(.refused)
                .sentinels(.recordedDown, .recordedDown, .silent, failover: .seconds(10)), .wait(.failoverInProgress)),
        Scenario(
            "a failover has outlived its own limit",
            .start.recorded(.refused)
                .sentinels(.recordedDown, .recordedDown, .silent, failover: .seconds(11)), .stand),
        Scenario(
            "a failover is in progress, and the master still answers",
            .start.recorded(C.master(), leased: true)
                .sentinels(.recorded, .recorded, .recorded, failover: .seconds(1)), .follow(C.recorded)),
        Scenario("the master is loading its data", .start.recorded(.loading, leased: true), .follow(C.recorded)),
        Scenario(
            "the master is loading what may turn out to be damaged, and we have data",
            .start.recorded(.loading, leased: true).holding(), .wait(.loading(C.recorded))),
        Scenario(
            "the same, but ours is damaged", .start.recorded(.loading, leased: true).holding(C.ownDamagedData),
            .follow(C.recorded)),
        Scenario(
            "the same, and it has been loading for half of the limit",
            .start.recorded(.loading, leased: true).holding().after(.seconds(30)), .follow(C.recorded)),
        Scenario(
            "F47: the old master returns", .start.recorded(C.master(), leased: true).holding(), .follow(C.recorded)),
    ]
}
