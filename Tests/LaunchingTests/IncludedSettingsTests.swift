import Cluster
import Glibc
import Runtime
import Support
import Testing
import Throttle

/// Settings that come by an include or an argument: judged like those of the file itself, and nothing follows the file.
@Suite(.inTurn) struct IncludedSettingsTests {
    /// Where a server of a hundred keys is to be started again, and its settings.
    private struct Stage {
        let folder: TemporaryFolder
        let settings: TemporaryFolder
        let port: Int

        init(_ name: String = "dump.rdb") async throws {
            (settings, port) = (try TemporaryFolder("settings"), try freePort())
            let server = try await RedisServer.start(["--dbfilename", name])
            try await addKeys(100, to: server.port)
            try await redis(server.port, "SAVE")
            await server.stop()
            folder = server.folder
        }

        func variables(_ place: Place, _ text: String) throws -> [String: String] {
            try Support.write(text, to: "\(settings.path)/redis.conf")
            return place.variables(
                port: port,
                [
                    "REDIS_CONF": "\(settings.path)/redis.conf", "DATA_DIR": folder.path, "CONFIG_DIR": settings.path,
                    "MASTER_TIMEOUT": "20s",
                ])
        }
    }

    @Test(
        "an include that names a foreign master is 78 with its file and line, and no key is lost",
        arguments: [false, true])
    func foreignInclude(renderOnly: Bool) async throws {
        try await Place.with { place in
            let (stage, foreign) = (try await Stage(), try await RedisServer.start())
            try await place.put("master", "127.0.0.1 \(stage.port)")
            try write("hz 20\nreplicaof 127.0.0.1 \(foreign.port)\n", to: "\(stage.settings.path)/x.conf")
            let outcome = try await Outcome.of(
                ["redis"] + (renderOnly ? ["--render-only"] : []),
                stage.variables(place, "appendonly no\ninclude \(stage.settings.path)/x.conf\n"), in: TemporaryFolder())
            expectRefusal(outcome, 78, "x.conf, line 2: replicaof is decided by Interrex")
            #expect(try await place.registered().isEmpty)
            #expect(try await keysLoaded(in: stage.folder, []) == 100)
            await foreign.stop()
        }
    }

    @Test("an argument that names a foreign master is 78, and no key is lost")
    func foreignArgument() async throws {
        try await Place.with { place in
            let (stage, foreign) = (try await Stage(), try await RedisServer.start())
            try await place.put("master", "127.0.0.1 \(stage.port)")
            for arguments in [
                ["--replicaof", "127.0.0.1 \(foreign.port)"], ["--slaveof", "127.0.0.1", "\(foreign.port)"],
            ] {
                let outcome = try await Outcome.of(
                    ["redis", "--"] + arguments, stage.variables(place, "appendonly no\n"), in: TemporaryFolder())
                expectRefusal(outcome, 78, "the arguments after --, line 1: \(arguments[0].dropFirst(2)) is decided")
            }
            #expect(try await place.registered().isEmpty)
            #expect(try await keysLoaded(in: stage.folder, []) == 100)
            await foreign.stop()
        }
    }

    @Test("an include beside another dir is found there, and what it says of the data counts")
    func includeInDir() async throws {
        try await Place.with { place in
            let (stage, elsewhere) = (try await Stage("prod.rdb"), try TemporaryFolder("elsewhere"))
            try write("dbfilename prod.rdb\nappendonly no\n", to: "\(elsewhere.path)/y.conf")
            try await place.put("master", "127.0.0.1 \(stage.port)")
            let variables = try stage.variables(
                place, "appendonly yes\ndir \(elsewhere.path)\ninclude y.conf\nuser alice on >p ~* +@all\n")
            let server = try Launched(
                .redis, zookeeper: place.servers, root: place.root, port: stage.port, folder: stage.folder, variables,
                arguments: ["--", "--maxmemory", "64mb", "--dir", "/no/such folder"])
            try await eventually("the server answers: \(server.lines)") {
                try? await redis(server.port, "PING") == "PONG"
            }
            #expect(try await redis(server.port, "DBSIZE") == "100")
            #expect(try await redis(server.port, "CONFIG", "GET", "dir") == "dir\n\(stage.folder.path)")
            #expect(try await redis(server.port, "CONFIG", "GET", "maxmemory") == "maxmemory\n67108864")
            #expect(try await redis(server.port, "ACL", "LIST").contains("user alice on"))
            #expect(
                server.lines.filter {
                    $0.contains("left out") && $0.contains("dir \(elsewhere.path) (line 2)")
                        && $0.contains("of the arguments after --: dir /no/such folder (line 2)")
                }.count == 1)
            // The file alone is what runs.
            let path = "\(stage.settings.path)/redis-\(stage.port).conf"
            let command =
                readFile("/proc/\(server.process.pid)/cmdline").map { String(decoding: $0, as: UTF8.self) } ?? ""
            #expect(!command.contains("maxmemory"))
            let lines = contents(of: path).split(separator: "\n")
            #expect(!lines.contains { $0.hasPrefix("include") } && lines.contains("dbfilename prod.rdb"))
            await server.stop()
        }
    }

    @Test(
        "what can't be flattened is 78, before ZooKeeper is touched",
        arguments: [
            ("include /no/such/file.conf", [], "line 1 once rendered: it includes /no/such/file.conf"),
            ("", ["--include", "/no/such/file.conf"], "the arguments after --, line 1: it includes"),
            ("", ["--sentinel"], "use interrex sentinel"), ("", ["-"], "standard input"),
            ("", ["/etc/redis/redis.conf"], "REDIS_CONF"), ("hz 1", ["--dbfilename", "\"yes"], nil),
            ("", ["--appendonly \"yes"], "unbalanced quotes"),
        ] as [(String, [String], String?)])
    func refused(settings: String, arguments: [String], word: String?) async throws {
        let folder = try TemporaryFolder()
        try write(settings, to: "\(folder.path)/mine.conf")
        let outcome = try await Outcome.of(
            ["redis", "--render-only", "--role", "master", "--"] + arguments,
            ["BIND_IP": "127.0.0.1", "ZK_HOSTS": "127.0.0.1:1", "REDIS_CONF": "\(folder.path)/mine.conf"], in: folder)
        if let word {
            expectRefusal(outcome, 78, word)
        } else {
            // A value is a value, whatever it looks like.
            #expect(outcome.code == 0 && outcome.output.contains("dbfilename \"\\\"yes\"\n"), "\(outcome)")
        }
    }
}

/// Writes so many keys, in one command.
func addKeys(_ count: Int, to port: Int, prefix: String = "key") async throws {
    let words = ["MSET"] + (1...count).flatMap { ["\(prefix)-\($0)", "value"] }
    guard try await send(words, to: port) == "OK" else { throw TestFailure("the keys are not written") }
}
