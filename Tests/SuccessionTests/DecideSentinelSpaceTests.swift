import Testing

@testable import Succession

/// `decideSentinel` on the space of `decide`, without the dimensions that a sentinel doesn't look at (own data,
/// candidates).
@Suite(.timeLimit(.minutes(5))) struct DecideSentinelSpaceTests {
    @Test func everyObservationIsDecidedAsTheRowsSayAndKeepsThePromises() async {
        let tally = await Tally.of(Space(ofSentinel: true).all) { observation, tally in
            var words = OracleWords(observation)
            for waited in Dimension.waits {
                words.o.waited = waited
                let (made, expected) = (sentinelRuling(words.o), SentinelOracle.ruling(words))
                tally.hit(made.rule.rawValue)
                if made != expected { tally.fail("\(made)\ninstead of \(expected)\non \(words.o)") }
                if let broken = Promises.broken(by: made.decision, on: words.o) {
                    tally.fail("\(broken): \(made)\non \(words.o)")
                }
            }
            guard tally.observations % 8 == 0 else { return }
            var blind = words
            blind.o.shortage = "EMFILE"
            let (made, expected) = (sentinelRuling(blind.o), SentinelOracle.ruling(blind))
            tally.hit(made.rule.rawValue)
            if made != expected { tally.fail("\(made)\ninstead of \(expected)\non \(blind.o)") }
            var generator = SeededGenerator(seed: UInt64(tally.observations))
            var shuffled = words.o
            shuffled.members.shuffle(using: &generator)
            shuffled.sentinels.shuffle(using: &generator)
            let (first, second, again) = (decideSentinel(words.o), decideSentinel(shuffled), decideSentinel(words.o))
            if first != second || first != again { tally.fail("\(first), then \(second), \(again)\non \(words.o)") }
        }
        #expect(tally.failures.isEmpty, "\(tally.summary)")
        #expect(tally.observations > 18_000, "\(tally.summary)")
        for rule in SentinelRule.allCases {
            #expect(tally.hits[rule.rawValue, default: 0] > 0, "\(rule): \(tally.summary)")
        }
    }
}
