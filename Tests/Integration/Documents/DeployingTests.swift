import Fixtures
import FoundationEssentials
import Glibc
import Support
import Testing
import Throttle

/// What docs/deploying.md says, as it stands there: each scheduler's command, with the environment that it gives.
@Suite(.inTurn) struct DeployingTests {
    private let document: Snippets

    init() throws { document = try Snippets("docs/deploying.md") }

    enum Scheduler: String, CaseIterable { case systemd, docker, marathon, nomad }

    @Test(arguments: Scheduler.allCases) func a_schedulers_command_starts_a_server(_ scheduler: Scheduler) async throws
    {
        let start = try start(scheduler)
        #expect(start.variables["ZK_HOSTS"]?.contains("zk1") == true)
        try await TestCluster.with { cluster in
            let place = try Place()
            var variables = start.variables
            variables["ZK_HOSTS"] = cluster.servers
            variables["PORT0"] = "\(place.port)"
            // The machine of a test has loopback only. The real one is named as it stands there.
            if variables["NET_IFACE"] == "eth0" { variables["NET_IFACE"] = "lo" }
            if variables["BIND_IP"] != nil { variables["BIND_IP"] = "127.0.0.1" }
            variables["DATA_DIR"] = place.data
            try await place.starts(start.command, variables)
            let root = variables["ZK_ROOT"] ?? "/redis"
            #expect(try await cluster.text("\(root)/master") == "127.0.0.1 \(place.port)")
            try await place.stops()
        }
    }

    /// Each scheduler's, on the master and on a server that is none. The test's addresses are in the place of those of
    /// the document.
    @Test func a_stop_hook_hands_over_what_is_master() async throws {
        let systemd = try document.block("text", with: "ExecStop=-").dropFirst("ExecStop=-".utf8.count)
        let nomad = try document.block("text", with: "NOMAD_ADDR_redis")
        let kubernetes = try #require(
            try document.block("text", with: "preStop").split(separator: "\n").last?.firstMatch(of: #/command: (.*)/#)?
                .1)
        let words = try JSONDecoder().decode([String].self, from: Data(kubernetes.utf8))
        #expect(words.prefix(2) == ["/bin/sh", "-c"])
        let hooks: [String] = [
            String(systemd).replacing("/usr/local/bin/", with: "")
                .replacing("10.0.0.1:6379", with: "$NOMAD_ADDR_redis"),
            "nomad() { echo \"nomad $*\"; }; \(nomad)", words[2].replacing(":6379", with: ":$PORT"),
        ]
        try await WatchedCluster.with(members: 2) { cluster in
            var master = cluster.master
            for hook in hooks {
                let other = try #require(cluster.members.first { $0.port != master.port })
                for server in [other, master] {
                    let run = try await hookRun(hook, of: server, on: cluster.cluster)
                    #expect(run.code == 0, "\(run)")
                    #expect(!hook.contains("nomad") || run.output.hasSuffix("nomad alloc stop 1a2b\n"), "\(run)")
                    let recorded = try await cluster.cluster.recordedMaster()
                    #expect(recorded == (server.port == other.port ? master : other).address, "\(run)")
                }
                master = other
            }
        }
    }

    @Test func an_announced_address_is_what_others_find() async throws {
        let line = try document.block("sh", with: "ANNOUNCE_IP")
        try await TestCluster.with { cluster in
            let place = try Place()
            var variables = dockers(line)
            (variables["ZK_HOSTS"], variables["PORT0"]) = (cluster.servers, "\(place.port)")
            variables["DATA_DIR"] = place.data
            try await place.starts("exec /opt/interrex/entrypoints/redis", variables)
            #expect(try await cluster.recordedMaster() == "10.0.0.1 16379")
            try await place.stops()
        }
    }

