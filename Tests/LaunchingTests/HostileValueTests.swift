import Support
import Testing
import Throttle

/// Every variable with every bad value: the documented exit code, one line, no znode, no file (F62, F63).
@Suite(.inTurn) struct HostileValueTests {
    @Test("F62: a malformed value is refused in one line that names the variable", arguments: Variable.all)
    func f62_malformed(_ variable: Variable) async throws {
        for value in variable.malformed {
            let companions = variable.name == "REDIS_USERNAME" && value == "someone" ? [:] : variable.companions
            try await refuse(variable, value, variable.code, companions)
        }
    }

    @Test("F62: a line end is refused, whatever the variable", arguments: Variable.all)
    func f62_lineEnds(_ variable: Variable) async throws {
        for value in ["sesame\rb", "\r", "1\nreplicaof 192.0.2.1 6379", "sesame\n"] {
            try await refuse(variable, value, 78, variable.companions, naming: "line")
        }
    }

    @Test("F62: 64 KiB are refused and not echoed", arguments: Variable.all)
    func f62_long(_ variable: Variable) async throws {
        // For a password, more than Redis lets anybody send who isn't known yet.
        for value in ["sesame:", "1", "/a", "ä"] {
            let long = String(repeating: value, count: 65_536 / value.utf8.count)
            try await refuse(variable, long, variable.code, variable.companions)
        }
    }

    @Test("F62: what is no UTF-8 is refused", arguments: Variable.all)
    func f62_notUTF8(_ variable: Variable) async throws {
        try await Place.with { place in
            for command in variable.commands {
                let folder = try TemporaryFolder()
                let script = "\(variable.name)=$(printf 'a\\377\\376'); export \(variable.name); exec \"$0\" \(command)"
                let outcome = try await Outcome.of(
                    "sh", ["-c", script, interrexBinary()],
                    place.variables(port: freePort(), variable.companions), in: folder)
                expectRefusal(outcome, 78, variable.name, "UTF-8")
                #expect(names(in: folder.path) == [])
            }
            #expect(try await place.tree().isEmpty)
        }
    }

    @Test("F62: a flag's value is held to the same rules, and the line names the flag")
    func f62_flags() async throws {
        let folder = try TemporaryFolder()
        for (flag, value) in [
            ("--bind-ip", "127.0.0.1\nport 1"), ("--port0", "65536"), ("--data-dir", "a\rb"), ("--zk-root", "x"),
        ] {
            let outcome = try await Outcome.of(["redis", flag, value], ["BIND_IP": "127.0.0.1"], in: folder)
            expectRefusal(outcome, 64, "\(flag) ")
        }
        #expect(names(in: folder.path) == [])
    }

    @Test("in JSON, a refusal is one line of JSON")
    func json() async throws {
        let folder = try TemporaryFolder()
        let outcome = try await Outcome.of(["redis"], ["LOG_FORMAT": "json", "BIND_IP": "\"}\\\u{1b}[31m"], in: folder)
        expectRefusal(outcome, 78, #""level":"error","#, #"BIND_IP is \"\"}\\"#)
        #expect(outcome.errors.hasPrefix("{") && outcome.errors.hasSuffix("}\n"))
        #expect(!outcome.errors.contains("\u{1b}"))
    }

    @Test("so is wrong usage, which ends before any setting is read")
    func jsonOfUsage() async throws {
        let folder = try TemporaryFolder()
        for (source, arguments) in [
            ("interrex redis", ["redis", "--bogus\u{1b}\"}"]), ("interrex", ["nonsense"]),
            ("interrex local", ["local", "--redis", "0"]),
        ] {
            let outcome = try await Outcome.of(arguments, ["LOG_FORMAT": "json"], in: folder)
            expectRefusal(outcome, 64, #""level":"error","source":"\#(source)","message":""#)
            #expect(outcome.errors.hasPrefix("{") && outcome.errors.hasSuffix("}\n"), "\(outcome)")
            #expect(!outcome.errors.contains("\u{1b}"))
        }
    }

    private func refuse(
        _ variable: Variable, _ value: String, _ code: Int32, _ companions: [String: String], naming word: String? = nil
    ) async throws {
        try await Place.with { place in
            for command in variable.commands {
                let folder = try TemporaryFolder()
                let variables = try place.variables(port: freePort(), ["DATA_DIR": folder.path])
                    .merging(companions) { $1 }.merging([variable.name: value]) { $1 }
                let outcome = try await Outcome.of([command], variables, in: folder)
                expectRefusal(outcome, code, word ?? subject(of: variable))
                if variable.isSecret { #expect(!outcome.errors.contains("sesame"), "\(outcome)") }
                #expect(names(in: folder.path) == [], "\(variable.name)=\(value.prefix(40))")
            }
            #expect(try await place.tree().isEmpty, "\(variable.name)=\(value.prefix(40))")
        }
    }

    /// The word by which the line tells what is wrong.
    private func subject(of variable: Variable) -> String {
        switch variable.name {
        // A folder is the same one by several variables.
        case "MESOS_SANDBOX": "CONFIG_DIR"
        default: variable.name
        }
    }
}
