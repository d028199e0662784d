import Testing

@testable import Rendering

/// Files whose bytes are no UTF-8.
@Suite(.timeLimit(.minutes(5))) struct SourceTextTests {
    private func text(_ bytes: [UInt8]) throws(RenderingError) -> String {
        try SourceText(name: "f", bytes: bytes).text
    }

    @Test("a comment may hold anything; a value keeps its bytes")
    func latin1() throws {
        #expect(try text(Array("# caf".utf8) + [0xE9] + Array("\nhz 10\n".utf8)) == "# caf\u{FFFD}\nhz 10\n")
        #expect(try text(Array("\t#".utf8) + [0xE9, 13, 10]) == "\t#\u{FFFD}\r\n")
        let line = Array("requirepass \"a ".utf8) + [0xE9, 0x22, 13, 10] + Array("# é\n".utf8)
        #expect(try text(line) == "requirepass \"a \\xe9\"\n# é\n")
        #expect(RedisQuoting.words(of: Array(try text(line).utf8)[..<23])?[1] == Array("a ".utf8) + [0xE9])
        #expect(try text(Array("hz 10 # ü\r\n".utf8)) == "hz 10 # ü\r\n")
    }

    @Test("what can't be kept is refused with its line")
    func refused() {
        for (bytes, line, problem) in [
            ([0xEF, 0xBB, 0xBF, 0x23], 1, SettingsProblem.byteOrderMark), ([0xFF, 0xFE, 0x61, 0], 1, .byteOrderMark),
            ([10, 0x61, 0], 2, .nul), ([10, 10, 0x61, 0xE9], 3, .noText), ([0xE9], 1, .noText),
            (Array("x \"".utf8) + [0xE9], 1, .unbalancedQuotes), (Array("x {{port}}".utf8) + [0xE9], 1, .noText),
        ] as [([UInt8], Int, SettingsProblem)] {
            #expect(throws: RenderingError.included(source: "f", line: line, problem)) { try text(bytes) }
        }
    }

    @Test("a file that Interrex looks for itself must have a name in UTF-8")
    func names() {
        for name in ["dbfilename", "appenddirname", "appendfilename", "aclfile", "logfile", "dir", "include"] {
            #expect(throws: RenderingError.settings(source: "a test", line: 1, .noUTF8(directive: name))) {
                try RedisFile.plain.rendered(settings: "\(name) \"caf\\xe9\"")
            }
        }
        #expect(throws: Never.self) { try RedisFile.plain.rendered(settings: "syslog-ident \"caf\\xe9\"") }
    }
}
