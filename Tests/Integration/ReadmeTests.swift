import Fixtures
import Glibc
import Support
import Testing

/// What the README promises, as it stands there.
@Suite(.inTurn) struct ReadmeTests {
    private let readme: String

    init() throws {
        // Tests/Integration/ReadmeTests.swift
        let folder = #filePath.split(separator: "/").dropLast(3).joined(separator: "/")
        readme = contents(of: "/\(folder)/README.md")
        try #require(!readme.isEmpty, "no README.md in /\(folder)")
    }

    @Test func the_python_client_finds_the_master() async throws {
        let snippet = try #require(block("python"), "no block of Python in README.md")
        try await TestCluster.with { cluster in
            let servers = try (0..<3).map { _ in try cluster.redis(quickRedis) }
            let master = try await servers.united()
            let sentinels = try (0..<3).map { _ in try cluster.sentinel(quickSentinel) }
            try await sentinels.know(replicas: 2)
            _ = try await cluster.registered(6)
            let folder = try TemporaryFolder("readme")
            try write(snippet, to: "\(folder.path)/client.py")
            let python = try ChildProcess(
                "/usr/bin/python3", ["\(folder.path)/client.py"],
                environment: [
                    "PATH": "/usr/bin:/bin", "ZK_HOSTS": cluster.servers, "ZK_ROOT": cluster.root, "LANG": "C.UTF-8",
                ],
                output: "\(folder.path)/output", errors: "\(folder.path)/errors")
            let code = try await python.wait(within: .seconds(60))
            #expect(code == 0, "\(contents(of: "\(folder.path)/errors"))")
            #expect(python.text == "salve\n")
            #expect(try await redis(master.port, "GET", "greeting") == "salve")
        }
    }

    /// The table and `--help` name the same variables.
    @Test func every_variable_is_in_the_help_and_none_only_there() async throws {
        let help = try await help("redis") + help("sentinel") + watcherHelp()
        let rows = try #require(section("Variables")).split(separator: "\n").filter { $0.hasPrefix("| `") }
        #expect(rows.count > 10)
        let described = Set(rows.flatMap { quoted(in: $0.split(separator: "|")[0]) })
        let secrets = described.filter { name in rows.contains { $0.contains("`\(name)` (secret)") } }
        // A secret's file is described for all of them at once, above the table.
        let named = names(in: help).subtracting(secrets.map { "\($0)_FILE" })
        #expect(described.subtracting(names(in: help)) == [], "in README.md only")
        #expect(named.subtracting(names(in: rows.joined())) == [], "in --help only")
        #expect(secrets == ["ZK_AUTH", "REDIS_PASSWORD", "SENTINEL_PASSWORD"])
        for secret in secrets { #expect(help.contains("\(secret)_FILE")) }
    }

    /// The exit codes of the table are those of the program: its own list, and no other.
    @Test func the_exit_codes_are_those_of_the_help() async throws {
        let rows = try #require(section("Exit codes")).split(separator: "\n").filter { $0.hasPrefix("| ") }.dropFirst()
        let table = Set(rows.flatMap { numbers(in: $0.split(separator: "|")[0]) })
        let help = try await help(nil)
        let start = try #require(help.firstRange(of: "Exit codes:")).upperBound
        let end = help[start...].firstIndex(of: ".") ?? help.endIndex
        let listed = Set(numbers(in: help[start..<end]))
        #expect(table == listed && table.count == 10)
    }

    // MARK: Reading

    /// The first block of code in `language`.
    private func block(_ language: String) -> String? {
        guard let start = readme.firstRange(of: "\n```\(language)\n"),
            let end = readme[start.upperBound...].firstRange(of: "\n```")
        else { return nil }
        return String(readme[start.upperBound..<end.lowerBound]) + "\n"
    }

    private func section(_ title: String) -> Substring? {
        guard let start = readme.firstRange(of: "\n## \(title)\n") else { return nil }
        let rest = readme[start.upperBound...]
        return rest[..<(rest.firstRange(of: "\n## ")?.lowerBound ?? rest.endIndex)]
    }

    private func help(_ command: String?) async throws -> String {
        try await output(of: interrexBinary(), [command, "--help"].compactMap(\.self))
    }

    private func watcherHelp() async throws -> String {
        try await output(of: interrexBinary() + "-watcher", ["--help"])
    }

    private func output(of program: String, _ arguments: [String]) async throws -> String {
        let folder = try TemporaryFolder("help")
        let process = try ChildProcess(program, arguments, output: "\(folder.path)/output")
        #expect(try await process.wait() == 0)
        return process.text
    }

    /// What stands between backticks.
    private func quoted(in text: Substring) -> [String] {
        text.split(separator: "`", omittingEmptySubsequences: false).enumerated()
            .filter { $0.offset % 2 == 1 }.map { String($0.element) }
    }

    /// Words such as `ZK_HOSTS` and `PORT0`: capitals with a `_` or a digit among them.
    private func names(in text: some StringProtocol) -> Set<String> {
        let isPart = { (character: Character) in
            character.isASCII && (character.isUppercase || character.isNumber || character == "_")
        }
        let words = String(text).split(whereSeparator: { !isPart($0) }).map { String($0) }
        return Set(words.filter { $0.first!.isUppercase && $0.contains { $0 == "_" || $0.isNumber } })
    }

    private func numbers(in text: some StringProtocol) -> [String] {
        String(text).split(whereSeparator: { !$0.isNumber }).map { String($0) }
    }
}
