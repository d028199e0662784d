import Support
import Testing
import Throttle

/// Flags over environment over default, as an offline `--render-only` shows them.
@Suite(.inTurn) struct OptionTests {
    /// A flag, its variable, a bad value for the variable, a good one for the flag, and what the file then holds.
    struct Pair: Sendable, CustomTestStringConvertible {
        let flag, bad, good: String
        var holds: String = ""
        var commands = ["redis", "sentinel"]
        var variable: String { flag.dropFirst(2).replacing("-", with: "_").uppercased() }
        var testDescription: String { flag }
    }

    static let pairs = [
        Pair(flag: "--zk-hosts", bad: "h:0", good: "zk://a,b:1/c"),
        Pair(flag: "--zk-root", bad: "x", good: "/other", holds: " /other mymaster -\""),
        Pair(flag: "--zk-session-timeout", bad: "x", good: "500ms"),
        Pair(flag: "--master-name", bad: "a b", good: "prod-1", holds: "prod-1 -\""),
        Pair(flag: "--redis-username", bad: "a b", good: "default"),
        Pair(flag: "--log-level", bad: "loud", good: "debug"),
        Pair(flag: "--log-format", bad: "xml", good: "json"),
        Pair(flag: "--bind-ip", bad: "x", good: "127.0.0.9", holds: "\nbind 127.0.0.9\n"),
        Pair(flag: "--port0", bad: "x", good: "7999", holds: "\nport 7999\n"),
        Pair(flag: "--announce-ip", bad: "a b", good: "203.0.113.7", holds: "announce-ip 203.0.113.7\n"),
        Pair(flag: "--announce-port", bad: "0", good: "31999", holds: "announce-port 31999\n"),
        Pair(flag: "--master-timeout", bad: "x", good: "2m"),
        Pair(flag: "--data-dir", bad: "a\nb", good: "/srv/a b", holds: "\ndir \"/srv/a b\"\n"),
        Pair(flag: "--config-dir", bad: "a\nb", good: "/srv/c"),
        Pair(flag: "--net-iface", bad: "nowhere0", good: "lo", holds: "\nbind 127.0.0.1\n"),
        Pair(flag: "--redis-conf", bad: "/nowhere", good: "/dev/null", commands: ["redis"]),
        Pair(flag: "--redis-template", bad: "/nowhere", good: template("redis"), commands: ["redis"]),
        Pair(
            flag: "--min-replicas-to-write", bad: "x", good: "2", holds: "\nmin-replicas-to-write 2\n",
            commands: ["redis"]),
        Pair(flag: "--sentinel-conf", bad: "/nowhere", good: "/dev/null", commands: ["sentinel"]),
        Pair(flag: "--sentinel-template", bad: "/nowhere", good: template("sentinel"), commands: ["sentinel"]),
        Pair(flag: "--sentinel-quorum", bad: "0", good: "3", holds: " 192.0.2.1 6379 3\n", commands: ["sentinel"]),
    ]

    /// The shipped one, as a file.
    private static func template(_ kind: String) -> String {
        #filePath.split(separator: "/").dropLast(3).map { "/" + $0 }.joined() + "/Templates/\(kind).conf.mustache"
    }

    @Test("a flag overrides its variable", arguments: pairs)
    func overrides(_ pair: Pair) async throws {
        let folder = try TemporaryFolder()
        for command in pair.commands {
            let variables = ["BIND_IP": "127.0.0.1", "REDIS_PASSWORD": "sesame"]
                .merging([pair.variable: pair.bad]) { $1 }
                .merging(pair.flag == "--net-iface" ? ["BIND_IP": ""] : [:]) { $1 }
            let without = try await Outcome.of(offline(command), variables, in: folder)
            expectRefusal(without, 78)
            let with = try await Outcome.of(offline(command) + [pair.flag, pair.good], variables, in: folder)
            #expect(with.code == 0, "\(with)")
            #expect(with.output.contains(pair.holds), "\(with)")
        }
        #expect(names(in: folder.path) == [])
    }

