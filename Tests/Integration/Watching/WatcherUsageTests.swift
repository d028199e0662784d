import Fixtures
import FoundationEssentials
import Glibc
import Support
import Testing
import Throttle
import ZooKeeper

/// What a watcher says to wrong settings and arguments, and how it is started.
@Suite(.inTurn) struct WatcherUsageTests {
    @Test(
        "F62: a bad variable of a watcher is refused with one line that names it",
        arguments: [
            ("ZK_ROOT", "/a,,b"), ("ZK_ROOT", "a"), ("PORT0", "x"), ("PORT0", "70000"), ("HOOKS_DIR", "/proc/none"),
            ("HOOKS_DIR", "/bin/sh"),
            ("MASTER_NAME", "my master"), ("ZK_SESSION_TIMEOUT", "soon"), ("ZK_HOSTS", "a b"),
            ("BIND_IP", "everywhere"),
            ("LOG_LEVEL", "loud"), ("REDIS_PASSWORD", "two\nlines"), ("REDIS_PASSWORD", "two words"),
        ])
    func f62_a_bad_variable_is_refused_with_one_line_that_names_it(name: String, value: String) async throws {
        let (code, output, errors) = try await run([], [name: value])
        #expect(code == 78 && output.isEmpty, "\(errors)")
        let lines = errors.split(separator: "\n")
        #expect(lines.count == 1 && errors.contains(name), "\(errors)")
        #expect(errors.utf8.count < 500)
    }

