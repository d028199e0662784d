import Testing

@testable import Succession

/// `decideSentinel` on the space of `decide`, without the dimensions that a sentinel doesn't look at (own data,
/// candidates).
@Suite struct DecideSentinelSpaceTests {
    @Test func everyObservationIsDecidedAsTheRowsSayAndKeepsThePromises() async {
        let tally = await Tally.of(Space(ofSentinel: true).all) { observation, tally in
            var words = OracleWords(observation)
            for waited in Dimension.waits {
                words.o.waited = waited
                let decision = decideSentinel(words.o)
                let (row, expected) = SentinelOracle.decision(words)
                tally.hit(row)
                if decision != expected { tally.fail("\(decision)\ninstead of \(expected)\non \(words.o)") }
                if let broken = Promises.broken(by: decision, on: words.o) {
                    tally.fail("\(broken): \(decision)\non \(words.o)")
                }
            }
            guard tally.observations % 8 == 0 else { return }
            var generator = SeededGenerator(seed: UInt64(tally.observations))
            var shuffled = words.o
            shuffled.members.shuffle(using: &generator)
            shuffled.sentinels.shuffle(using: &generator)
            let (first, second, again) = (decideSentinel(words.o), decideSentinel(shuffled), decideSentinel(words.o))
            if first != second || first != again { tally.fail("\(first), then \(second), \(again)\non \(words.o)") }
        }
        #expect(tally.failures.isEmpty, "\(tally.summary)")
        #expect(tally.observations > 18_000, "\(tally.summary)")
        for row in SentinelOracle.rows {
            #expect(tally.hits[row.name, default: 0] > 0, "\(row.name): \(tally.summary)")
        }
    }
}
