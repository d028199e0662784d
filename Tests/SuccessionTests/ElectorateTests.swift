import Testing
import Vocabulary

@testable import Succession

/// Counting sentinels: who is registered, whom they know, who answers.
@Suite(.timeLimit(.minutes(5))) struct ElectorateTests {
    struct Count: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let reports: Sentinels
        let electorate: Int
        let majority: Address?

        /// What each registered sentinel names, nil where it is silent; `peers` is what each answering one knows.
        init(_ name: String, _ names: [Address?], peers: [Int], electorate: Int, majority: Address?) {
            testDescription = name
            reports = Sentinels(
                zip(names, peers).enumerated().map { number, voice in
                    let address = Cast.address("10.0.1.\(number + 1):26379")
                    return SentinelReport(address, voice.0.map { Opinion(names: $0, peers: voice.1) })
                })
            (self.electorate, self.majority) = (electorate, majority)
        }
    }

    private static let a = Cast.recorded
    private static let b = Cast.heir

    static let counts = [
        Count("none", [], peers: [], electorate: 0, majority: nil),
        Count("one, alone", [a], peers: [0], electorate: 1, majority: a),
        Count("one, silent", [nil], peers: [0], electorate: 1, majority: nil),
        Count("one of two", [a, nil], peers: [1, 0], electorate: 2, majority: nil),
        Count("two of two", [a, a], peers: [1, 1], electorate: 2, majority: a),
        Count("one of three answers, with two peers", [a, nil, nil], peers: [2, 0, 0], electorate: 3, majority: nil),
        Count("one of three is registered, with two peers", [a], peers: [2], electorate: 3, majority: nil),
        Count("one of three is registered, and knows nobody", [a], peers: [0], electorate: 1, majority: a),
        Count("two of three answer", [a, a, nil], peers: [2, 2, 0], electorate: 3, majority: a),
        Count("two of three agree", [a, b, b], peers: [2, 2, 2], electorate: 3, majority: b),
        Count("half of four", [a, a, b, b], peers: [3, 3, 3, 3], electorate: 4, majority: nil),
        Count("three of four", [a, a, a, b], peers: [3, 3, 3, 3], electorate: 4, majority: a),
        Count("three of six known", [a, a, a], peers: [2, 5, 2], electorate: 6, majority: nil),
        Count(
            "more are registered than know each other", [a, a, nil, nil], peers: [0, 0, 0, 0], electorate: 4,
            majority: nil),
        Count("a wild number of peers", [a, a, a], peers: [.max, 2, 2], electorate: .max, majority: nil),
        Count("a negative number of peers", [a, a, a], peers: [-9, -1, .min], electorate: 3, majority: a),
    ]

    @Test(arguments: counts)
    func areCounted(_ count: Count) {
        #expect(count.reports.electorate == count.electorate)
        #expect(count.reports.majorityAddress == count.majority)
        #expect(Sentinels(count.reports.reversed()).majorityAddress == count.majority)
    }

    @Test func aSentinelThatIsRegisteredTwiceVotesOnce() {
        let twice = SentinelReport(Cast.sentinels[0], Opinion(names: Self.a, peers: 1))
        let reports: Sentinels = [twice, twice, SentinelReport(Cast.sentinels[1], nil)]
        #expect(reports.electorate == 2)
        #expect(reports.majorityAddress == nil)
    }

    @Test func namingNobodyIsAnAnswerWithoutAVote() {
        let reports = Sentinels(Cast.sentinels.map { SentinelReport($0, Opinion(names: nil, peers: 2)) })
        #expect(reports.electorate == 3)
        #expect(reports.majorityAddress == nil)
    }

    @Test func onlyThoseThatNameAnAddressCanHoldItForDown() {
        func reports(_ voices: Voice...) -> Sentinels {
            Sentinels(zip(Cast.sentinels, voices).map { SentinelReport($0, $1.opinion(peers: 2, failover: nil)) })
        }
        #expect(reports(.recordedDown, .recordedDown, .silent).majorityConsidersDown(Self.a))
        #expect(!reports(.recordedDown, .recordedDown, .silent).majorityConsidersDown(Self.b))
        #expect(!reports(.recordedDown, .recorded, .recorded).majorityConsidersDown(Self.a))
        #expect(!reports(.recordedDown, .silent, .silent).majorityConsidersDown(Self.a))
    }
}
