@testable import Succession

/// The cluster held 100 keys up to offset 1000 of its third reign, and its recorded master is dead, where nothing else
/// is said.
extension DecideScenarioTests {
    private typealias C = Cast

    private static let outage = Observation.start.recorded(.refused).having(members: 3)

    private static func behind(_ copy: Freshness, of held: Holdings = C.held) -> Decision {
        .wait(.behind(Shortfall(holdings: held, holders: [], copy: copy, root: "/redis")))
    }

    private static func holds(_ copy: Freshness, _ observation: Observation = outage) -> Observation {
        observation.holding(copy).candidates((C.me, copy))
    }

    static let shortfalls = [
        Scenario("all there was is here", holds(C.current), .claim(at: 6)),
        Scenario("all but pings", holds(C.barelyCurrent), .claim(at: 6)),
        Scenario("one byte less", holds(C.copy(3, 743)), behind(C.copy(3, 743))),
        Scenario("empty", holds(.empty), behind(.empty)),
        Scenario("900 bytes behind", holds(C.behind), behind(C.behind)),
        Scenario("of the reign before, whatever its offset", holds(C.ofEarlierReign), behind(C.ofEarlierReign)),
        Scenario("nothing is known of it, however new", holds(C.unknown), behind(C.unknown)),
        Scenario("damaged", holds(C.damagedCurrent), behind(C.damagedCurrent)),
        Scenario(
            "its numbers are another cluster's", holds(C.foreignCopy),
            behind(C.copy(nil, 99_999, line: C.fileLine, of: C.otherClusterID))),
        Scenario("no passport, but an id that the record knows", holds(C.ownData), .claim(at: 6)),
        Scenario("at the limit", holds(C.behind).after(C.limit), .refuse(behindReason(C.behind))),
        Scenario("there was nothing to lose", holds(.empty, outage.having(ofNothing, members: 3)), .claim(at: 6)),
        Scenario(
            "a crash may have cost the last second", holds(C.behind, outage.having(withRate(644), members: 3)),
            .claim(at: 6)),
        Scenario(
            "one byte more than that", holds(C.behind, outage.having(withRate(643), members: 3)),
            behind(C.behind, of: withRate(643))),
        Scenario("more than anybody saw", holds(C.copy(4, 1)), .claim(at: 6)),
        Scenario("we are the recorded master, and behind", holds(C.behind, usRecorded), behind(C.behind)),
        Scenario("we are the recorded master, and empty", holds(.empty, usRecorded), behind(.empty)),
        Scenario("we are the recorded master, and don't stand yet", usRecorded.holding(C.behind), .stand),
        Scenario("we are the recorded master, alone and not behind", usRecorded.holding(C.current), .resume),
        Scenario(
            "a replica of ours is ahead", usRecorded.holding(C.current).member(C.first, C.replica(offset: 9_000)),
            .wait(.fresherMembers([C.first]))),
        Scenario(
            "a replica of ours is ahead by pings", usRecorded.holding(whole).member(C.first, C.replica(offset: 9_000)),
            .resume),
        Scenario(
            "the members' id is another than that of the record that names us",
            usRecorded.holding(C.current).with { $0.isDisputed = true }, .wait(.disputedCluster(C.clusterID))),
    ]

