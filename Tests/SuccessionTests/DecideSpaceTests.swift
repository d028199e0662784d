import Testing

@testable import Succession

/// `decide` on its whole space (`Space`): each ruling is compared with the table written down a second time, and held
/// against the promises.
@Suite(.timeLimit(.minutes(5))) struct DecideSpaceTests {
    @Test func everyObservationIsRuledAsTheTableSaysAndKeepsThePromises() async {
        let tally = await Tally.of(Space().all) { observation, tally in
            var words = OracleWords(observation)
            for waited in Dimension.waits {
                words.o.waited = waited
                let made = ruling(words.o)
                tally.hit(made.rule.rawValue)
                let expected = OracleTable.ruling(words)
                if made != expected { tally.fail("\(made)\ninstead of \(expected)\non \(words.o)") }
                var barred = words.o
                barred.mayLead = false
                // It stands as what it is.
                let own = barred.candidates.firstIndex { $0.number == barred.candidacy?.number }
                if let own { barred.candidates[own].mayLead = false }
                let ruledOut = ruling(barred)
                var barredWords = words
                barredWords.o = barred
                let allowed = OracleTable.withoutLead(own == nil ? expected : OracleTable.ruling(barredWords), words)
                if ruledOut != allowed { tally.fail("never master: \(ruledOut)\ninstead of \(allowed)\non \(words.o)") }
                if let broken = Promises.broken(by: made.decision, on: words.o) {
                    tally.fail("\(broken): \(made)\non \(words.o)")
                }
            }
            guard tally.observations % 8 == 0 else { return }
            words.o.shortage = "EMFILE"
            let (made, expected) = (ruling(words.o), OracleTable.ruling(words))
            tally.hit(made.rule.rawValue)
            if made != expected { tally.fail("\(made)\ninstead of \(expected)\non \(words.o)") }
        }
        #expect(tally.failures.isEmpty, "\(tally.summary)")
        #expect(tally.observations > 90_000, "\(tally.summary)")
        for rule in Rule.allCases { #expect(tally.hits[rule.rawValue, default: 0] > 0, "\(rule): \(tally.summary)") }
    }

    /// ZooKeeper's children and Swift's dictionaries come in any order, on which no decision may depend. One
    /// observation in eight, to save time.
    @Test func theSameObservationInAnotherOrderIsRuledTheSame() async {
        let tally = await Tally.of(Space().all) { observation, tally in
            tally.hit("seen")
            guard tally.observations % 8 == 0 else { return }
            var generator = SeededGenerator(seed: UInt64(tally.observations))
            var observation = observation
            observation.waited = Dimension.waits.randomElement(using: &generator)!
            var shuffled = observation
            shuffled.members.shuffle(using: &generator)
            shuffled.sentinels.shuffle(using: &generator)
            shuffled.candidates.shuffle(using: &generator)
            // A lease that is there twice, of a server that was restarted within the session timeout.
            if let twice = shuffled.members.first { shuffled.members.append(twice) }
            shuffled.instances = Dictionary(uniqueKeysWithValues: observation.instances.shuffled(using: &generator))
            let (first, second, again) = (ruling(observation), ruling(shuffled), ruling(observation))
            if first != second || first != again { tally.fail("\(first), then \(second), \(again)\non \(observation)") }
        }
        #expect(tally.failures.isEmpty, "\(tally.summary)")
    }
}
