import Cluster
import FoundationEssentials
import Runtime
import Succession
import Testing
import Throttle
import Vocabulary

@testable import Watching

@Suite("JSON", .inTurn) struct JSONTests {
    @Test func values() {
        let value: JSON = [
            "b": .null, "a": [.bool(true), .bool(false), .number(-3), .string("")], "o": .object([]), "n": .array([]),
        ]
        #expect(value.text == #"{"b":null,"a":[true,false,-3,""],"o":{},"n":[]}"#)
    }

    /// Whatever a server says that knows one: in `/status`, on the event stream and to the hooks.
    @Test func a_secret_is_no_value() {
        Secrets.add(["ses\"ame-4799"])
        #expect(JSON.string("it says 'ses\"ame-4799'").text == #""it says '<hidden>'""#)
        let event = PublishedEvent(Notice("alert", "could not: ses\"ame-4799"), cluster: "/redis")
        #expect(event.json.contains(#""text":"could not: <hidden>""#) && !event.json.contains("4799"))
    }

    /// Every scalar that has to be escaped, and some that have not, survive another's parser.
    @Test func strings() throws {
        let scalars = (0...0x300).compactMap(Unicode.Scalar.init) + ["\u{2028}", "\u{2029}", "\u{fffd}", "\u{1f600}"]
        let text = String(String.UnicodeScalarView(scalars))
        let json = JSON.string(text).text
        #expect(json.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7f } && !json.contains("\u{2028}"))
        #expect(try JSONDecoder().decode(String.self, from: Data(json.utf8)) == text)
        #expect(JSON.string("\"\\\n\r\t\u{1}\u{1f}").text == #""\"\\\n\r\t\u0001\u001f""#)
    }
}
