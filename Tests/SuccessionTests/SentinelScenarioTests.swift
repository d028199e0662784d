import Testing
import Vocabulary

@testable import Succession

/// Starts of a sentinel as a person would tell them: given, decision.
@Suite(.timeLimit(.minutes(5))) struct SentinelScenarioTests {
    struct Scenario: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let observation: Observation
        let decision: SentinelDecision

        init(_ name: String, _ observation: Observation, _ decision: SentinelDecision) {
            (testDescription, self.observation, self.decision) = (name, observation, decision)
        }
    }

    @Test(arguments: scenarios)
    func decides(_ scenario: Scenario) {
        #expect(decideSentinel(scenario.observation) == scenario.decision)
    }

    private typealias C = Cast

    static let scenarios = [
        Scenario("sentinels first", .start, .wait(.nothingRecorded)),
        Scenario("sentinels first, at the limit", .start.after(C.limit), .refuse(.nothingRecorded)),
        Scenario("a live master", .start.recorded(C.master(), leased: true), .monitor(C.recorded)),
        Scenario("a loading master", .start.recorded(.loading, leased: true), .wait(.loading(C.recorded))),
        Scenario(
            "F40: a replica is recorded", .start.recorded(C.replica(of: C.heir)).server(C.heir, C.master()),
            .monitor(C.heir)),
        Scenario(
            "F40: a replica of a dead master", .start.recorded(C.replica(of: C.gone), leased: true),
            .wait(.follows(C.recorded, C.gone))),
        // Promoted in its place, and never recorded: with this sentinel there may be a majority to replace it.
        Scenario(
            "a replica that has lost the dead master which it was given",
            .start.recorded(C.replica(of: C.gone, linked: false), leased: true).heldBy(C.gone).server(C.gone, .refused),
            .monitor(C.gone)),
        Scenario(
            "the same, and nobody has seen that one to be ours",
            .start.recorded(C.replica(of: C.gone, linked: false), leased: true).server(C.gone, .refused)
                .cluster(members: 2),
            .wait(.follows(C.recorded, C.gone))),
        Scenario(
            "the same, and that one holds its lease",
            .start.recorded(C.replica(of: C.gone, linked: false), leased: true).heldBy(C.gone).member(C.gone, .refused),
            .wait(.follows(C.recorded, C.gone))),
        Scenario(
            "the same, and a sentinel names somebody else",
            .start.recorded(C.replica(of: C.gone, linked: false), leased: true).heldBy(C.gone).server(C.gone, .refused)
                .sentinels(.recorded, .silent, .silent),
            .wait(.follows(C.recorded, C.gone))),
        Scenario(
            "the same, and another answers master",
            .start.recorded(C.replica(of: C.gone, linked: false), leased: true).heldBy(C.gone).server(C.gone, .refused)
                .member(C.first, C.master()),
            .wait(.follows(C.recorded, C.gone))),
        Scenario("F39: dead, nobody to promote", .start.recorded(.refused), .wait(.dead(C.recorded))),
        Scenario(
            "F39: dead, a replica lives", .start.recorded(.refused).member(C.first, C.replica()),
            .monitor(C.recorded)),
        Scenario(
            "dead, and only a replica that may not be promoted lives",
            .start.recorded(.refused).member(C.first, C.replica(priority: 0)), .wait(.dead(C.recorded))),
        // Without this sentinel there may be no majority of them, and without one nobody promotes it.
        Scenario(
            "dead, and a replica holds data that lost its master before it had synchronised",
            .start.recorded(.refused).member(C.first, C.replica(synchronised: false, linked: false)),
            .monitor(C.recorded)),
        Scenario(
            "dead, and a replica of an earlier master holds data",
            .start.recorded(.refused).member(C.first, C.replica(of: C.gone, priority: 0, linked: false)),
            .monitor(C.recorded)),
        Scenario(
            "dead, and a replica of an earlier master is empty",
            .start.recorded(.refused).member(
                C.first, C.replica(of: C.gone, synchronised: false, keys: false, linked: false)),
            .wait(.dead(C.recorded))),
        Scenario(
            "dead, and a replica holds data whose master lives",
            .start.recorded(.refused).member(C.first, C.replica(of: C.heir)), .wait(.dead(C.recorded))),
        Scenario(
            "dead, but a replica was promoted and is not recorded yet",
            .start.recorded(.refused).member(C.first, C.master()).member(C.second, C.replica(of: C.first)),
            .wait(.promotionOf(master: C.recorded, [C.first]))),
        Scenario(
            "dead, its lease lives", .start.recorded(.refused, leased: true).member(C.first, C.replica()),
            .wait(.startingOrCutOff(C.recorded))),
        Scenario(
            "F45: a stranger has the port",
            .start.recorded(C.master(), mark: .mark(C.markOfNamesake)).member(C.first, C.replica()),
            .wait(.stranger(C.recorded))),
        Scenario(
            "a Redis without a mark", .start.recorded(C.master(), mark: .unknown),
            .wait(.notKnownToBeOurs(C.recorded))),
        Scenario(
            "its lease is dead and its mark can't be read, but its data is the cluster's",
            .start.cluster(members: 3).recorded(C.master(), mark: .unknown), .monitor(C.recorded)),
        Scenario(
            "the same, after a promotion",
            .start.cluster(members: 3).recorded(C.replica(of: C.heir), mark: .unknown)
                .server(C.heir, C.master(after: C.line), mark: .unknown).sentinels(.heir, .heir, .silent),
            .monitor(C.heir)),
        Scenario(
            "the data of another cluster",
            .start.cluster(members: 3).recorded(C.master(), mark: .unknown).with {
                $0.cluster?.replicationID = C.otherLine
            }, .wait(.notKnownToBeOurs(C.recorded))),
        Scenario(
            "another tool's, for which a majority speaks",
            .start.cluster(members: 3).recorded(C.master(), mark: .absent).sentinels(.recorded, .recorded, .recorded),
            .wait(.notKnownToBeOurs(C.recorded))),
        Scenario(
            "the same with the mark that its operator gave it",
            .start.recorded(C.master(), mark: .mark(C.markWithoutID)).sentinels(.recorded, .recorded, .recorded),
            .monitor(C.recorded)),
        Scenario(
            "a majority names another master",
            .start.recorded(C.master(), leased: true)
                .server(C.heir, C.master()).sentinels(.heir, .heir, .silent), .monitor(C.heir)),
        Scenario(
            "a failover is in progress",
            .start.recorded(C.master(), leased: true)
                .sentinels(.recorded, .silent, .silent, failover: .seconds(1)), .wait(.failoverInProgress)),
    ]
}
