import Succession
import Testing
import Throttle

@testable import Cluster

/// What a person writes into `/redis/paused`.
@Suite("The text of a pause", .inTurn) struct PauseTextTests {
    private static let written: Int64 = 1_796_008_818_000
    private static let end = Timestamp.text(milliseconds: written + 3_600_000)

    @Test("a number or a flag in one field costs no other", arguments: ["1796008818", "12345", "1.5", "true"])
    func numbers(_ value: String) {
        let (pause, problem) = Registry.pause(
            Array(#"{"who":"ops","why":"upgrade","until":\#(value)}"#.utf8), written: Self.written)
        #expect(pause == Pause(who: "ops", why: "upgrade", until: Self.end))
        #expect(problem.map { "\($0)".contains("RFC 3339") } == true)
        let (other, fault) = Registry.pause(
            Array(#"{"who":\#(value),"why":"upgrade"}"#.utf8), written: Self.written)
        #expect(other == Pause(who: value, why: "upgrade") && fault == nil)
    }

    @Test("what is no object of them ends after an hour", arguments: ["", "[]", "{", #"{"who":{}}"#])
    func nothing(_ text: String) {
        let (pause, problem) = Registry.pause(Array(text.utf8), written: Self.written)
        #expect(pause == Pause(until: Self.end) && problem != nil)
    }
}