    @Test("a flag that names a secret's file overrides the variable of that name")
    func secretFiles() async throws {
        let folder = try TemporaryFolder()
        try write("user:sesame\n", to: "\(folder.path)/s")
        for flag in ["--zk-auth-file", "--redis-password-file", "--sentinel-password-file"] {
            let variable = flag.dropFirst(2).replacing("-", with: "_").uppercased()
            let outcome = try await Outcome.of(
                offline("sentinel") + [flag, "\(folder.path)/s", "--show-secrets"],
                ["BIND_IP": "127.0.0.1", variable: "/nowhere"], in: folder)
            #expect(outcome.code == 0, "\(outcome)")
            #expect(outcome.output.contains("user:sesame") == (flag != "--zk-auth-file"))
        }
    }

    @Test("F62: an empty variable is an unset one, and shows the defaults", arguments: ["redis", "sentinel"])
    func f62_empty(_ command: String) async throws {
        let folder = try TemporaryFolder()
        let base = ["NET_IFACE": "lo"]
        let unset = try await Outcome.of(offline(command), base, in: folder)
        #expect(unset.code == 0, "\(unset)")
        #expect(unset.output.contains("\nport \(command == "redis" ? 6379 : 26_379)\n"))
        #expect(unset.output.contains("\ndir \(folder.path)\n"))
        #expect(unset.output.contains("\nbind 127.0.0.1\n"))
        #expect(unset.output.contains(" /redis mymaster -\""))
        if command == "sentinel" { #expect(unset.output.contains("sentinel monitor mymaster 192.0.2.1 6379 2\n")) }
        for variable in Variable.all where variable.name != "NET_IFACE" {
            let outcome = try await Outcome.of(offline(command), base.merging([variable.name: ""]) { $1 }, in: folder)
            #expect(outcome.code == 0, "\(outcome)")
            #expect(withoutIdentity(outcome.output) == withoutIdentity(unset.output), "\(variable.name)")
        }
        let noInterface = try await Outcome.of(offline(command), ["NET_IFACE": ""], in: folder)
        #expect(noInterface.code == 0 || noInterface.errors.contains("eth0"), "\(noInterface)")
    }

    @Test("F63: a port that is none is one clear error", arguments: ["redis", "sentinel"])
    func f63_noPort(_ command: String) async throws {
        let folder = try TemporaryFolder()
        for port in ["0", "65536", "x"] {
            let variables = ["BIND_IP": "127.0.0.1", "ZK_HOSTS": "127.0.0.1:1", "PORT0": port]
            expectRefusal(try await Outcome.of([command], variables, in: folder), 78, "PORT0", port, "1 to 65535")
        }
        #expect(names(in: folder.path) == [])
    }

    @Test("F63: PORT0 empty or missing is the server's own port, and PORTS is none of our business")
    func f63_missingPort() async throws {
        let folder = try TemporaryFolder()
        for more in [[:], ["PORT0": ""], ["PORTS": "31001,31002"], ["PORTS": "31001,31002", "PORT0": ""]] {
            for (command, port) in [("redis", 6379), ("sentinel", 26_379)] {
                let variables = ["BIND_IP": "127.0.0.1"].merging(more) { $1 }
                let outcome = try await Outcome.of(offline(command), variables, in: folder)
                #expect(outcome.code == 0 && outcome.output.contains("\nport \(port)\n"), "\(outcome)")
            }
        }
    }

    private func offline(_ command: String) -> [String] {
        [command, "--render-only"] + (command == "redis" ? ["--role", "master"] : ["--master", "192.0.2.1:6379"])
    }
}

/// A sentinel's file without its random identity.
func withoutIdentity(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).filter { !$0.hasPrefix("sentinel myid ") }.joined(
        separator: "\n")
}