    @Test func help_and_version_are_results_and_an_unknown_argument_is_wrong_usage() async throws {
        let help = try await run(["--help"])
        #expect(help.code == 0 && help.errors.isEmpty)
        for name in ["ZK_ROOT", "PORT0", "HOOKS_DIR", "LOG_LEVEL"] { #expect(help.output.contains(name)) }
        let version = try await run(["--version"])
        #expect(version.code == 0 && version.output.split(separator: "\n").count == 1)
        for argument in ["--verbose", "redis", "-x"] {
            let wrong = try await run([argument])
            #expect(wrong.code == 64 && wrong.output.isEmpty && wrong.errors.contains(argument), "\(wrong)")
            #expect(wrong.errors.split(separator: "\n").count == 1, "\(wrong)")
        }
        let more = try await run(["--version", "--verbose"])
        #expect(more.code == 64 && more.output.isEmpty && more.errors.contains("--verbose"), "\(more)")
    }

    /// The port is taken: no line claims before that it is listened on.
    @Test func a_taken_port_is_one_line() async throws {
        let taken = try SilentPort()
        let (code, output, errors) = try await run([], ["PORT0": "\(taken.port)"])
        #expect(code == 78 && output.isEmpty, "\(errors)")
        #expect(errors.split(separator: "\n").count == 1 && errors.contains("PORT0 is \(taken.port)"), "\(errors)")
    }

    /// Whatever is wrong, each line is an object; a combining accent makes a quotation mark another character.
    @Test(arguments: [["--verbose"], []]) func errors_are_json_where_that_is_asked_for(_ arguments: [String])
        async throws
    {
        let text = "a\"\u{301}b\\\u{301}c\u{1b}"
        let variables = ["LOG_FORMAT": "json", "LOG_LEVEL": arguments.isEmpty ? text : "info"]
        let (code, _, errors) = try await run(arguments, variables)
        #expect(code == (arguments.isEmpty ? 78 : 64), "\(errors)")
        struct Line: Decodable { var level, source, message: String }
        for line in errors.split(separator: "\n") {
            let decoded = try JSONDecoder().decode(Line.self, from: Data(line.utf8))
            #expect(decoded.level == "error")
            #expect(decoded.message.contains(arguments.first ?? "a\"\u{301}b\\\u{301}c"), "\(decoded.message)")
        }
    }

    @Test func where_everybody_may_change_the_root_or_nobody_is_let_in_it_is_77() async throws {
        let enforcing = try await ZooKeeperServer.start(extra: [
            "enforce.auth.enabled=true", "enforce.auth.schemes=digest",
        ])
        let refused = try await run([], ["ZK_HOSTS": enforcing.connectString])
        #expect(refused.code == 77 && refused.errors.contains("set ZK_AUTH"), "\(refused)")
        try await enforcing.stop()
        try await TestCluster.with { cluster in
            try await cluster.session.create("\(cluster.root)/sentinels", parents: true)
            let open = try await run(
                [], ["ZK_HOSTS": cluster.servers, "ZK_ROOT": cluster.root, "ZK_AUTH": "interrex:sesame"])
            #expect(open.code == 77 && open.errors.contains("setAcl -R"), "\(open)")
            #expect(!open.errors.contains("sesame"))
        }
    }

    /// The administrator's own; what is ours lies below.
    @Test(arguments: [false, true]) func a_top_that_nobody_may_read_ends_nobody(hasSeveralRoots: Bool) async throws {
        let server = try await ZooKeeperServer.start()
        try await TestCluster.with(["ZK_AUTH": "interrex:sesame"], on: server, chroot: false) { cluster in
            var configuration = Session.Configuration(servers: try ConnectString(server.connectString))
            configuration.digest = Digest("interrex:sesame")
            configuration.acl = .readable
            let owner = try await Session.connect(configuration, within: .seconds(15))
            for root in [cluster.root, "/other"] { try await owner.create(root) }
            await owner.close()
            try await server.lockTop()
            let master = try await cluster.redis(quickRedis).ready()
            let roots = hasSeveralRoots ? ["ZK_ROOT": "\(cluster.root),/other"] : [:]
            let watcher = try cluster.watcher(roots)
            try await eventually("it leads: \(watcher.process.text)") {
                if let code = watcher.process.exitCode { throw TestFailure("it ended with \(code)") }
                return watcher.process.text.contains("this watcher leads")
            }
            #expect(try await cluster.recordedMaster() == master.address)
        }
        try await server.stop()
    }

    @Test func a_root_that_is_named_twice_is_said_and_watched_once() async throws {
        try await TestCluster.with { cluster in
            try await cluster.redis(quickRedis).ready()
            let watcher = try cluster.watcher(["ZK_ROOT": "\(cluster.root),\(cluster.root)"])
            try await eventually("it leads") { watcher.count(of: "this watcher leads") == 1 }
            #expect(watcher.count(of: "ZK_ROOT names \(cluster.root) more than once") == 1)
            #expect(try await cluster.children("\(cluster.root)/watchers").count == 1)
        }
    }

    @Test func the_entry_point_becomes_the_watcher() async throws {
        try await TestCluster.with { cluster in
            // The build's own folder may be one that only root can enter.
            let folder = try TemporaryFolder("entry")
            chmod(folder.path, 0o755)
            let program = "\(folder.path)/interrex-watcher"
            try FileManager.default.copyItem(atPath: interrexBinary() + "-watcher", toPath: program)
            let entry =
                "/" + #filePath.split(separator: "/").dropLast(4).joined(separator: "/") + "/entrypoints/watcher"
            let port = try freePort()
            let variables = [
                "PATH": currentEnvironment()["PATH"] ?? "/usr/bin:/bin", "INTERREX_WATCHER": program,
                "ZK_HOSTS": cluster.servers, "ZK_ROOT": cluster.root, "BIND_IP": "127.0.0.1", "PORT0": "\(port)",
            ]
            let process = try ChildProcess(
                entry, [], environment: variables, folder: folder.path, output: "\(folder.path)/output")
            try await eventually("it leads: \(process.text)") {
                if let code = process.exitCode { throw TestFailure("it ended with \(code): \(process.text)") }
                return process.text.contains("this watcher leads")
            }
            let files = ProcessFiles(process.pid)
            #expect(files.program == program)
            if Requirement.root.isMet, let user = getpwnam("redis") {
                #expect(files["Uid"].hasPrefix("\(user.pointee.pw_uid) "))
            }
            process.signal(SIGTERM)
            #expect(try await process.wait() == 0)
        }
    }

    private func run(
        _ arguments: [String], _ variables: [String: String] = [:]
    ) async throws -> (code: Int32, output: String, errors: String) {
        let folder = try TemporaryFolder("usage")
        // Nobody is there: what should be refused and isn't must not reach anybody.
        var environment = ["PATH": "/usr/bin:/bin", "ZK_HOSTS": "127.0.0.1:\(try freePort())", "BIND_IP": "127.0.0.1"]
        environment["PORT0"] = "\(try freePort())"
        let process = try ChildProcess(
            interrexBinary() + "-watcher", arguments, environment: environment.merging(variables) { $1 },
            folder: folder.path, output: "\(folder.path)/output", errors: "\(folder.path)/errors")
        let code = try await process.wait(within: .seconds(10))
        return (code, contents(of: "\(folder.path)/output"), contents(of: "\(folder.path)/errors"))
    }
}