    @Test func the_file_shows_settings_and_arguments() async throws {
        let settings = try document.block("", with: "logfile")
        let arguments = try document.block("sh", with: "--maxmemory").split(separator: " -- ")[1]
        let look = try document.block("sh", with: "--render-only")
        let folder = try TemporaryFolder("deploying", onDisk: true)
        try write(settings, to: "\(folder.path)/redis.conf")
        let command = "\(look.dropLast()) -- \(arguments)"
        let shell = try ChildProcess(
            "sh", ["-c", command.replacing("interrex ", with: "\(interrexBinary()) ")],
            environment: [
                "PATH": "/usr/bin:/bin", "BIND_IP": "127.0.0.1", "DATA_DIR": folder.path,
                "REDIS_CONF": "\(folder.path)/redis.conf",
            ], output: "\(folder.path)/output", errors: "\(folder.path)/errors")
        #expect(try await shell.wait() == 0, "\(contents(of: "\(folder.path)/errors"))")
        for line in [
            "logfile redis-6379.log", "syslog-ident mymaster", "maxmemory 1gb", "maxmemory-policy allkeys-lru",
            "replicaof 10.0.0.1 6379",
        ] { #expect(shell.text.contains("\n\(line)\n"), "\(line)") }
    }

    @Test func the_rights_suffice() async throws {
        let user = try document.block("", with: "user ha on").replacing(">...", with: ">sesame")
        let folder = try TemporaryFolder("deploying", onDisk: true)
        try write("\(user)user default off\n\(quickRedis)", to: "\(folder.path)/redis.conf")
        try await TestCluster.with(["REDIS_USERNAME": "ha", "REDIS_PASSWORD": "sesame"]) { cluster in
            let server = try cluster.redis("include \(folder.path)/redis.conf\n")
            try await eventually("it is recorded: \(server.process.text)") {
                if let code = server.process.exitCode {
                    throw TestFailure("ended with \(code): \(server.process.text)")
                }
                return try await cluster.recordedMaster() == server.address
            }
            #expect(!server.process.text.contains("may not run"))
        }
    }

    /// As a scheduler runs it: with its own variables for where the server is.
    private func hookRun(
        _ hook: String, of server: Launched, on cluster: TestCluster
    ) async throws -> (code: Int32, output: String) {
        let program = try interrexBinary()
        let folder = try TemporaryFolder("hook")
        try FileManager.default.createSymbolicLink(
            atPath: "\(folder.path)/interrex", withDestinationPath: program)
        let variables = [
            "PATH": "\(folder.path):/usr/bin:/bin", "ZK_HOSTS": cluster.servers, "ZK_ROOT": cluster.root,
            "NOMAD_ADDR_redis": server.colonAddress, "ALLOC": "1a2b", "POD_IP": server.ip, "PORT": "\(server.port)",
        ]
        let shell = try ChildProcess("sh", ["-c", hook], environment: variables, output: "\(folder.path)/output")
        return (try await shell.wait(), shell.text)
    }

    // MARK: Reading

    private struct Start {
        var command: String
        var variables: [String: String]
    }

    private func start(_ scheduler: Scheduler) throws -> Start {
        switch scheduler {
        case .systemd:
            let unit = try document.block("ini", with: "ExecStart")
            let lines = unit.split(separator: "\n")
            let own = lines.filter { $0.hasPrefix("Environment=") }.flatMap { $0.dropFirst(12).split(separator: " ") }
            let shared = try document.block("", with: "ZK_HOSTS=").split(separator: "\n")
            let command = try #require(lines.first { $0.hasPrefix("ExecStart=") }?.dropFirst(10))
            return Start(command: "exec \(command)", variables: pairs(own + shared))
        case .docker:
            let file = try document.block("dockerfile").split(separator: "\n")
            let entry = try #require(file.last?.firstMatch(of: /^ENTRYPOINT \["(.+)"\]$/)?.1)
            return Start(command: "exec \(entry)", variables: dockers(try document.block("sh", with: "--network host")))
        case .marathon:
            struct App: Decodable {
                var cmd: String
                var env: [String: String]
            }
            let app = try JSONDecoder().decode(App.self, from: Data(document.block("json").utf8))
            return Start(command: app.cmd, variables: app.env)
        case .nomad:
            let job = try document.block("hcl")
            let block = try #require(job.firstMatch(of: #/env \{\n((?:.+\n)+?) *\}\n/#)?.1)
            let assignments = block.matches(of: #/(\w+) *= "(.*)"/#).map { ($0.1, String($0.2)) }
            let command = try #require(job.firstMatch(of: #/command = "(.*)"/#)?.1)
            return Start(
                command: "exec \(command)",
                variables: Dictionary(assignments.map { (String($0), $1) }) { $1 })
        }
    }

    /// The words `NAME=VALUE`.
    private func pairs(_ words: [Substring]) -> [String: String] {
        let pairs = words.compactMap { word -> (String, String)? in
            let parts = word.split(separator: "=", maxSplits: 1)
            return parts.count == 2 ? (String(parts[0]), String(parts[1])) : nil
        }
        return Dictionary(pairs) { $1 }
    }

    /// What `-e` gives.
    private func dockers(_ line: String) -> [String: String] { pairs(line.matches(of: #/-e (\S+)/#).map(\.1)) }
}

/// Where a test starts a server as a scheduler would: a port, a folder, and a copy of the program, which the user
/// `redis` can enter.
private final class Place {
    let port: Int
    let data: String
    private let folder: TemporaryFolder
    private let program: String
    private var shell: ChildProcess?

    init() throws {
        port = try freePort()
        folder = try TemporaryFolder("deploying", onDisk: true)
        chmod(folder.path, 0o755)
        data = "\(folder.path)/data"
        try makeFolder(data)
        program = "\(folder.path)/interrex"
        try FileManager.default.copyItem(atPath: interrexBinary(), toPath: program)
    }

    /// Runs the command and waits until the server answers.
    func starts(_ command: String, _ variables: [String: String]) async throws {
        let command = command.replacing("/opt/interrex", with: Snippets.root)
            .replacing("/usr/local/bin/interrex", with: program)
        let environment = ["PATH": "/usr/bin:/bin:/usr/sbin", "INTERREX": program].merging(variables) { $1 }
        let shell = try ChildProcess(
            "sh", ["-c", command], environment: environment, folder: data, output: "\(folder.path)/output",
            processGroup: true)
        self.shell = shell
        try await eventually("the server answers: \(shell.text)") {
            if let code = shell.exitCode { throw TestFailure("ended with \(code): \(shell.text)") }
            return try? await redis(self.port, "PING") == "PONG" ? true : nil
        }
    }

    /// The process that the scheduler started is the server: its end is a clean one.
    func stops() async throws { #expect(try await shell?.stop() == 0) }
}
