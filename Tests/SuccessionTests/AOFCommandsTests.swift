import Testing

@testable import Succession

/// How an append-only file ends, read as `loadSingleAppendOnlyFile` in aof.c reads it.
@Suite(.timeLimit(.minutes(5))) struct AOFCommandsTests {
    /// As redis 7.0.15 writes it with `aof-timestamp-enabled yes`.
    private static let commands = [
        ["SELECT", "0"], ["SET", "a", "1"], ["SET", "empty", ""], ["SET", "crlf", "x\r\n*2\r\n$1\r\ny"],
        ["RPUSH", "list", String(repeating: "v", count: 2_000)],
    ].map(command)

    private static func command(_ words: [String]) -> [UInt8] {
        Array(("*\(words.count)\r\n" + words.map { "$\($0.utf8.count)\r\n\($0)\r\n" }.joined()).utf8)
    }

    private static func log(_ commands: [[String]]) -> [UInt8] { commands.flatMap(command) }

    @Test func cut_off_anywhere_but_between_commands() {
        let bytes = Self.commands.flatMap(\.self)
        var ends: Set<Int> = [0]
        for command in Self.commands { ends.insert(ends.max()! + command.count) }
        for length in 0...bytes.count {
            #expect(AOFCommands(Array(bytes.prefix(length))) == (ends.contains(length) ? .whole : .cutOff), "\(length)")
        }
    }

    @Test func annotations_are_lines_of_their_own() {
        let stamp = Array("#TS:1700000000\r\n".utf8)
        let bytes = stamp + Self.commands[0] + stamp
        for length in 0..<stamp.count { #expect(AOFCommands(Array(bytes.prefix(length))) == .whole) }
        #expect(AOFCommands(bytes) == .whole)
    }

    @Test(
        arguments: [
            "PING\r\n", "R", "*0\r\n", "*x\r\n", "*-1\r\n", "*1\r\nPING\r\n", "*1\r\n$-1\r\n", "*2147483648\r\n", "*\n",
            "*1\r\n$4\r\nPING\r\nx", "\r\n",
        ])
    func no_commands(text: String) {
        #expect(AOFCommands(Array(text.utf8)) == .malformed)
    }

    @Test func a_transaction_without_its_end_is_cut_off() {
        let set = ["SET", "a", "1"]
        #expect(AOFCommands(Self.log([["MULTI"], set])) == .cutOff)
        #expect(AOFCommands(Self.log([["multi"], set, ["exec"]])) == .whole)
        #expect(AOFCommands(Self.log([["MULTI"], set, ["EXEC"], ["MULTI"]])) == .cutOff)
        #expect(AOFCommands(Self.log([["MULTI"], set, ["DISCARD"], set])) == .whole)
    }

    @Test func the_end_of_a_long_file_tells_the_same() {
        let bytes = (0..<40).flatMap { Self.log([["SET", "key \($0)", "*\n$3\r\n\($0)\r\n*3\r\n"]]) }
        for length in (bytes.count - 60)...bytes.count {
            let file = Array(bytes.prefix(length))
            #expect(AOFCommands(tail: Array(file.suffix(400))) == AOFCommands(file), "\(length)")
        }
    }

    @Test func a_command_longer_than_what_is_read_is_judged_by_its_last_bytes() {
        let bytes = Self.command(["SET", "key", String(repeating: "v", count: 5_000)])
        #expect(AOFCommands(tail: Array(bytes.suffix(1_000))) == .whole)
        #expect(AOFCommands(tail: Array(bytes.dropLast().suffix(1_000))) == .cutOff)
        #expect(AOFCommands(tail: Array(bytes.dropLast(2).suffix(1_000))) == .cutOff)
    }

    @Test func any_bytes_have_a_verdict() {
        var generator = SeededGenerator(seed: 9)
        let pieces = ["*", "$", "1", "99999999999999999999", "-", "\r\n", "\n", "MULTI", "#", "\u{0}"]
        for _ in 0..<5_000 {
            let bytes = (0..<Int.random(in: 0..<40, using: &generator)).flatMap { _ in
                Array(pieces.randomElement(using: &generator)!.utf8)
            }
            _ = AOFCommands(bytes)
            _ = AOFCommands(tail: bytes)
        }
        // Made to be slow: as many places as there are where a command might begin.
        _ = AOFCommands(tail: Array(String(repeating: "\n*1\n$1\nx", count: 2_000).utf8))
    }
}
