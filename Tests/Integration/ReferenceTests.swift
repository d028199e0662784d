import Cluster
import Documents
import Support
import Testing
import Throttle

/// `docs/reference.md` against what the programs say of themselves.
@Suite(.inTurn) struct ReferenceTests {
    private let reference = Document("docs/reference.md")

    /// The table and `--help` name the same variables.
    @Test func every_variable_is_in_the_help_and_none_only_there() async throws {
        let help = try await help("redis") + help("sentinel") + help(nil, of: "interrex-watcher")
        let rows = try reference.section("Variables").rows
        let described = Set(rows.flatMap { quoted(in: $0[0]) })
        // A secret's file is described for all of them at once, above the table.
        let named = names(in: help).subtracting(Environment.secrets.map { "\($0)_FILE" })
        #expect(described.count > 10 && described.subtracting(names(in: help)) == [], "in reference.md only")
        #expect(named.subtracting(names(in: rows.joined().joined(separator: " "))) == [], "in --help only")
        for secret in Environment.secrets { #expect(help.contains("\(secret)_FILE")) }
    }

    /// The exit codes of the table are those of the program: its own list, and no other.
    @Test func the_exit_codes_are_those_of_the_help() async throws {
        let table = Set(try reference.section("Exit codes").rows.flatMap { numbers(in: $0[0]) })
        let help = try await help(nil)
        let start = try #require(help.firstRange(of: "Exit codes:")).upperBound
        let end = help[start...].firstRange(of: "USAGE:")?.lowerBound ?? help.endIndex
        #expect(table == Set(numbers(in: help[start..<end])) && table.count == 12)
        let watchers = try await self.help(nil, of: "interrex-watcher")
        let codes = try #require(watchers.firstRange(of: "Exit codes:")).upperBound
        #expect(Set(numbers(in: watchers[codes...])).isSubset(of: table))
    }

    /// Those that only give a variable another value are not listed one by one.
    @Test(arguments: [
        "redis", "sentinel", "local", "aside", "renew-lease", "status", "master", "sentinels", "replicas", "history",
        "doctor", "switchover", "pause", "resume", "failover", "forget", "accept-loss",
        "config show", "config set", "password add", "password retire",
    ])
    func the_options_are_those_of_the_help(_ command: String) async throws {
        let variables = Environment.variables.map { "--\($0.lowercased().replacing("_", with: "-"))" }
        let lines = try await help(command).split(separator: "\n").map { $0.drop { $0 == " " } }
        let offered = Set(lines.compactMap { $0.firstMatch(of: /^(?:-h, )?(--[a-z0-9-]+)/).map { String($0.1) } })
        let own = offered.filter { option in
            !variables.contains(option) && !variables.contains { option == "\($0)-file" }
        }
        let rows = try reference.section("Options").rows.filter {
            quoted(in: $0[1]).contains(command) || $0[1].hasPrefix("every command")
        }
        let texts: [String] = rows.flatMap { quoted(in: $0[0]) }
        let options = texts.map { $0.prefix { $0 != " " } }.map(String.init)
        #expect(Set(options.filter { $0.count > 2 && $0.hasPrefix("--") }) == own)
        let programs = try reference.section("Programs").names
        #expect(programs.contains("interrex \(command)"))
    }

    // MARK: Reading

    private func help(_ command: String?, of program: String = "interrex") async throws -> String {
        let path = try interrexBinary().replacing(/interrex$/, with: program)
        let folder = try TemporaryFolder("help")
        let words = command.map { $0.split(separator: " ").map(String.init) } ?? []
        let process = try ChildProcess(
            path, words + ["--help"], output: "\(folder.path)/output")
        #expect(try await process.wait() == 0)
        return process.text
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
