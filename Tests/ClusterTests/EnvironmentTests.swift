import Cluster
import Support
import Testing
import Throttle

/// The variables of one process: flags over environment over default, and every bad value refused by name (78).
@Suite(.inTurn) struct EnvironmentTests {
    private func refused<Value>(
        _ words: String..., body: () throws -> Value, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let failure = #expect(throws: Failure.self, sourceLocation: sourceLocation) { _ = try body() }
        #expect(failure?.code == .badConfiguration, sourceLocation: sourceLocation)
        for word in words {
            #expect(
                failure?.description.contains(word) == true, "\(failure?.description ?? "")",
                sourceLocation: sourceLocation)
        }
        #expect(failure?.description.contains { $0.isNewline } == false, sourceLocation: sourceLocation)
    }

    @Test func unset_and_empty_mean_the_same() throws {
        for environment in [Environment([:]), Environment(["X": ""]), Environment(["x": "other"])] {
            #expect(try environment.text("X") == nil)
            #expect(try environment.text("X", default: "d") == "d")
            #expect(try environment.secret("X") == nil)
            #expect(try environment.number("X", default: 7, in: 1...9) == 7)
            #expect(try environment.duration("X", default: .seconds(3), in: .zero...(.seconds(9))) == .seconds(3))
        }
        #expect(try Environment(["X_FILE": ""]).secret("X") == nil)
    }

    @Test func a_flag_goes_over_the_variable_and_no_flag_leaves_it() throws {
        var environment = Environment(["X": "variable"])
        environment.override("X", with: nil)
        #expect(try environment.text("X") == "variable")
        environment.override("X", with: "flag")
        #expect(try environment.text("X") == "flag")
        environment.override("X", with: "")
        #expect(try environment.text("X", default: "default") == "default")
        #expect(environment.all == ["X": ""])
    }

    @Test(arguments: ["a\nb", "a\rb", "a\0b", "\n", "a\r\n", "a\r\nb"])
    func a_line_end_or_a_nul_is_refused_and_not_shown(_ value: String) {
        var environment = Environment(["X": value])
        refused("X", "one line") { try environment.text("X") }
        refused("X", "one line") { try environment.secret("X") }
        refused("X", "one line") { try environment.number("X", default: 1, in: 0...9) }
        environment = Environment([:])
        environment.set("X", to: value)
        refused("X", "one line") { try environment.text("X") }
        environment.override("X", with: value)
        let failure = #expect(throws: Failure.self) { try environment.text("X") }
        #expect(failure?.code == .usage && failure?.description.contains("one line") == true)
    }

    @Test(arguments: ["\u{2028}", "tab\there", "ünïcode 日本", "e\u{301}", " ", "\u{feff}x"])
    func other_text_comes_back_as_it_is(_ value: String) throws {
        #expect(try Environment(["X": value]).text("X")?.unicodeScalars.elementsEqual(value.unicodeScalars) == true)
    }

    @Test(arguments: ["0": 0, "1": 1, "65535": 65_535, "007": 7, "000000042": 42])
    func a_number(_ text: String, _ number: Int) throws {
        #expect(try Environment(["X": text]).number("X", default: 5, in: 0...65_535) == number)
    }

    @Test(arguments: [
        "abc", "-1", "+1", "1.5", "65536", "1 ", " 1", "1e3", "0x10", "٣", "1_000", "9999999999",
        "99999999999999999999999",
        "1s", "½",
    ])
    func no_number(_ text: String) {
        refused("X", "from 0 to 65535") { try Environment(["X": text]).number("X", default: 5, in: 0...65_535) }
    }

    @Test(
        arguments: [
            ("500ms", .milliseconds(500)), ("6s", .seconds(6)), ("2m", .seconds(120)), ("7", .seconds(7)), ("0", .zero),
            ("0ms", .zero), ("000000010s", .seconds(10)), ("600000ms", .seconds(600)),
            ("2h", .seconds(7_200)), ("7d", .seconds(604_800)),
        ] as [(String, Duration)])
    func a_duration(_ text: String, _ duration: Duration) throws {
        #expect(
            try Environment(["X": text]).duration("X", default: .seconds(1), in: .zero...(.seconds(604_800)))
                == duration)
    }

    @Test(arguments: [
        "ms", "s", "-1s", "1.5s", "1H", "1w", "5 s", "5S", "5MS", "s5", "5ss", "1m30s", "٣s", "9999999999s",
    ])
    func no_duration(_ text: String) {
        refused("X", "500ms") {
            try Environment(["X": text]).duration("X", default: .zero, in: .zero...(.seconds(600)))
        }
    }

    @Test(arguments: ["601", "11m", "99ms", "0"])
    func a_duration_out_of_range(_ text: String) {
        refused("X is \(text)", "from 100ms to 10m") {
            try Environment(["X": text]).duration("X", default: .zero, in: .milliseconds(100)...(.seconds(600)))
        }
    }
}

