import Glibc
import Support
import Testing
import Throttle

/// What the real server makes of its settings is found out before anything is claimed: nothing here has a ZooKeeper.
@Suite(.inTurn) struct ProofTests {
    private struct Case: Sendable, CustomTestStringConvertible {
        var settings: String
        /// What the one line says.
        var words: [String]
        var more: [String: String] = [:]

        var testDescription: String { words[0] }
    }

    private static let wrong = [
        Case(settings: "# mine\nmaxmemry 1gb\n", words: ["mine.conf, line 2", "maxmemry 1gb", "Bad directive"]),
        Case(settings: "maxmemory nonsense\n", words: ["mine.conf, line 1", "maxmemory nonsense"]),
        Case(settings: "appendfsync sometimes\n", words: ["mine.conf, line 1", "appendfsync sometimes"]),
        Case(settings: "rename-command NOSUCH x\n", words: ["mine.conf, line 1", "rename-command NOSUCH x"]),
        Case(settings: "include more.conf\n", words: ["more.conf, line 3", "maxmemry 2gb"]),
    ]

    /// What a server tells only as it starts.
    private static let late = [
        Case(settings: "aclfile missing.acl\n", words: ["missing.acl", "mine.conf"]),
        Case(settings: "user me on >sesame +nosuchcommand\n", words: ["REDIS_CONF", "nosuchcommand"]),
        Case(settings: "unixsocket missing/s\n", words: ["unixsocket missing/s", "No such file"]),
        Case(settings: "module.setting 1\n", words: ["REDIS_CONF", "odule"]),
    ]

