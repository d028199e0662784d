import Support
import Testing
import Throttle

/// Mistakes in the user's own settings and templates: 78, the file and the line, before ZooKeeper is touched.
@Suite(.inTurn) struct SourceFileTests {
    struct Mistake: Sendable, CustomTestStringConvertible {
        var text: String
        var line: Int
        var says: String
        var testDescription: String { says }
    }

    static let inAnyFile = [
        Mistake(text: "# one\n# two\n{{nonsense}}\n", line: 3, says: "unknown name nonsense"),
        Mistake(text: "\n{{bind_ip\n", line: 2, says: "not closed"),
        Mistake(text: "{{#password}}\nx\n", line: 1, says: "section password is not closed"),
        Mistake(text: "a\nb {{/password}}\n", line: 2, says: "not open"),
        Mistake(text: "x\n{{bind ip}}\n", line: 2, says: "not a tag"),
        Mistake(text: "x\n\n{{#bind_ip}}{{/bind_ip}}\n", line: 3, says: "is a value"),
        Mistake(text: "{{password}}", line: 1, says: "section"),
    ]

    static let inSettings = [
        Mistake(text: "\nmaxmemory \"1mb\n", line: 2, says: "unbalanced quotes"),
        Mistake(text: "maxmemory \"1\"mb\n", line: 1, says: "unbalanced quotes"),
        Mistake(text: "{{{settings}}}", line: 1, says: "settings"),
    ]

    @Test("a mistake in the settings", arguments: inAnyFile + inSettings)
    func settings(_ mistake: Mistake) async throws {
        try await refuse("redis", "REDIS_CONF", mistake)
        try await refuse("sentinel", "SENTINEL_CONF", mistake)
    }

    @Test("a mistake in the template", arguments: inAnyFile)
    func template(_ mistake: Mistake) async throws {
        try await refuse("redis", "REDIS_TEMPLATE", mistake)
        try await refuse("sentinel", "SENTINEL_TEMPLATE", mistake)
    }

    @Test("settings that would fight with what Interrex decides")
    func decided() async throws {
        for text in [
            "replicaof 192.0.2.1 1", "SLAVEOF a 1", "cluster-enabled yes", "requirepass sesame", "masterauth sesame",
            "tls-replication yes", "port 0",
        ] {
            try await refuse(
                "redis", "REDIS_CONF",
                Mistake(text: "# x\n\(text)\n", line: 2, says: text.split(separator: " ")[0].lowercased()))
        }
        for text in [
            "sentinel auth-pass mymaster sesame", "sentinel sentinel-pass sesame", "sentinel sentinel-user me",
            "requirepass sesame", "tls-port 7", "port 0", "cluster-enabled yes", "replicaof 192.0.2.1 1",
        ] {
            let says =
                text.hasPrefix("sentinel")
                ? text.split(separator: " ").prefix(2).joined(separator: " ") : String(text.split(separator: " ")[0])
            try await refuse("sentinel", "SENTINEL_CONF", Mistake(text: "# x\n\(text)\n", line: 2, says: says))
        }
    }

    @Test("a file that is no text", arguments: ["REDIS_CONF", "REDIS_TEMPLATE"])
    func noText(_ variable: String) async throws {
        let folder = try TemporaryFolder()
        for bytes in [[0x61, 0], [0xff, 0xfe], Array(repeating: 0x61, count: 2_000_000)] as [[UInt8]] {
            try writeBytes(bytes, to: "\(folder.path)/file")
            let outcome = try await Outcome.of(["redis"], base(variable, "\(folder.path)/file"), in: folder)
            expectRefusal(outcome, 78, variable, "\(folder.path)/file")
            #expect(names(in: folder.path) == ["file"])
        }
    }

    @Test("an empty settings file is a good one")
    func empty() async throws {
        let folder = try TemporaryFolder()
        let outcome = try await Outcome.of(
            ["redis", "--render-only", "--role", "master"], base("REDIS_CONF", "/dev/null"), in: folder)
        #expect(outcome.code == 0, "\(outcome)")
        #expect(!outcome.output.contains("appendonly"))
    }

    private func refuse(_ command: String, _ variable: String, _ mistake: Mistake) async throws {
        let folder = try TemporaryFolder()
        let file = "\(folder.path)/mine.conf"
        try write(mistake.text, to: file)
        let outcome = try await Outcome.of([command], base(variable, file), in: folder)
        expectRefusal(outcome, 78, "\(file), line \(mistake.line)", mistake.says)
        #expect(!outcome.errors.contains("sesame"))
        #expect(names(in: folder.path) == ["mine.conf"])
    }

    private func base(_ variable: String, _ value: String) throws -> [String: String] {
        [
            "BIND_IP": "127.0.0.1", "PORT0": "\(try freePort())", "ZK_HOSTS": "127.0.0.1:\(try freePort())",
            variable: value,
        ]
    }
}