/// What an option says in the place of a variable.
@Suite(.timeLimit(.minutes(5))) struct OverriddenVariableTests {
    @Test func whatIsWrongIsSaidOfWhoSaysIt() {
        func refusal(_ environment: Environment) -> Failure? {
            #expect(throws: Failure.self) { try environment.number("SOME_PORT", default: 1, in: 1...9) }
        }
        var environment = Environment(["SOME_PORT": "x"])
        #expect(refusal(environment)?.code == .badConfiguration)
        #expect(refusal(environment)?.description.hasPrefix("SOME_PORT is ") == true)
        environment.override("SOME_PORT", with: nil)
        #expect(refusal(environment)?.code == .badConfiguration)
        environment.override("SOME_PORT", with: "y")
        #expect(refusal(environment)?.code == .usage)
        #expect(refusal(environment)?.description.hasPrefix("--some-port is ") == true)
        environment.set("SOME_PORT", to: "z")
        #expect(refusal(environment)?.code == .badConfiguration)
    }
}

/// A secret, from its variable or from a file.
@Suite(.inTurn) struct SecretTests {
    private func secret(inFile content: String) throws -> String? {
        let folder = try TemporaryFolder()
        try write(content, to: "\(folder.path)/secret")
        return try Environment(["X_FILE": "\(folder.path)/secret"]).secret("X")
    }

    private func refusal(_ variables: [String: String]) -> String {
        let failure = #expect(throws: Failure.self) { try Environment(variables).secret("X") }
        #expect(failure?.code == .badConfiguration)
        return failure?.description ?? ""
    }

    @Test(arguments: [
        "sesame": "sesame", "sesame\n": "sesame", "sesame\r\n": "sesame", " two words \n": " two words ", "#x\n": "#x",
        "p\"'\\ü": "p\"'\\ü",
    ])
    func the_file_holds_it_with_or_without_a_line_end(_ content: String, _ expected: String) throws {
        #expect(try secret(inFile: content) == expected)
    }

    @Test(arguments: ["", "\n", "\r\n", "sesame\n\n", "sesame\nopen\n", "sesame\r", "ses\rame", "\nsesame"])
    func a_file_that_is_empty_or_of_more_lines_is_refused(_ content: String) {
        let failure = #expect(throws: Failure.self) { try secret(inFile: content) }
        #expect(failure?.code == .badConfiguration && failure?.description.contains("X_FILE") == true)
        #expect(failure?.description.contains("sesame") == false)
    }

    @Test func both_at_once_are_refused_without_showing_either() {
        let text = refusal(["X": "sesame", "X_FILE": "/no/such"])
        #expect(text.contains("X and X_FILE are both set") && !text.contains("sesame"))
    }

    @Test func a_file_that_can_not_be_read_is_refused_with_the_reason() throws {
        #expect(refusal(["X_FILE": "/no/such/file"]).contains("No such file"))
        #expect(refusal(["X_FILE": "/"]).contains("it is a folder"))
        #expect(refusal(["X_FILE": "/dev/zero"]).contains("can't be read (it is larger than"))
    }

    @Test func a_file_of_no_text_is_refused() async throws {
        let folder = try TemporaryFolder()
        let process = try ChildProcess("printf", ["\\377\\376"], output: "\(folder.path)/secret")
        try await process.wait()
        #expect(refusal(["X_FILE": "\(folder.path)/secret"]).contains("not UTF-8"))
    }
}