    @Test(arguments: wrong + late) private func aWrongSettingIsRefusedBeforeZooKeeperIsTouched(_ one: Case) async throws
    {
        let folder = try Self.folder(one)
        let outcome = try await Outcome.of(["redis"], try Self.variables(one, folder), in: folder)
        #expect(outcome.code == 78 && outcome.lines.count == 1, "\(outcome)")
        for word in one.words { #expect(outcome.errors.contains(word), "\(outcome)") }
        #expect(!outcome.errors.contains("sesame"))
        #expect(names(in: folder.path) == ["mine.conf", "more.conf"], "nothing is left, and no log is opened")
    }

    @Test(arguments: wrong) private func soItIsForALookThatWritesNothing(_ one: Case) async throws {
        let folder = try Self.folder(one)
        let outcome = try await Outcome.of(
            ["redis", "--render-only", "--role", "master"], try Self.variables(one, folder), in: folder)
        #expect(outcome.code == 78 && outcome.lines.count == 1 && outcome.output.isEmpty, "\(outcome)")
        for word in one.words { #expect(outcome.errors.contains(word), "\(outcome)") }
        #expect(names(in: folder.path) == ["mine.conf", "more.conf"])
    }

    @Test(arguments: ["redis", "sentinel"]) func anArgumentIsASettingToo(_ command: String) async throws {
        let folder = try Self.folder(Case(settings: "", words: []))
        let outcome = try await Outcome.of(
            [command, "--", "--maxmemry", "1gb"],
            ["BIND_IP": "127.0.0.1", "ZK_HOSTS": "127.0.0.1:\(freePort())", "PORT0": "\(freePort())"], in: folder)
        expectRefusal(outcome, 78, "maxmemry")
    }

    @Test(arguments: [
        ("sentinel down-after-milliseconds {{master_name}} soon\n", "sentinel down-after-milliseconds mymaster soon"),
        ("# mine\nmaxmemry 1gb\n", "mine.conf, line 2"), ("sentinel nonsense mymaster 1\n", "mine.conf, line 1"),
        ("sentinel down-after-milliseconds other 1\n", "No such master"),
    ])
    func aSentinelsSettingsToo(_ settings: String, _ word: String) async throws {
        let one = Case(settings: settings + "logfile touched.log\n", words: [])
        for arguments in [["sentinel"], ["sentinel", "--render-only", "--master", "127.0.0.1:1"]] {
            let folder = try Self.folder(one)
            var variables = try Self.variables(one, folder)
            variables["SENTINEL_CONF"] = variables["REDIS_CONF"]
            let outcome = try await Outcome.of(arguments, variables, in: folder)
            let lines = outcome.lines.filter { !$0.contains("the server's own log goes to") }
            #expect(outcome.code == 78 && lines.count == 1 && outcome.output.isEmpty, "\(outcome)")
            #expect(lines.joined().contains(word), "\(outcome)")
            #expect(names(in: folder.path) == ["mine.conf", "more.conf"])
        }
    }

    @Test func aMistakeInATemplateForReplicasIsFoundByAMaster() async throws {
        let folder = try Self.folder(Case(settings: "", words: []))
        let template = """
            dir {{data_dir}}
            {{{settings}}}
            dir {{data_dir}}
            port {{port}}
            {{#replica_priority}}
            replica-priority {{replica_priority}}
            {{/replica_priority}}
            {{#master}}
            replicaof {{host}} {{port}}
            replicaoff {{host}} {{port}}
            {{/master}}

            """
        try write(template, to: "\(folder.path)/mine.conf")
        let outcome = try await Outcome.of(
            ["redis"],
            [
                "BIND_IP": "127.0.0.1", "ZK_HOSTS": "127.0.0.1:\(freePort())", "PORT0": "\(freePort())",
                "REDIS_TEMPLATE": "\(folder.path)/mine.conf",
            ], in: folder)
        expectRefusal(outcome, 78, "replicaoff", "mine.conf")
    }

    @Test func nothingIsTriedAgainWhileNothingHasChanged() async throws {
        try await Place.with { place in
            let (folder, tools) = (try TemporaryFolder(), try TemporaryFolder("tools"))
            let server = "\(tools.path)/redis-server"
            try await copyServer(to: server)
            let port = try freePort()
            func isTried(_ more: [String: String] = [:]) async throws -> Bool {
                let launched = try Launched(
                    .redis, zookeeper: place.servers, root: place.root, port: port, folder: folder,
                    ["REDIS_SERVER": server, "LOG_LEVEL": "debug"].merging(more) { $1 })
                try await eventually("it is master: \(launched.process.text)", within: .seconds(30)) {
                    try? await redis(port, "ROLE").hasPrefix("master")
                }
                await launched.stop()
                return launched.process.text.contains("the settings are tried on \(server)")
            }
            #expect(try await isTried())
            #expect(try await !isTried())
            #expect(try await isTried(["MIN_REPLICAS_TO_WRITE": "1"]))
            #expect(try await !isTried(["MIN_REPLICAS_TO_WRITE": "1"]))
            try await copyServer(to: server)
            #expect(try await isTried(["MIN_REPLICAS_TO_WRITE": "1"]))
            var info = stat()
            #expect(stat("\(folder.path)/redis-\(port).accepted", &info) == 0 && info.st_mode & 0o777 == 0o600)
        }
    }

    @Test(arguments: [
        (SIGTERM, "exec sleep 611"), (SIGINT, "exec sleep 611"), (SIGKILL, "exec sleep 611"),
        (SIGTERM, "sleep 611; exit 1"), (SIGTERM, "exec yes"),
    ])
    func aStopEndsTheTrialToo(_ number: Int32, _ program: String) async throws {
        let tools = try TemporaryFolder("tools")
        try writeProgram("#!/bin/sh\n\(program)\n", to: "\(tools.path)/server")
        let root = "/proof-\(getpid())-\(number)-\(program.utf8.count)"
        let launch = try Stopping(
            ["redis"],
            [
                "ZK_HOSTS": "127.0.0.1:\(freePort())", "BIND_IP": "127.0.0.1", "PORT0": "\(freePort())",
                "ZK_ROOT": root,
                "REDIS_SERVER": "\(tools.path)/server",
            ])
        try await eventually("the trial is under way") {
            ProcessFiles.all(withVariables: ["ZK_ROOT=\(root)"]).contains {
                $0.program.hasSuffix("/sleep") || $0.program.hasSuffix("/yes")
            }
        }
        if number == SIGKILL {
            launch.process.signal(SIGKILL)
            try await launch.process.wait()
        } else {
            try await launch.expectStop(number)
        }
        try await eventually("no process is left", within: .seconds(1)) {
            ProcessFiles.all(withVariables: ["ZK_ROOT=\(root)"]).allSatisfy { !$0.isRunning }
        }
    }

    private static func folder(_ one: Case) throws -> TemporaryFolder {
        let folder = try TemporaryFolder()
        try write(one.settings, to: "\(folder.path)/mine.conf")
        try write("\n# more\nmaxmemry 2gb\n", to: "\(folder.path)/more.conf")
        return folder
    }

    private static func variables(_ one: Case, _ folder: TemporaryFolder) throws -> [String: String] {
        [
            "BIND_IP": "127.0.0.1", "ZK_HOSTS": "127.0.0.1:\(try freePort())", "PORT0": "\(try freePort())",
            "REDIS_CONF": "\(folder.path)/mine.conf",
        ].merging(one.more) { $1 }
    }
}

/// Puts a copy of the real redis-server there: a program that nobody else has, and a new one each time.
func copyServer(to path: String) async throws {
    let folders = (currentEnvironment()["PATH"] ?? "/usr/bin").split(separator: ":")
    let places = folders.map { folder -> String in "\(folder)/redis-server" }
    let source = try #require(places.first { access($0, X_OK) == 0 })
    unlink(path)
    // By another process: one that this one had open to write could not be executed.
    let copying = try ChildProcess("cp", ["--dereference", source, path], output: "/dev/null")
    #expect(try await copying.wait() == 0)
}
