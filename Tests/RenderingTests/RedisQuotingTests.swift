import Testing

@testable import Rendering

@Suite(.timeLimit(.minutes(5))) struct RedisQuotingTests {
    @Test("plain words stay bare", arguments: ["a", "10.0.0.1", "::1", "/var/lib/redis", "a=b", "50%", "*", "a_b-c"])
    func bare(_ word: String) throws {
        #expect(try RedisQuoting.quote(word) == word)
    }

    @Test(
        "all else is quoted",
        arguments: [
            ("", "\"\""), ("a b", "\"a b\""), ("a\"b", "\"a\\\"b\""), ("a\\b", "\"a\\\\b\""), ("a\tb", "\"a\\tb\""),
            ("#a", "\"#a\""), ("'", "\"'\""), ("\u{1}\u{7F}", "\"\\x01\\x7f\""), ("é", "\"é\""), ("{}", "\"{}\""),
        ])
    func quoted(_ word: String, _ expected: String) throws {
        #expect(try RedisQuoting.quote(word) == expected)
    }

    @Test("line breaks and NUL are refused", arguments: ["\n", "\r", "\r\n", "\0", "a\nb", "a\r", "\0a"])
    func refused(_ word: String) {
        #expect(throws: ValueProblem.lineBreakOrNUL) { try RedisQuoting.quote(word) }
    }

    @Test(
        "a line is split as sdssplitargs does",
        arguments: [
            ("", []), ("  \t ", []), ("a b", ["a", "b"]), (" a\t\tb ", ["a", "b"]), ("a \"b c\" d", ["a", "b c", "d"]),
            ("\"\"", [""]), ("''", [""]), ("'a\\'b'", ["a'b"]), ("'a\\nb'", ["a\\nb"]), ("a\"b c\"", ["ab c"]),
            ("a'b c'", ["ab c"]), ("\"\\n\\r\\t\\b\\a\"", ["\n\r\t\u{8}\u{7}"]), ("\"\\x41\\x4a\"", ["AJ"]),
            ("\"\\x4\"", ["x4"]), ("\"\\xZZ\"", ["xZZ"]), ("\"\\q\\\\\\\"\"", ["q\\\""]), ("a\\nb", ["a\\nb"]),
            ("# a", ["#", "a"]), ("\"a\"\u{B}b", ["a", "b"]), ("a\u{B}b", ["a\u{B}b"]), ("\u{B}b", ["b"]),
            ("a\r", ["a"]), ("a\0b", ["a"]), ("\"\\xff\"", ["\u{FFFD}"]), ("é\u{85}b", ["é\u{85}b"]),
        ] as [(String, [String])])
    func split(_ line: String, _ words: [String]) {
        #expect(RedisQuoting.split(line) == words)
    }

    @Test(
        "what sdssplitargs refuses",
        arguments: ["\"a", "'a", "\"a\"b", "'a'b", "\"a\\", "\"a\\\"", "'a\\'", "a\"", "a \"\"b"])
    func unbalanced(_ line: String) {
        #expect(RedisQuoting.split(line) == nil)
    }

    @Test("split(quote(x)) is [x], also between other words", arguments: 0..<20 as Range<UInt64>)
    func roundTrip(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<500 {
            let value = random.string(upTo: 24)
            let quoted = try RedisQuoting.quote(value)
            #expect(RedisQuoting.split(quoted) == [value], "seed \(seed)")
            #expect(RedisQuoting.split("requirepass \(quoted) x") == ["requirepass", value, "x"], "seed \(seed)")
            #expect(!quoted.utf8.contains { $0 < 0x20 || $0 == 0x7F }, "seed \(seed)")
        }
    }

    @Test("what survives Sentinel's rewrite reads back bare as itself", arguments: 0..<20 as Range<UInt64>)
    func survivors(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<500 {
            let value = random.string(upTo: 8)
            guard RedisQuoting.survivesSentinelRewrite(value) else { continue }
            let line = "sentinel auth-pass mymaster \(value)"
            #expect(RedisQuoting.split(line) == ["sentinel", "auth-pass", "mymaster", value], "seed \(seed)")
        }
    }

    @Test("as tried on redis-sentinel 7.0.15: FLUSHCONFIG, restart with the same file, authenticate")
    func triedOnSentinel() {
        for scalar in (0x21...0x7E).map({ Unicode.Scalar(UInt8($0)) }) {
            let survives = !"\"'#".unicodeScalars.contains(scalar)
            for value in ["a\(scalar)b", "\(scalar)b", "a\(scalar)"] {
                #expect(RedisQuoting.survivesSentinelRewrite(value) == survives, "\(value)")
            }
        }
        for value in ["", " ", "a b", " b", "a ", "a\tb", "\u{B}b", "\u{C}b", "a\u{1}", "a\u{7F}", "a\0", "a\n", "a\r"]
        {
            #expect(!RedisQuoting.survivesSentinelRewrite(value), "\(value)")
        }
        for value in ["a\u{85}b", "a\u{A0}b", "é", "\u{2003}b", "a\\\\b", "\\x41", "a\\", "{{port}}"] {
            #expect(RedisQuoting.survivesSentinelRewrite(value), "\(value)")
        }
    }
}
