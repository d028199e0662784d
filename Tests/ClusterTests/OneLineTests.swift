import Cluster
import Runtime
import Testing
import Throttle

/// What people and logs read of us is one line of bounded length, whatever went into it.
@Suite("One line", .inTurn)
struct OneLineTests {
    @Test("nothing in it ends a line or moves a cursor")
    func escaped() {
        #expect("a\nb\r\u{1b}[2J\u{85}\u{2028}c".oneLine == "a\\u{a}b\\u{d}\\u{1b}[2J\\u{85}\\u{2028}c")
    }

    @Test("a secret is taken out before the line is cut, so that no part of one is left")
    func secrets() {
        let secret = String(repeating: "sesame4811-", count: 20)
        Secrets.add([secret])
        for length in stride(from: longestLine - 300, to: longestLine + 2, by: 7) {
            let text = String(repeating: "x", count: length) + secret + String(repeating: "y", count: 200)
            for line in [text.oneLine, Failure(.usage, text).description, text.clipped] {
                #expect(!line.contains("4811"), "after \(length): \(line.suffix(60))")
            }
        }
    }

    @Test("what fits is whole", arguments: ["x", "é", "\u{1F600}"])
    func whole(character: String) {
        let text = String(repeating: character, count: longestLine / character.utf8.count)
        #expect(text.oneLine == text)
    }

    @Test(
        "what does not fit ends with an ellipsis, and not within a character or an escape",
        arguments: ["x", "é", "\u{1F600}", "\u{1b}"])
    func cut(character: String) throws {
        let line = String(repeating: character, count: 2 * longestLine).oneLine
        #expect((longestLine - 8...longestLine).contains(line.utf8.count))
        #expect(line.hasSuffix("…"))
        let one = character.oneLine
        let kept = line.dropLast()
        #expect(String(kept) == String(repeating: one, count: kept.count / one.count))
    }
}
