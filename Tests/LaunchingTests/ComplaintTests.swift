import Cluster
import Processes
import Support
import Testing
import Throttle

@testable import Launching

/// What a real server says of a wrong line is repeated, and it may repeat any word of that line: no password may be
/// one.
@Suite(.inTurn) struct ComplaintTests {
    /// What redis-server 7.0 says of a line.
    private static func said(_ line: String, _ word: String) -> String {
        """

        *** FATAL CONFIG FILE ERROR (Redis 7.0.15) ***
        Reading the configuration file, at line 2
        >>> '\(line)'
        Error in user declaration '\(word)': Syntax error

        """
    }

    @Test(
        "the rule that it names is a valid one, two places before the wrong word",
        arguments: [
            ("user alice on >s3cret ~* bogus", ">s3cret"), ("user alice on '>s3cret' '~*' bogus", ">s3cret"),
            ("user alice on \">s3cret\" ~* bogus", ">s3cret"),
            ("user alice on \">two s3cret\" ~* bogus", ">two s3cret"),
            ("user alice on '>two s3cret' ~* bogus", ">two s3cret"),
            ("user alice on \">a \\\"s3cret' b\" ~* bogus", ">a \"s3cret' b"),
            ("user alice on <s3cret ~* bogus", "<s3cret"), ("user alice on \"#s3cret\" ~* bogus", "#s3cret"),
            ("user alice on !s3cret ~* bogus", "!s3cret"), ("  USER alice on \">s3cret\" ~* bogus\t", ">s3cret"),
        ])
    func rules(_ line: String, _ word: String) {
        let complaint = Complaint(Self.said(trimmed(line), word), about: "port 1\n\(line)\nhz 10\n", secrets: [])
        #expect(complaint.line == trimmed(line))
        #expect(complaint.words == "Error in user declaration '<hidden>': Syntax error")
        #expect(!complaint.failure(of: .redis, at: "mine, line 2").description.contains("s3cret"))
    }

    @Test("what is no secret is repeated")
    func open() {
        let line = "user alice on >s3cret ~* +bogus"
        #expect(
            Complaint(Self.said(line, "~*"), about: line, secrets: []).words
                == "Error in user declaration '~*': Syntax error")
        let other = Complaint(
            ">>> 'maxmemry 1gb'\nBad directive or wrong number of arguments\n", about: "maxmemry 1gb", secrets: [])
        #expect(other.line == "maxmemry 1gb" && other.words == "Bad directive or wrong number of arguments")
    }

    @Test(
        "where no line is named, neither the settings' secrets nor those of a file of users are shown",
        arguments: [
            "1:M 1 Jan 2026 00:00:00.000 # Error in the rule '>two s3cret' of a user",
            "1:M 1 Jan 2026 00:00:00.000 # /u.acl:1: '>unknown s3cret': Syntax error",
            "1:M 1 Jan 2026 00:00:00.000 # /u.acl:1: #unknowns3cret: Syntax error", "no such word: two s3cret",
            "the password is 'pw' for the user", "one of >pw",
        ])
    func withoutLine(_ said: String) {
        let complaint = Complaint(said, about: "user a on '>two s3cret' '>pw'\n", secrets: [])
        #expect(complaint.line == nil && complaint.words.contains("<hidden>"))
        #expect(!complaint.words.contains("s3cret") && !complaint.words.contains("pw"), "\(complaint.words)")
    }

    @Test("a secret that reaches beyond the cut is not shown in part", arguments: 700...810)
    func cut(_ length: Int) {
        let filler = String(repeating: "x", count: length)
        let complaint = Complaint(
            ">>> 'maxmemry 1gb'\n\(filler) \(String(repeating: "s3cret", count: 20))\n", about: "maxmemry 1gb\n",
            secrets: [String(repeating: "s3cret", count: 20)])
        #expect(!complaint.words.contains("s3"), "\(complaint.words.suffix(40))")
    }

    private static let arguments: [[String]] = [
        ["--user", "alice", "on", ">s3cret", "~*", "bogus"], ["--user", "alice", "on", ">two s3cret", "~*", "bogus"],
        ["--user alice on '>two s3cret' ~* bogus"],
    ]

    @Test("by a real server, of the arguments", arguments: arguments)
    func realArguments(_ arguments: [String]) async throws {
        let folder = try TemporaryFolder()
        let look = ["redis", "--render-only", "--role", "master", "--"] + arguments
        for launch in [look, ["redis", "--"] + arguments] {
            let outcome = try await Outcome.of(
                launch,
                ["BIND_IP": "127.0.0.1", "PORT0": "\(freePort())", "ZK_HOSTS": "127.0.0.1:\(freePort())"], in: folder)
            expectRefusal(outcome, 78, "the arguments after --, line 1", "user alice on", "Syntax error")
            #expect(!outcome.errors.contains("s3cret") && !outcome.errors.contains("two"), "\(outcome)")
        }
    }

    @Test("and of a file", arguments: [">s3cret", "\">s3cret\"", "'>two s3cret'"])
    func realFile(_ rule: String) async throws {
        let folder = try TemporaryFolder()
        try write("user alice on \(rule) ~* bogus\n", to: "\(folder.path)/mine.conf")
        let outcome = try await Outcome.of(
            ["redis", "--render-only", "--role", "master"],
            ["BIND_IP": "127.0.0.1", "REDIS_CONF": "\(folder.path)/mine.conf"], in: folder)
        expectRefusal(outcome, 78, "mine.conf, line 1 once rendered", "Syntax error")
        #expect(!outcome.errors.contains("s3cret") && !outcome.errors.contains("two"), "\(outcome)")
    }

    private func trimmed(_ line: String) -> String {
        var line = line[...]
        while line.first?.isWhitespace ?? false { line.removeFirst() }
        while line.last?.isWhitespace ?? false { line.removeLast() }
        return String(line)
    }
}