    static let wordsForLoss = [
        Scenario(
            "a cache, where nobody ever kept it", holds(C.cache, outage.having(inMemory, members: 3)), .claim(at: 6)),
        Scenario("a cache, but others kept it", holds(C.cache), behind(C.cache)),
        Scenario(
            "nobody kept it, but this one would", holds(.empty, outage.having(inMemory, members: 3)),
            behind(.empty, of: inMemory)),
        Scenario("an operator gave it up", holds(C.behind).with { $0.acceptsLoss = true }, .claim(at: 6)),
        Scenario(
            "at once", outage.holding(.empty).candidates((C.me, .empty), age: .zero).with { $0.acceptsLoss = true },
            .claim(at: 6)),
        Scenario(
            "the best that is present",
            outage.holding(C.behind).candidates((C.me, C.behind), (C.gone, C.current))
                .with { $0.acceptsLoss = true }, .wait(.fresherCandidate(C.gone, number: 2))),
        Scenario("ACCEPT_LOSS_AFTER is over", missing(for: .seconds(20)), .claim(at: 6)),
        Scenario("it is not", missing(for: .milliseconds(20_001)), behind(C.behind)),
        Scenario(
            "nobody took note since when", missing(for: .zero).with { $0.cluster?.missingSince = nil }, behind(C.behind)
        ),
        Scenario(
            "every member that was counted stands, and nobody has better", three(C.behind, C.ofEarlierReign),
            .claim(at: 6)),
        Scenario(
            "every member stands since a moment ago, each with its own disk",
            three(C.behind, C.ofEarlierReign).standing(for: .seconds(4), runs: "0a", "0b", "0c"), .claim(at: 6)),
        Scenario(
            "two of them are one disk, started twice",
            three(C.behind, C.ofEarlierReign).standing(for: .seconds(4), runs: "0a", "0b", "0b"),
            behind(ofFirstRun)),
        Scenario(
            "nothing tells their disks apart", three(C.behind, C.ofEarlierReign).standing(for: .seconds(4)),
            behind(C.behind)),
        Scenario(
            "one of them has better", three(C.current, C.ofEarlierReign), .wait(.fresherCandidate(C.gone, number: 2))),
        Scenario("one of them is here and empty", three(C.emptyMember, C.ofEarlierReign), .claim(at: 6)),
        Scenario("one of them is new, and stands for nobody", three(.empty, C.ofEarlierReign), behind(C.behind)),
        Scenario(
            "one of them has its data, but of nothing is it known whose", three(C.foreignCopy, C.ofEarlierReign),
            .wait(.fresherCandidate(C.gone, number: 2))),
        Scenario(
            "the best one did not claim in its turn: nobody else may with less",
            three(C.current, C.behind).with { $0.passedOver = [2] }, behind(C.behind)),
        Scenario(
            "one that did not claim in its turn is passed over",
            outage.holding(C.current).candidates((C.me, C.current), (C.gone, C.copy(3, 5_000))).with {
                $0.passedOver = [2]
            },
            .claim(at: 6)),
        Scenario(
            "we are never passed over by ourselves",
            outage.holding(C.current).candidates((C.me, C.current)).with { $0.passedOver = [1] }, .claim(at: 6)),
        Scenario(
            "three empty ones never claim", three(C.emptyMember, C.emptyMember, own: C.emptyMember),
            behind(C.emptyMember)),
        Scenario(
            "and give up", three(C.emptyMember, C.emptyMember, own: C.emptyMember).after(C.limit),
            .refuse(behindReason(C.emptyMember))),
        Scenario(
            "until one with data comes", three(C.emptyMember, C.current, own: C.emptyMember),
            .wait(.fresherCandidate(C.heir, number: 3))),
        Scenario(
            "the members' id is another than that of /redis/cluster",
            holds(C.current).with { $0.isDisputed = true }, .wait(.disputedCluster(C.clusterID))),
        Scenario(
            "the same at the limit", holds(C.current).with { $0.isDisputed = true }.after(C.limit),
            .refuse(.disputedCluster(C.clusterID))),
    ]

    /// ZooKeeper was wiped, or is new.
    static let wiped = [
        Scenario("the first day", .start, .claim(at: nil)),
        Scenario("a passport in an empty folder: no first day", .start.holding(C.emptyMember), .stand),
        Scenario(
            "it waits for sessions", .start.holding(C.emptyMember).candidates((C.me, C.emptyMember), age: .seconds(5)),
            .wait(.settling(present: 1, expected: nil, rest: .seconds(1)))),
        Scenario("data with a passport", holds(C.current, .start), .claim(at: nil)),
        Scenario(
            "empty, beside one with a passport", .start.candidates((C.me, .empty), (C.gone, C.current)),
            .wait(.fresherCandidate(C.gone, number: 2))),
        Scenario(
            "behind the passport of one that did not claim in its turn",
            .start.holding(C.behind).candidates((C.me, C.behind), (C.gone, C.current)).with { $0.passedOver = [2] },
            behind(C.behind, of: restored)),
        Scenario(
            "behind one whose data is damaged",
            .start.holding(C.behind).candidates((C.me, C.behind), (C.gone, C.damagedCurrent)),
            behind(C.behind, of: restored)),
        Scenario(
            "an operator gave that up",
            .start.holding(C.behind).candidates((C.me, C.behind), (C.gone, C.damagedCurrent)).with {
                $0.acceptsLoss = true
            }, .claim(at: nil)),
    ]

    private static let restored = Holdings(epoch: 3, offset: 1_000, keys: 100, seen: "-")
    private static let usRecorded = Observation.start.recordedUs.having(members: 1)
        .with { $0.cluster?.members = 2 }.with { $0.members = [C.first] }
        .server(C.first, C.replica(synchronised: false, keys: false))
    private static let inMemory = Holdings(epoch: 3, offset: 1_000, keys: 100, isKept: false, seen: C.held.seen)
    private static let ofNothing = Holdings(epoch: 3, offset: 1_000, keys: 0, seen: C.held.seen)

    private static func withRate(_ rate: Int64) -> Holdings {
        Holdings(epoch: 3, offset: 1_000, rate: rate, keys: 100, seen: C.held.seen)
    }

    private static func behindReason(_ copy: Freshness) -> Reason {
        .behind(Shortfall(holdings: C.held, holders: [], copy: copy, root: "/redis"))
    }

    /// A log that has every write that we took.
    private static var whole: Freshness {
        var copy = C.current
        copy.isWhole = true
        return copy
    }

    private static var ofFirstRun: Freshness {
        var copy = C.behind
        copy.runID = "0a"
        return copy
    }

    private static func three(_ second: Freshness, _ third: Freshness, own: Freshness = C.behind) -> Observation {
        outage.holding(own).candidates((C.me, own), (C.gone, second), (C.heir, third))
    }

    /// 14 s had passed when we stood up, and we have stood for 6 s.
    private static func missing(for limit: Duration) -> Observation {
        holds(C.behind).with {
            $0.cluster?.missingSince = 1_000
            $0.candidates[0].since = 15_000
            $0.acceptLossAfter = limit
        }
    }
}
