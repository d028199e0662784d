import FoundationEssentials
import Support
import Testing
import Throttle

/// Wrong usage is one line and 64; help is whole, on standard output, and 0.
@Suite(.inTurn) struct UsageTests {
    static let mistakes: [[String]] = [
        ["redis", "--no-such-flag"], ["redis", "--port0"], ["redis", "stray"], ["nonsense"], ["--nonsense"],
        ["redis", "--role", "master"], ["redis", "--show-secrets"], ["redis", "--render-only", "--role", "king"],
        ["redis", "--render-only", "--role", "replica"], ["redis", "--render-only", "--master", "a:1"],
        ["redis", "--render-only", "--role", "master", "--master", "192.0.2.1:1"],
        ["redis", "--render-only", "--role", "replica", "--master", "192.0.2.1"],
        ["redis", "--render-only", "--role", "replica", "--master", "192.0.2.1:0"],
        ["redis", "--render-only", "--role", "replica", "--master", "a b:1"],
        ["sentinel", "--master", "192.0.2.1:1"], ["sentinel", "--render-only", "--master", "x"],
        ["sentinel", "--role", "master"], ["sentinel", "--redis-conf", "x"], ["redis", "--sentinel-quorum", "2"],
        ["redis", "--no-such-flag\nof two lines", String(repeating: "x", count: 65_536)],
    ]

    @Test("a mistake is one line and exit 64", arguments: mistakes)
    func mistake(_ arguments: [String]) async throws {
        let folder = try TemporaryFolder()
        let outcome = try await Outcome.of(arguments, ["BIND_IP": "127.0.0.1"], in: folder)
        expectRefusal(outcome, 64, "--help")
        #expect(!outcome.errors.contains("Usage") && !outcome.errors.contains("USAGE"), "\(outcome)")
        #expect(names(in: folder.path) == [])
    }

    @Test("a mistake is said of its command, and whose help to read")
    func whose() async throws {
        let folder = try TemporaryFolder()
        for (arguments, line) in [
            (["pause"], "interrex pause: Missing expected argument '--why <why>'; see interrex pause --help\n"),
            (
                ["config", "set"],
                "interrex config set: Missing expected argument '<name>'; see interrex config set --help\n"
            ),
            (
                ["status", "--tre"],
                "interrex status: Unknown option '--tre'. Did you mean '--tree'? See interrex status --help\n"
            ),
            (["--nonsense", "status"], "interrex: Unknown option '--nonsense'; see interrex --help\n"),
        ] {
            let outcome = try await Outcome.of(arguments, in: folder)
            #expect(outcome.code == 64 && outcome.errors.hasSuffix(" error \(line)"), "\(outcome)")
        }
    }

    @Test("an option's value that can't be used is wrong usage, as the option's")
    func values() async throws {
        let folder = try TemporaryFolder()
        for arguments in [
            ["status", "--zk-root", "x"], ["redis", "--port0", "0"],
            ["master", "--wait", "--timeout", "0.1"], ["switchover", "--timeout", "0"], ["history", "-n", "101"],
            ["status", "--log-level", "loud"], ["status", "--all", "teams"],
        ] {
            let outcome = try await Outcome.of(arguments, ["BIND_IP": "127.0.0.1"], in: folder)
            expectRefusal(outcome, 64, arguments[arguments.count - 2])
        }
    }

    /// A line of help that is longer is wrapped again, and leaves a word alone on the next.
    @Test("what is said of a command is wrapped as it stands in the source")
    func width() async throws {
        struct Command: Decodable {
            var commandName: String
            var discussion: String?
            var subcommands: [Command]?
            var all: [Command] { [self] + (subcommands ?? []).flatMap(\.all) }
        }
        struct Dump: Decodable { var command: Command }
        let folder = try TemporaryFolder()
        let dump = try await Outcome.of(["--experimental-dump-help"], in: folder).output
        let commands = try JSONDecoder().decode(Dump.self, from: Data(dump.utf8)).command.all
        #expect(commands.count > 20)
        for command in commands {
            for line in (command.discussion ?? "").split(separator: "\n") {
                #expect(line.count <= 76, "\(command.commandName): \(line)")
            }
        }
    }

    @Test(
        "`--help` goes to standard output",
        arguments: [["--help"], ["redis", "--help"], ["sentinel", "--help"], ["help", "redis"]])
    func help(_ arguments: [String]) async throws {
        let folder = try TemporaryFolder()
        let outcome = try await Outcome.of(arguments, in: folder)
        #expect(outcome.code == 0 && outcome.errors.isEmpty, "\(outcome)")
        #expect(outcome.output.contains("USAGE: interrex"))
    }

    @Test("help names each variable with its default")
    func variables() async throws {
        let folder = try TemporaryFolder()
        for command in ["redis", "sentinel"] {
            let help = try await Outcome.of([command, "--help"], in: folder).output
            for variable in Variable.all where variable.commands.contains(command) || variable.isSecret {
                // The sentinels' password is none of a redis-server's business.
                if variable.name == "SENTINEL_PASSWORD", command == "redis" { continue }
                #expect(help.contains(variable.name), "\(command) \(variable.name)")
            }
            let flat = help.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            var defaults = [
                "ZK_HOSTS; default: localhost:2181", "ZK_ROOT; default: /redis", "ZK_SESSION_TIMEOUT; default: 6s",
                "NET_IFACE; default: eth0", "ANNOUNCE_PORT; default: PORT0", "MASTER_NAME; default: mymaster",
                "MASTER_TIMEOUT; default: 60s", "DATA_DIR; default: the current directory",
                "CONFIG_DIR; default: MESOS_SANDBOX, else DATA_DIR", "LOG_LEVEL; default: info",
                "LOG_FORMAT; default: text",
                "PORT0; default: 6379, for a sentinel 26379",
            ]
            defaults += command == "redis" ? ["MIN_REPLICAS_TO_WRITE; default: 0"] : ["SENTINEL_QUORUM; default: 2"]
            for text in defaults { #expect(flat.contains(text), "\(command): \(text)") }
        }
    }

    @Test("the hidden lease refuses to be started by hand, at once")
    func leaseByHand() async throws {
        let folder = try TemporaryFolder()
        let outcome = try await Outcome.of(["lease"], in: folder, within: .seconds(5))
        #expect(outcome.code == 64, "\(outcome)")
        #expect(outcome.lines.count <= 1 && outcome.output.isEmpty)
    }
}
