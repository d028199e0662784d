import Succession
import Testing
import Throttle
import Vocabulary

@testable import Watching

@Suite("The book of alerts", .inTurn) struct AlertBookTests {
    private let start = ContinuousClock.now

    private func alert(_ text: String, about subject: String? = "a", patience: Int = 3) -> Alert {
        Alert("no-master", about: subject, after: .seconds(patience), text)
    }

    @Test func anAlertIsRaisedOnceItHasLastedAndIsOverOnceItHasBeenGone() {
        var book = AlertBook()
        let first = book.note([alert("x")], at: start, time: "t0")
        #expect(first.raised.isEmpty && book.raised.isEmpty && book.isOpen && book.newest == nil)
        let early = book.note([alert("x")], at: start + .milliseconds(2_999), time: "t1")
        #expect(early.raised.isEmpty)
        let raised = book.note([alert("x")], at: start + .seconds(3), time: "t2")
        #expect(raised.raised.map(\.text) == ["x"] && book.raised.map(\.since) == ["t0"] && !book.isOpen)
        #expect(book.newest == start + .seconds(3))
        #expect(book.note([alert("x")], at: start + .seconds(4), time: "t3").raised.isEmpty)
        for time in [Duration.seconds(42), .milliseconds(44_999)] {
            #expect(book.note([], at: start + time, time: "t4").over.isEmpty)
            #expect(book.raised.map(\.since) == ["t0"] && book.isOpen)
        }
        let over = book.note([], at: start + .seconds(45), time: "t4")
        #expect(over.over.map(\.age) == [.seconds(42)] && over.over.first?.alert.title == "no-master a")
        #expect(book.raised.isEmpty && !book.isOpen && book.newest == nil)
    }

    /// Two looks at least, however far apart; as long as it took to be raised, and five seconds at most.
    @Test(arguments: [(0, 60, 60), (3, 60, 60), (3, 1, 3), (60, 1, 5), (0, 1, 1)])
    func whatIsRaisedIsOver(_ patience: Int, _ pace: Int, _ seconds: Int) {
        var book = AlertBook()
        for time in [0, patience] {
            _ = book.note([alert("x", patience: patience)], at: start + .seconds(time), time: "t0")
        }
        let gone = start + .seconds(patience + 1)
        var time = 0
        while book.note([], at: gone + .seconds(time), time: "t1").over.isEmpty { time += pace }
        #expect(time == seconds)
    }

    /// Where our own machine keeps us from asking somebody, what is not seen may be so all the same.
    @Test func nothingIsOverWhereNotEverybodyWasAsked() {
        var book = AlertBook()
        for time in [0, 3] { _ = book.note([alert("x")], at: start + .seconds(time), time: "t0") }
        for time in 4..<60 {
            #expect(book.note([], at: start + .seconds(time), isWhole: false, time: "t1").over.isEmpty)
            #expect(book.raised.map(\.since) == ["t0"])
        }
        for time in [60, 63] { _ = book.note([], at: start + .seconds(time), time: "t2") }
        #expect(book.raised.isEmpty)
    }

    /// It may have been gone for all the time in which nobody could look.
    @Test func whatWasNotRaisedBeginsAnewBehindSuchALook() {
        var book = AlertBook()
        _ = book.note([alert("x")], at: start, time: "t0")
        #expect(book.isOpen)
        _ = book.note([], at: start + .seconds(1), isWhole: false, time: "t1")
        #expect(!book.isOpen)
        #expect(book.note([alert("x")], at: start + .seconds(60), time: "t2").raised.isEmpty)
        let raised = book.note([alert("x")], at: start + .seconds(63), time: "t3").raised
        #expect(raised.map(\.since) == ["t2"])
    }

    /// A server that answers now and then is in trouble all the time.
    @Test func whatComesAndGoesIsOneAlert() {
        var book = AlertBook()
        var raised = 0
        for look in 0..<60 {
            let present = look % 3 == 0 ? [] : [alert("x", patience: 10)]
            let change = book.note(present, at: start + .milliseconds(500 * look), time: "t\(look)")
            raised += change.raised.count
            #expect(change.over.isEmpty)
        }
        #expect(raised == 1 && book.raised.map(\.since) == ["t1"])
    }

    /// What is known without looking at a cluster gives no reason to look at it.
    @Test func whatLooksTellNothingOfDoesNotCallForThem() {
        var book = AlertBook()
        var slow = alert("x", patience: 3)
        slow.callsForLooks = false
        for (second, alerts) in [(0, [slow]), (3, [slow]), (4, [])] {
            _ = book.note(alerts, at: start + .seconds(second), time: "t")
            #expect(!book.isOpen && book.newest == nil)
        }
        #expect(book.raised.count == 1)
    }

    /// The text tells how many are silent by now, and it is the same trouble.
    @Test func anotherTextIsNoOtherAlert() {
        var book = AlertBook()
        _ = book.note([alert("one is silent")], at: start, time: "t0")
        _ = book.note([alert("one is silent")], at: start + .seconds(3), time: "t1")
        let change = book.note([alert("two are silent", patience: 60)], at: start + .seconds(5), time: "t2")
        #expect(change.raised.isEmpty && change.over.isEmpty)
        #expect(book.raised.map(\.text) == ["two are silent"] && book.raised.first?.since == "t0")
    }

    /// What comes and goes within its time is told to nobody.
    @Test func aBreakBeginsAnew() {
        var book = AlertBook()
        for second in 0..<12 {
            let present = second % 4 >= 2 ? [] : [alert("x")]
            let change = book.note(present, at: start + .seconds(second), time: "t\(second)")
            #expect(change.raised.isEmpty && change.over.isEmpty)
        }
    }

    @Test func whoHasNoSubjectIsToldByItsText() {
        var book = AlertBook()
        let both = [alert("x", about: nil, patience: 0), alert("y", about: nil, patience: 0)]
        #expect(book.note(both, at: start, time: "t0").raised.map(\.text) == ["x", "y"])
        #expect(book.note([both[1]], at: start, time: "t1").over.isEmpty)
        #expect(book.note([both[1]], at: start, time: "t1").over.map(\.alert.text) == ["x"])
    }

    @Test(arguments: [(0, "0 s"), (119, "119 s"), (120, "2 min"), (7_200, "2 h"), (172_800, "2 d")])
    func agesAreShort(_ seconds: Int, _ text: String) { #expect(Duration.seconds(seconds).inWords == text) }
}
