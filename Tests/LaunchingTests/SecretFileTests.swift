import Support
import Testing
import Throttle

/// Secrets out of files, as container schedulers mount them.
@Suite(.inTurn) struct SecretFileTests {
    static let secrets = ["REDIS_PASSWORD", "SENTINEL_PASSWORD", "ZK_AUTH"]

    @Test(
        "a file's one line is the password, with or without a line end",
        arguments: ["se\\same", "se\\same\n", "se\\same\r\n"])
    func lineEnds(_ text: String) async throws {
        try await Place.with { place in
            let folder = try TemporaryFolder()
            try write(text, to: "\(folder.path)/secret")
            let server = try Launched(
                .redis, zookeeper: place.servers, root: place.root, folder: folder,
                ["REDIS_PASSWORD_FILE": "\(folder.path)/secret"])
            try await eventually("it lets the password in: \(server.process.text.suffix(500))") {
                try? await redis(server.port, "PING", password: "se\\same") == "PONG"
            }
            await server.stop()
        }
    }

    @Test("a file that can't be a secret is refused in one line without its contents", arguments: secrets)
    func refused(_ variable: String) async throws {
        let folder = try TemporaryFolder()
        let files: [String: [UInt8]] = [
            "nul": Array("user:se\0same".utf8), "lines": Array("user:sesame\nsesame\n".utf8),
            "cr": Array("a:sesame\rb".utf8),
            "empty": [], "newline": [10], "binary": [0xff, 0xfe, 0x41], "two ends": Array("user:sesame\n\n".utf8),
            "64 KiB": Array("user:".utf8) + Array(repeating: 0x61, count: 65_536),
            "long": Array("user:".utf8) + Array(repeating: 0x61, count: 20_000),
            "1 MiB": Array("user:".utf8) + Array(repeating: 0x61, count: 1_048_576),
        ]
        for (name, bytes) in files { try writeBytes(bytes, to: "\(folder.path)/\(name)") }
        try await Place.with { place in
            for name in files.keys.sorted() + ["missing", "."] {
                let outcome = try await Outcome.of(
                    ["sentinel"], place.variables(port: freePort(), ["\(variable)_FILE": "\(folder.path)/\(name)"]),
                    in: folder)
                // What Redis would take from nobody is read, and refused by the template's name for it.
                expectRefusal(outcome, 78, name == "long" ? "16384" : "\(variable)_FILE")
                for secret in ["sesame", "same", "aaaa"] { #expect(!outcome.errors.contains(secret), "\(outcome)") }
                #expect(names(in: folder.path) == files.keys.sorted())
            }
            #expect(try await place.tree().isEmpty)
        }
    }

    @Test("a variable and its file together are an error", arguments: secrets)
    func both(_ variable: String) async throws {
        let folder = try TemporaryFolder()
        try write("user:other", to: "\(folder.path)/secret")
        let outcome = try await Outcome.of(
            ["redis"], ["BIND_IP": "127.0.0.1", variable: "user:sesame", "\(variable)_FILE": "\(folder.path)/secret"],
            in: folder)
        expectRefusal(outcome, 78, variable, "both")
        #expect(!outcome.errors.contains("sesame") && !outcome.errors.contains("user:other"))
    }

    @Test("an empty name of a file means none")
    func emptyName() async throws {
        let folder = try TemporaryFolder()
        let outcome = try await Outcome.of(
            ["redis", "--render-only", "--role", "master", "--show-secrets"],
            ["BIND_IP": "127.0.0.1", "REDIS_PASSWORD": "sesame", "REDIS_PASSWORD_FILE": ""], in: folder)
        #expect(outcome.code == 0, "\(outcome)")
        #expect(outcome.output.contains("\nrequirepass sesame\n"))
    }
}
