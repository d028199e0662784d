import Support
import Testing
import Throttle

/// Whether a loss that nothing explains is found: the churn's own judge.
@Suite(.inTurn) struct ReignTests {
    private let begin = ContinuousClock.now
    private let first = Writers.Place(1), second = Writers.Place(2)

    /// A write every 100 ms.
    private func entries(_ master: Writers.Place, _ seconds: Range<Int>) -> [Ledger.Entry] {
        (seconds.lowerBound * 10..<seconds.upperBound * 10).map {
            Ledger.Entry(key: "\($0)", time: begin + .milliseconds($0 * 100), master: master)
        }
    }

    /// The first one is killed after 10 s; the second one takes writes from then on.
    private var reigns: [Reign] {
        let lives = [
            Reign.Life(place: first, start: begin, end: begin + .seconds(10), isKilled: true),
            Reign.Life(place: second, start: begin),
        ]
        return Reign.all(in: Ledger(entries(first, 0..<10) + entries(second, 10..<20)), lives: lives)
    }

    @Test func a_change_of_master_is_a_change_of_reign() {
        #expect(reigns.map(\.master) == [first, second])
        #expect(reigns.map(\.entries.count) == [100, 100])
        #expect(reigns[0].killed == begin + .seconds(10) && reigns[1].killed == nil)
    }

    @Test func writers_that_change_over_one_after_the_other_make_no_reigns_of_their_own() {
        let lives = [Reign.Life(place: first, start: begin), Reign.Life(place: second, start: begin)]
        let mixed = (0..<10).map { number in
            Ledger.Entry(
                key: "mixed \(number)", time: begin + .milliseconds(10_000 + number),
                master: number.isMultiple(of: 2) ? first : second)
        }
        let ledger = Ledger(entries(first, 0..<10) + mixed + entries(second, 11..<20))
        #expect(Reign.all(in: ledger, lives: lives).map(\.master) == [first, second])
    }

    @Test func the_tail_of_a_killed_one_may_be_lost_and_no_more() {
        let reign = reigns[0]
        #expect(reign.unexplained(Array(reign.entries.suffix(20))).isEmpty)
        #expect(reign.unexplained(Array(reign.entries.suffix(25))).count == 5)
    }

    @Test func a_run_from_the_beginning_and_a_whole_reign_may_not() {
        let reign = reigns[0]
        #expect(reign.unexplained(Array(reign.entries.prefix(30))).count == 30)
        #expect(reign.unexplained(reign.entries).count == 80)
    }

    @Test func nothing_may_be_lost_of_one_that_lives_and_was_not_replaced() {
        let reign = reigns[1]
        #expect(reign.unexplained([reign.entries.last!]).count == 1)
    }
}
