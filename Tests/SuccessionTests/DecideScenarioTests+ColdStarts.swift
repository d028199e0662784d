import Vocabulary

@testable import Succession

extension DecideScenarioTests {
    private typealias C = Cast

    /// A dead recorded master, own data.
    private static let outage = Observation.start.recorded(.refused).holding()

    private static func settling(_ present: Int, of expected: Int? = nil, _ rest: Duration) -> Decision {
        .wait(.settling(present: present, expected: expected, rest: rest))
    }

    static let coldStarts = coldStartWindows + coldStartWinners

    static let coldStartWindows = [
        Scenario("we don't stand yet", outage, .stand),
        Scenario("others stand, we don't yet", outage.standing(.others), .stand),
        Scenario("our node is gone: we stand again", outage.standing(.usGone), .stand),
        Scenario("the window is open", outage.standing(.onlyUs, .open), settling(1, .milliseconds(1))),
        Scenario("the window is over", outage.standing(.onlyUs), .claim(at: 6)),
        Scenario("a longer session timeout", outage.standing(.onlyUs, .longSession), settling(1, .milliseconds(1))),
        Scenario("a longer session timeout is over", outage.standing(.onlyUs, .longSessionOver), .claim(at: 6)),
        Scenario(
            "all whom a watcher counted are here", outage.cluster(members: 2).standing(.olderFile, .open), .claim(at: 6)
        ),
        Scenario(
            "all but one are here", outage.cluster(members: 3).standing(.olderFile, .open),
            settling(2, of: 3, .milliseconds(1))),
        Scenario("all but one, for the whole window", outage.cluster(members: 3).standing(.olderFile), .claim(at: 6)),
        Scenario(
            "a live member that answers is here too",
            .start.recorded(.refused).cluster(members: 3).member(C.first, C.replica(synchronised: false, keys: false))
                .standing(.sameDataLater, .open), .claim(at: 6)),
        Scenario(
            "one that has nothing is not, beside those that have",
            outage.cluster(members: 3).member(C.first, C.replica(synchronised: false, keys: false))
                .standing(.olderFile, .open), settling(3, of: 3, .milliseconds(1))),
        Scenario(
            "a live member that doesn't answer is not",
            outage.cluster(members: 3).member(C.first, .silent).after(.seconds(30)).standing(.olderFile, .open),
            settling(2, of: 3, .milliseconds(1))),
        Scenario(
            "neither is a stranger on a dead member's port",
            outage.cluster(members: 3).member(C.first, C.master(), mark: .mark(C.markOfNamesake))
                .standing(.olderFile, .open), settling(2, of: 3, .milliseconds(1))),
        Scenario(
            "an empty one makes no number full", outage.cluster(members: 2).standing(.empty, .open),
            settling(2, of: 2, .milliseconds(1))),
        Scenario(
            "a first claim's record counts nobody", outage.uncountedCluster(members: 1).standing(.olderFile, .open),
            settling(2, .milliseconds(1))),
        Scenario(
            "a later one counts, whether its master's id was seen or not",
            outage.uncountedCluster(members: 2).standing(.olderFile, .open), .claim(at: 6)),
        Scenario(
            "one member was counted, but there may have been others before",
            outage.cluster(members: 1)
                .standing(.onlyUs, .open), settling(1, .milliseconds(1))),
        Scenario(
            "a cluster was recorded and nobody has its data",
            .start.cluster(members: 3).standing(.empty), settling(2, of: 3, .seconds(24))),
        Scenario(
            "a master was recorded and nobody has its data",
            .start.recorded(.refused).standing(.empty), settling(2, .seconds(24))),
        Scenario(
            "data that no server would start with is none",
            .start.recorded(.refused).holding(C.ownDamagedData).standing(.onlyUs), settling(1, .seconds(24))),
        Scenario(
            "another has data", .start.recorded(.refused).standing(.olderFile),
            .wait(.fresherCandidate(C.gone, number: 3))),
        Scenario(
            "nobody has data, and all are here", .start.cluster(members: 2).standing(.sameDataLater, .open),
            .claim(at: nil)),
        Scenario(
            "nothing was ever recorded: no data is on its way", .start.standing(.onlyUs), .claim(at: nil)),
        Scenario(
            "the window is open at the limit", outage.standing(.onlyUs, .open).after(C.limit),
            settling(1, .milliseconds(1))),
        Scenario(
            "half of a short limit is no shorter window",
            .start.recorded(.refused).limited(to: .seconds(10)).standing(.onlyUs, .open), settling(1, .milliseconds(1))),
        Scenario(
            "a fresher one has not claimed at the limit", outage.standing(.newerFile).after(C.limit),
            .refuse(.fresherCandidate(C.gone, number: 3))),
        Scenario(
            "a master that answers ends the window",
            .start.holding().member(C.first, C.master()).standing(.onlyUs), .follow(C.first)),
    ]

    static let coldStartWinners = [
        Scenario("a higher offset", outage.standing(.higherOffset), .wait(.fresherCandidate(C.gone, number: 3))),
        Scenario(
            "a newer file of another line", outage.standing(.newerFile), .wait(.fresherCandidate(C.gone, number: 3))),
        Scenario("an older file of another line, before us", outage.standing(.olderFile), .claim(at: 6)),
        Scenario("the same data, before us", outage.standing(.sameData), .wait(.fresherCandidate(C.gone, number: 3))),
        Scenario("the same data, after us", outage.standing(.sameDataLater), .claim(at: 6)),
        Scenario(
            "the same data, the recorded master's", outage.standing(.sameDataOfRecorded),
            .wait(.fresherCandidate(C.recorded, number: 9))),
        Scenario(
            "the same data, and we are the recorded master",
            .start.recordedUs.cluster(members: 3).holding().standing(.sameData), .claim(at: 5)),
        Scenario(
            "a newer file of which nothing is known is no argument against a position",
            .start.recordedUs.cluster(members: 3).holding().standing(.newerFile), .claim(at: 5)),
        Scenario(
            "a higher position than that of the recorded master, which we are",
            .start.recordedUs.cluster(members: 3).holding().standing(.higherOffset),
            .wait(.fresherCandidate(C.gone, number: 3))),
        Scenario("another's newer data is damaged", outage.standing(.damaged), .claim(at: 6)),
        Scenario(
            "ours is damaged, another has older data",
            .start.recorded(.refused).holding(C.ownDamagedData).standing(.olderFile),
            .wait(.fresherCandidate(C.gone, number: 3))),
        Scenario(
            "ours is damaged, another has nothing: an operator may mend it",
            .start.recorded(.refused).holding(C.ownDamagedData).standing(.empty, .halfTime), .claim(at: 6)),
        Scenario(
            "one is fresher, one is not", outage.standing(.oneFresherOneOlder),
            .wait(.fresherCandidate(C.heir, number: 9))),
    ]
}
