@testable import Succession

/// Those that must never be master stand in a cold start as witnesses: the cluster held 100 keys up to offset 1000 of
/// its third reign, counts three members, and its recorded master is dead.
extension DecideScenarioTests {
    private typealias C = Cast

    private static let outage = Observation.start.recorded(.refused).having(members: 3)

    /// We stand with this copy, beside another that may lead and a witness.
    private static func beside(_ witness: Freshness, own: Freshness = C.behind) -> Observation {
        outage.holding(own).candidates((C.me, own), (C.gone, C.ofEarlierReign), (C.heir, witness)).with {
            $0.candidates[2].mayLead = false
        }
    }

    /// We must never be master.
    private static func barred(_ observation: Observation) -> Observation {
        observation.with { next in
            next.mayLead = false
            for index in next.candidates.indices where next.candidates[index].address == C.me {
                next.candidates[index].mayLead = false
            }
        }
    }

    private static func living(_ offset: Int64) -> Observation {
        outage.member(C.first, C.replica(priority: 0, offset: offset, isUsers: true)).holding(C.behind)
            .candidates((C.me, C.behind), (C.gone, C.ofEarlierReign))
    }

    private static let runningAhead = outage.member(C.first, C.replica(priority: 0, offset: 5_000, isUsers: true))
        .holding(C.current).candidates((C.me, C.current))

    static let witnesses = [
        Scenario("all have lost their last seconds, and the witness has no more", beside(C.behind), .claim(at: 6)),
        Scenario("its copy is older", beside(C.ofEarlierReign), .claim(at: 6)),
        Scenario("it is here, and its disk is empty", beside(C.emptyMember), .claim(at: 6)),
        Scenario("it has all there was", beside(C.current), .wait(.neverMasters([C.heir]))),
        Scenario("at the limit", beside(C.current).after(C.limit), .refuse(.neverMasters([C.heir]))),
        Scenario("it has a copy of which nothing is known", beside(C.unknown), .wait(.neverMasters([C.heir]))),
        Scenario("no server would start with its copy", beside(C.damagedCurrent), .claim(at: 6)),
        Scenario("somebody gave up what it has", beside(C.current).with { $0.acceptsLoss = true }, .claim(at: 6)),
        Scenario(
            "it has more than ours, which lacks nothing of what was written down",
            beside(C.copy(3, 1_257), own: C.current), .wait(.neverMasters([C.heir]))),
        Scenario("it has more by pings", beside(C.copy(3, 1_256), own: C.current), .claim(at: 6)),
        Scenario("it lives, and has more than ours, by pings or not", runningAhead, .claim(at: 6)),
        Scenario(
            "nobody waits for it to claim, however long it stands",
            beside(C.copy(3, 1_256), own: C.current).with { $0.passedOver = [3] }, .claim(at: 6)),
        Scenario(
            "without it somebody is missing who may have more",
            beside(C.behind).with { $0.candidates.removeLast() },
            .wait(.behind(Shortfall(holdings: C.held, holders: [], copy: C.behind, root: "/redis")))),
        Scenario(
            "ZooKeeper was wiped, and its passport tells of more",
            .start.holding(C.behind).candidates((C.me, C.behind), (C.gone, C.current)).with {
                $0.candidates[1].mayLead = false
            }, .wait(.neverMasters([C.gone]))),
        Scenario(
            "we are the recorded master, and it has more than ours, of which nobody knows whether it lacks something",
            Observation.start.recordedUs.holding(C.behind).candidates((C.me, C.behind), (C.gone, C.current)).with {
                $0.candidates[1].mayLead = false
            }, .wait(.neverMasters([C.gone]))),
        Scenario("it lives, and has less than ours", living(50), .claim(at: 6)),
        Scenario("it lives, and has more", living(500), .wait(.neverMasters([C.first]))),

        Scenario("we are one: our copy is evidence", barred(outage.holding(C.behind)), .stand),
        Scenario("a folder that was emptied, too", barred(outage.holding(C.emptyMember)), .stand),
        Scenario("nothing is none", barred(outage), .wait(.neverMaster)),
        Scenario("on the first day neither", barred(.start), .wait(.neverMaster)),
        Scenario("alone we wait", barred(outage.holding(C.current).candidates((C.me, C.current))), .wait(.neverMaster)),
        Scenario(
            "another begins",
            barred(outage.holding(C.behind).candidates((C.me, C.behind), (C.gone, C.current))),
            .wait(.fresherCandidate(C.gone, number: 2))),
        Scenario(
            "another would, with less than ours",
            barred(outage.holding(C.current).candidates((C.me, C.current), (C.gone, C.behind))),
            .wait(.neverMasters([C.me]))),
        Scenario("we were the master", barred(.start.recordedUs.holding(C.current)), .stand),
        Scenario(
            "and stand already", barred(.start.recordedUs.holding(C.current).candidates((C.me, C.current))),
            .wait(.neverMaster)),
    ]
}
