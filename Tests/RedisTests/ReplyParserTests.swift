import Testing
import Throttle

@testable import Redis

@Suite(.inTurn) struct ReplyParserTests {
    static let everyKind: [(String, Reply)] = [
        ("+OK\r\n", .status("OK")),
        ("-ERR no\r\n", .error("ERR no")),
        (":-42\r\n", .integer(-42)),
        (":9223372036854775807\r\n", .integer(.max)),
        ("$5\r\nhello\r\n", .string(Array("hello".utf8))),
        ("$0\r\n\r\n", .string([])),
        ("$4\r\n\r\n\r\n\r\n", .string(Array("\r\n\r\n".utf8))),
        ("$-1\r\n", .null),
        ("*-1\r\n", .null),
        ("*0\r\n", .array([])),
        ("*3\r\n:1\r\n$1\r\na\r\n$-1\r\n", .array([.integer(1), .string([97]), .null])),
        ("*2\r\n*0\r\n*1\r\n*1\r\n+x\r\n", .array([.array([]), .array([.array([.status("x")])])])),
        ("*1\r\n-ERR inside\r\n", .array([.error("ERR inside")])),
    ]

    private func parse(_ text: some Collection<UInt8>, piece: Int, limit: Int = 1_048_576) -> [ReplyParser.Step] {
        let parser = ReplyParser(limit: limit)
        var steps: [ReplyParser.Step] = []
        var rest = Array(text)[...]
        while !rest.isEmpty {
            rest.prefix(piece).withUnsafeBytes { parser.feed($0) }
            rest = rest.dropFirst(piece)
            while true {
                let step = parser.next()
                if step != .needMore { steps.append(step) }
                if case .failure = step { return steps }
                if step == .needMore { break }
            }
        }
        return steps
    }

    @Test(arguments: everyKind) func understands(_ text: String, _ reply: Reply) {
        for piece in 1...max(1, text.utf8.count) {
            #expect(parse(text.utf8, piece: piece) == [.reply(reply)], "in pieces of \(piece)")
        }
    }

    @Test(arguments: everyKind) func keeps_nothing_between_replies(_ text: String, _ reply: Reply) {
        let parser = ReplyParser(limit: 1_048_576)
        for _ in 0..<3 {
            Array(text.utf8.dropLast()).withUnsafeBytes { parser.feed($0) }
            #expect(parser.next() == .needMore)
            #expect(parser.reader != nil)
            Array(text.utf8.suffix(1)).withUnsafeBytes { parser.feed($0) }
            #expect(parser.next() == .reply(reply))
            #expect(parser.next() == .needMore)
            #expect(parser.reader == nil)
        }
    }

    @Test(arguments: [1, 2, 3, 7, 64, 4_096]) func keeps_replies_apart(piece: Int) {
        let text = Self.everyKind.map(\.0).joined()
        let all = String(repeating: text, count: 20)
        let expected = (0..<20).flatMap { _ in Self.everyKind.map { ReplyParser.Step.reply($0.1) } }
        #expect(parse(all.utf8, piece: piece) == expected)
    }

    @Test(arguments: [
        "HTTP/1.1 400 Bad Request\r\n", "\u{15}\u{3}\u{3}\u{0}\u{2}\u{2}\u{28}", "SSH-2.0-OpenSSH\r\n", "\0\0\0\0",
        "\r\n",
        "$-2\r\n", "*-2\r\n", "$x\r\n", "%1\r\n+a\r\n+b\r\n", "_\r\n", "*100000000\r\n", "*2147483647\r\n",
        "*99999999999999999999\r\n", "*1\r\n*100000000\r\n",
    ]) func refuses(_ text: String) throws {
        let last = try #require(parse(text.utf8, piece: 4).last)
        guard case .failure(let reason) = last else {
            Issue.record("took \(text) for \(last)")
            return
        }
        #expect(!reason.isEmpty)
    }

    @Test func refuses_the_eighth_level() {
        let seven = String(repeating: "*1\r\n", count: 7) + ":1\r\n"
        #expect(parse(seven.utf8, piece: 5).count == 1)
        let deep = String(repeating: "*1\r\n", count: 9) + ":1\r\n"
        guard case .failure? = parse(deep.utf8, piece: 5).last else {
            Issue.record("took nine levels")
            return
        }
    }

    @Test(arguments: ["$1073741824\r\n", "*1000\r\n$1\r\n", "+"]) func refuses_what_never_ends(_ start: String) {
        let parser = ReplyParser(limit: 1_048_576)
        let chunk = [UInt8](repeating: 120, count: 16_384)
        Array(start.utf8).withUnsafeBytes { parser.feed($0) }
        var fed = 0
        while parser.next() == .needMore {
            chunk.withUnsafeBytes { parser.feed($0) }
            fed += chunk.count
            if fed > 2_097_152 {
                Issue.record("still hungry")
                return
            }
        }
    }

    @Test func counts_elements_and_not_only_bytes() {
        // 4 bytes an element on the wire, 64 in memory.
        let text = "*20000\r\n" + String(repeating: ":1\r\n", count: 20_000)
        #expect(parse(text.utf8, piece: 1_000, limit: 1_000_000).last != nil)
        guard case .failure? = parse(text.utf8, piece: 1_000, limit: 1_000_000).last else {
            Issue.record("took 1.3 MB for less than 1 MB")
            return
        }
        #expect(parse(text.utf8, piece: 1_000, limit: 2_000_000).count == 1)
    }

    /// In one piece or in many.
    @Test(arguments: [1, 100, 4_096]) func the_limit_is_exact(piece: Int) {
        // Six bytes of header, two of line end.
        let text = "$504\r\n" + String(repeating: "x", count: 504) + "\r\n"
        #expect(parse((text + ":1\r\n").utf8, piece: piece, limit: text.utf8.count).count == 2)
        guard case .failure? = parse(text.utf8, piece: piece, limit: text.utf8.count - 1).last else {
            Issue.record("took more than the limit")
            return
        }
    }

    @Test func the_limit_is_for_each_reply() {
        let text = String(repeating: "$1000\r\n" + String(repeating: "x", count: 1_000) + "\r\n", count: 100)
        #expect(parse(text.utf8, piece: 700, limit: 4_096).count == 100)
    }

    @Test func random_bytes_end_in_replies_or_a_failure() {
        var generator = SystemRandomNumberGenerator()
        let alphabet = Array("+-:$*0123456789\r\n\r\nab".utf8)
        for _ in 0..<3_000 {
            let text = (0..<Int.random(in: 1...60)).map { _ in alphabet.randomElement(using: &generator)! }
            _ = parse(text, piece: Int.random(in: 1...60), limit: 65_536)
        }
    }
}
