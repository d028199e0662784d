import Succession
import Testing

@testable import interrex_watcher

@Suite("The book of alerts") struct AlertBookTests {
    private let start = ContinuousClock.now

    private func alert(_ text: String, about subject: String? = "a", patience: Int = 3) -> Alert {
        Alert("no-master", about: subject, after: .seconds(patience), text)
    }

    @Test func anAlertIsRaisedOnceItHasLastedAndIsOverAtOnce() {
        var book = AlertBook()
        let first = book.note([alert("x")], at: start, time: "t0")
        #expect(first.raised.isEmpty && book.raised.isEmpty && book.hasPending)
        let early = book.note([alert("x")], at: start + .milliseconds(2_999), time: "t1")
        #expect(early.raised.isEmpty)
        let raised = book.note([alert("x")], at: start + .seconds(3), time: "t2")
        #expect(raised.raised.map(\.text) == ["x"] && book.raised.map(\.since) == ["t0"] && !book.hasPending)
        #expect(book.note([alert("x")], at: start + .seconds(4), time: "t3").raised.isEmpty)
        let over = book.note([], at: start + .seconds(42), time: "t4")
        #expect(over.over.map(\.age) == [.seconds(42)] && over.over.first?.alert.title == "no-master a")
        #expect(book.raised.isEmpty)
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
        for second in 0..<10 {
            let present = second % 3 == 2 ? [] : [alert("x")]
            let change = book.note(present, at: start + .seconds(second), time: "t\(second)")
            #expect(change.raised.isEmpty && change.over.isEmpty)
        }
    }

    @Test func whoHasNoSubjectIsToldByItsText() {
        var book = AlertBook()
        let both = [alert("x", about: nil, patience: 0), alert("y", about: nil, patience: 0)]
        #expect(book.note(both, at: start, time: "t0").raised.map(\.text) == ["x", "y"])
        #expect(book.note([both[1]], at: start, time: "t1").over.map(\.alert.text) == ["x"])
    }

    @Test(arguments: [(0, "0 s"), (119, "119 s"), (120, "2 min"), (7_200, "2 h"), (172_800, "2 d")])
    func agesAreShort(_ seconds: Int, _ text: String) { #expect(Duration.seconds(seconds).inWords == text) }
}
