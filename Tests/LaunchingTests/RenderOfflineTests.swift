import Glibc
import Support
import Testing
import Throttle

/// `--render-only` with a role needs no ZooKeeper, hides secrets, and its output is a file that the real server takes.
@Suite(.inTurn) struct RenderOfflineTests {
    static let launches: [[String]] = [
        ["redis", "--role", "master"], ["redis", "--role", "replica", "--master", "192.0.2.1:6379"],
        ["redis", "--role", "replica", "--master", "[2001:db8::1]:6379"], ["sentinel", "--master", "192.0.2.1:6379"],
    ]

    @Test("the role is shown with its reason, at once, and nothing is touched", arguments: launches)
    func offline(_ launch: [String]) async throws {
        let folder = try TemporaryFolder()
        // Nobody listens there, and it would wait for a minute.
        let outcome = try await run(launch, ["ZK_HOSTS": "127.0.0.1:\(freePort())"], in: folder, within: .seconds(5))
        #expect(outcome.code == 0, "\(outcome)")
        #expect(outcome.lines.count == 1 && outcome.errors.contains("as --"), "\(outcome)")
        #expect(names(in: folder.path) == [])
        let mentions =
            launch.last!.hasPrefix("[") ? "2001:db8::1 6379" : launch.last == "master" ? "port" : "192.0.2.1 6379"
        #expect(outcome.output.contains(mentions))
        #expect(outcome.output.contains("replicaof") == launch.contains("replica"))
    }

    @Test("a server that is none of this machine's is not tried, which one line says", arguments: launches)
    func foreignServer(_ launch: [String]) async throws {
        let (folder, tools) = (try TemporaryFolder(), try TemporaryFolder("tools"))
        try write("of another machine\n", to: "\(tools.path)/program")
        try write("#!/no/such/interpreter\n", to: "\(tools.path)/script")
        try write("of another user\n", to: "\(tools.path)/closed")
        for name in ["program", "script"] { chmod("\(tools.path)/\(name)", 0o755) }
        for name in ["program", "script", "closed", "gone"] {
            let path = "\(tools.path)/\(name)"
            let outcome = try await run(launch, ["REDIS_SERVER": path, "REDIS_SENTINEL": path], in: folder)
            #expect(outcome.code == 0 && outcome.output.contains("proc-title-template"), "\(outcome)")
            let doubts = outcome.lines.filter { !$0.contains("as --") }
            #expect(doubts.count == 1 && doubts[0].contains("the settings are not tried"), "\(outcome)")
            #expect(doubts.allSatisfy { $0.contains(" warning ") && $0.contains(path) }, "\(outcome)")
            #expect(names(in: folder.path) == [])
        }
    }

    @Test("F80: secrets are hidden unless they are asked for", arguments: launches)
    func f80_secrets(_ launch: [String]) async throws {
        let folder = try TemporaryFolder()
        try write(
            "user other on >sesame3 ~* +@all\nmasterauth sesame4\ntls-key-file-pass sesame7\n# requirepass sesame5\n",
            to: "\(folder.path)/mine.conf")
        let variables = [
            "REDIS_PASSWORD": "sesame1", "SENTINEL_PASSWORD": "sesame2", "ZK_AUTH": "user:sesame6",
            "LOG_LEVEL": "trace",
            launch[0] == "redis" ? "REDIS_CONF" : "": "\(folder.path)/mine.conf",
        ]
        let hidden = try await run(launch, variables, in: folder)
        #expect(hidden.code == 0, "\(hidden)")
        #expect(!hidden.output.contains("sesame") && !hidden.errors.contains("sesame"))
        #expect(hidden.output.contains("\"<hidden>\""))
        let shown = try await run(launch + ["--show-secrets"], variables, in: folder)
        #expect(
            shown.output.contains("sesame1") && !shown.output.contains("sesame6") && !shown.errors.contains("sesame"))
        if launch[0] == "sentinel" { #expect(shown.output.contains("sesame2")) }
        if launch[0] == "redis" {
            for secret in ["sesame3", "sesame5", "sesame7"] { #expect(shown.output.contains(secret)) }
        }
        // But for the secrets it is the same file.
        #expect(shown.output.split(separator: "\n").count == hidden.output.split(separator: "\n").count)
    }

    @Test("a real redis-server starts from the output")
    func realRedis() async throws {
        let folder = try TemporaryFolder()
        let port = try freePort()
        let outcome = try await run(
            ["redis", "--role", "master", "--show-secrets"],
            ["PORT0": "\(port)", "REDIS_PASSWORD": "p\\w%", "MIN_REPLICAS_TO_WRITE": "0"],
            in: folder)
        try write(outcome.output, to: "\(folder.path)/redis.conf")
        let server = try ChildProcess(
            "redis-server", ["\(folder.path)/redis.conf"], folder: folder.path, output: "\(folder.path)/log")
        try await eventually("it answers: \(server.text)") {
            try? await redis(port, "PING", password: "p\\w%") == "PONG"
        }
        #expect(try await redis(port, "CONFIG", "GET", "appendonly", password: "p\\w%") == "appendonly\nyes")
        #expect(try await redis(port, "CONFIG", "GET", "dir", password: "p\\w%") == "dir\n\(folder.path)")
        await server.end()
    }

    @Test("a real redis-sentinel starts from the output")
    func realSentinel() async throws {
        let folder = try TemporaryFolder()
        let master = try await RedisServer.start()
        let port = try freePort()
        let outcome = try await run(
            ["sentinel", "--master", "127.0.0.1:\(master.port)"], ["PORT0": "\(port)"], in: folder)
        try write(outcome.output, to: "\(folder.path)/sentinel.conf")
        let server = try ChildProcess("redis-sentinel", ["\(folder.path)/sentinel.conf"], output: "\(folder.path)/log")
        try await eventually("it answers: \(server.text)") {
            try? await redis(port, "SENTINEL", "GET-MASTER-ADDR-BY-NAME", "mymaster") == "127.0.0.1\n\(master.port)"
        }
        await server.end()
        await master.stop()
    }

    @Test("SIGTERM ends a preview that waits", arguments: [["redis"], ["sentinel"]])
    func stopped(_ command: [String]) async throws {
        try await Place.with { place in
            let other = try await RedisServer.start()
            try await place.put("master", "127.0.0.1 \(other.port)")
            let before = try await place.tree()
            let launch = try Stopping(command + ["--render-only"], place.variables(port: freePort()))
            try await launch.says("waiting")
            try await launch.expectStop(15)
            #expect(try await place.tree() == before)
            await other.stop()
        }
    }

    private func run(
        _ launch: [String], _ variables: [String: String], in folder: TemporaryFolder,
        within limit: Duration = .seconds(30)
    ) async throws -> Outcome {
        let arguments = [launch[0], "--render-only"] + launch.dropFirst()
        let base = ["BIND_IP": "127.0.0.1"].merging(variables) { $1 }.filter { !$0.key.isEmpty }
        return try await Outcome.of(arguments, base, in: folder, within: limit)
    }
}
