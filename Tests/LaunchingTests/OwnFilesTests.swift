import Cluster
import Glibc
import Runtime
import Support
import Testing
import Throttle

@testable import Launching

/// People's own files, arguments and users, as they are, on real servers.
@Suite(.inTurn) struct OwnFilesTests {
    /// A file of Debian's package, with its log in `folder`: the test must not write into the machine's.
    private func stock(_ name: String, _ folder: TemporaryFolder) throws -> String {
        let text = contents(of: "/etc/redis/\(name).conf")
        try #require(text.contains("\ndir /var/lib/redis\n") && text.contains("\ndaemonize yes\n"))
        let path = "\(folder.path)/\(name).conf"
        try write(text.replacing("/var/log/redis", with: folder.path), to: path)
        return path
    }

    @Test("Debian's unchanged redis.conf and sentinel.conf work, and one line says what is left out")
    func debian() async throws {
        try await Place.with { place in
            let files = try TemporaryFolder("files")
            let server = try Launched(
                .redis, zookeeper: place.servers, root: place.root, ["REDIS_CONF": stock("redis", files)])
            try await eventually("the server answers: \(server.lines)") { try? await server.ask("PING") == "PONG" }
            #expect(try await server.ask("CONFIG", "GET", "dir") == "dir\n\(server.folder.path)")
            #expect(try await server.ask("CONFIG", "GET", "daemonize") == "daemonize\nno")
            #expect(try await server.ask("CONFIG", "GET", "bind") == "bind\n127.0.0.1")
            #expect(try await server.ask("CONFIG", "GET", "proc-title-template").contains(place.root))
            let lines = server.lines.filter { $0.contains("left out, since Interrex decides") }
            #expect(lines.count == 1)
            for what in ["bind 127.0.0.1 -::1", "port 6379", "daemonize yes", "proc-title-template", "dir /var/lib"] {
                #expect(lines.first?.contains(what) == true, "\(lines)")
            }
            #expect(server.lines.contains { $0.contains("own log goes to \(files.path)/redis-server.log") })
            #expect(contents(of: "\(files.path)/redis-server.log").contains("Ready to accept connections"))

            let sentinel = try Launched(
                .sentinel, zookeeper: place.servers, root: place.root, ["SENTINEL_CONF": stock("sentinel", files)])
            try await eventually("the sentinel answers: \(sentinel.lines)") {
                try? await sentinel.ask("SENTINEL", "GET-MASTER-ADDR-BY-NAME", "mymaster")
                    == "127.0.0.1\n\(server.port)"
            }
            #expect(try await sentinel.ask("SENTINEL", "MASTER", "mymaster").contains("down-after-milliseconds\n30000"))
            let left = sentinel.lines.filter { $0.contains("left out, since Interrex decides") }
            #expect(left.count == 1 && left[0].contains("port 26379") && left[0].contains("sentinel monitor mymaster"))
            #expect(left[0].contains("daemonize yes") && left[0].contains("dir /var/lib/redis"))
            #expect(sentinel.lines.contains { $0.contains("own log goes to \(files.path)/redis-sentinel.log") })
            await sentinel.stop()
            await server.stop()
        }
    }

    @Test("by arguments and includes, no server is a daemon, on another port, or somebody else's replica")
    func place() async throws {
        try await Place.with { place in
            let folder = try TemporaryFolder("files")
            try write("daemonize yes\nbind 127.0.0.2\nrepl-backlog-ttl 1\n", to: "\(folder.path)/more.conf")
            let other = try freePort()
            let arguments = [
                "--", "--port", "\(other)", "--daemonize", "yes", "--include", "\(folder.path)/more.conf",
                "--proc-title-template", "{title}",
            ]
            let server = try Launched(
                .redis, zookeeper: place.servers, root: place.root, arguments: arguments)
            try await eventually("the server answers: \(server.lines)") { try? await server.ask("PING") == "PONG" }
            #expect(server.process.exitCode == nil)
            #expect(try await server.ask("INFO", "server").contains("process_id:\(server.process.pid)"))
            #expect(try await place.registered().count == 1)
            #expect(
                server.lines.filter { $0.contains("port \(other) (line 1)") && $0.contains("more.conf: ") }.count == 1)

            let sentinel = try Launched(
                .sentinel, zookeeper: place.servers, root: place.root,
                arguments: [
                    "--", "--port", "\(other)", "--daemonize yes", "--sentinel", "down-after-milliseconds", "mymaster",
                    "7000", "--dir", "/nowhere", "--loglevel", "verbose",
                ])
            try await eventually("the sentinel answers: \(sentinel.lines)") {
                try? await sentinel.ask("SENTINEL", "MASTER", "mymaster").contains("down-after-milliseconds\n7000")
            }
            #expect(sentinel.process.exitCode == nil)
            let command = String(decoding: readFile("/proc/\(sentinel.process.pid)/cmdline") ?? [], as: UTF8.self)
            #expect(!command.contains("verbose") && sentinel.process.text.contains("-monitor master") == false)
            await sentinel.stop()
            await server.stop()
        }
    }

    @Test("a comment in Latin-1 is fine, and a value in it keeps its bytes")
    func latin1() async throws {
        try await Place.with { place in
            let folder = try TemporaryFolder("files")
            let lines =
                Array("# caf".utf8) + [0xE9] + Array("\r\nuser bob on >caf".utf8) + [0xE9] + Array(" +@all\r\n".utf8)
            try writeBytes(lines, to: "\(folder.path)/mine.conf")
            let server = try Launched(
                .redis, zookeeper: place.servers, root: place.root, ["REDIS_CONF": "\(folder.path)/mine.conf"])
            try await eventually("the server answers: \(server.lines)") { try? await server.ask("PING") == "PONG" }
            // SHA-256 of these four bytes.
            #expect(
                try await server.ask("ACL", "GETUSER", "bob").contains(
                    "dafd66c0b98965e688be1fc12942c09f0350e6be0685017c3f234e97d0adc92e"))
            await server.stop()
        }
    }

    @Test("a pipe or a folder for a file is 78 at once, whichever variable or line names it")
    func pipes() async throws {
        let folder = try TemporaryFolder("files")
        let pipe = "\(folder.path)/pipe"
        #expect(mkfifo(pipe, 0o600) == 0)
        for (command, variable) in [
            ("redis", "REDIS_CONF"), ("redis", "REDIS_TEMPLATE"), ("sentinel", "SENTINEL_CONF"),
            ("sentinel", "SENTINEL_TEMPLATE"), ("redis", "REDIS_PASSWORD_FILE"), ("redis", "ZK_AUTH_FILE"),
            ("sentinel", "SENTINEL_PASSWORD_FILE"),
        ] {
            for (path, why) in [(pipe, "pipe"), (folder.path, "folder")] {
                let outcome = try await Outcome.of(
                    [command], base([variable: path]), in: TemporaryFolder(), within: .seconds(10))
                expectRefusal(outcome, 78, variable, path, why)
            }
        }
        for line in ["include \(pipe)", "aclfile \(pipe)", "logfile \(pipe)"] {
            try write("\(line)\n", to: "\(folder.path)/mine.conf")
            for (command, variable) in [("redis", "REDIS_CONF"), ("sentinel", "SENTINEL_CONF")] {
                let outcome = try await Outcome.of(
                    [command], base([variable: "\(folder.path)/mine.conf"]), in: TemporaryFolder(), within: .seconds(10)
                )
                expectRefusal(outcome, 78, pipe, "pipe")
            }
        }
        // Longer than any settings; and a device that never ends.
        for path in ["/dev/zero", "/proc/self/mem"] {
            let outcome = try await Outcome.of(["redis"], base(["REDIS_CONF": path]), in: TemporaryFolder())
            expectRefusal(outcome, 78, "REDIS_CONF", path)
        }
    }

    @Test("a log that can't be written is 78, before anything is claimed")
    func log() async throws {
        let folder = try TemporaryFolder("files")
        for (line, word) in [
            ("logfile /nowhere/at/all.log", "No such file"), ("logfile \(folder.path)", "directory"),
            ("logfile none/x.log", "No such file"),
        ] {
            try write("\(line)\n", to: "\(folder.path)/mine.conf")
            for (command, variable) in [("redis", "REDIS_CONF"), ("sentinel", "SENTINEL_CONF")] {
                let outcome = try await Outcome.of(
                    [command], base([variable: "\(folder.path)/mine.conf"]), in: TemporaryFolder())
                expectRefusal(outcome, 78, "logfile", word)
            }
        }
        for (settings, elsewhere) in [
            ("", nil), ("logfile ''", nil), ("logfile /dev/stdout", nil), ("syslog-enabled yes", "to syslog"),
            ("logfile x.log", "goes to /data/x.log, not"),
            ("logfile /x.log\nsyslog-enabled yes", "goes to /x.log (logfile) and"),
            ("logfile /x.log\nlogfile ''", nil),
        ] as [(String, String?)] {
            let line = LogDestination(settings, folder: "/data").elsewhere
            #expect(elsewhere.map { line?.contains($0) == true } ?? (line == nil), "\(settings): \(line ?? "")")
        }
    }

    @Test("an aclfile that would let anybody in is 78; with a user of one's own in it, the server works")
    func aclFile() async throws {
        try await Place.with { place in
            let folder = try TemporaryFolder("files")
            let users = "\(folder.path)/users.acl"
            try write("aclfile \(users)\n", to: "\(folder.path)/mine.conf")
            let variables = [
                "REDIS_PASSWORD": "sesame", "REDIS_USERNAME": "rex", "REDIS_CONF": "\(folder.path)/mine.conf",
            ]
            try write("user rex on >sesame ~* &* +@all\n", to: users)
            let outcome = try await Outcome.of(
                ["redis"], place.variables(port: freePort(), variables), in: TemporaryFolder())
            expectRefusal(outcome, 78, "without a password", "aclfile")
            #expect(try await place.tree().isEmpty)
            try write("user default off\nuser rex on >sesame ~* &* +@all\n", to: users)
            let server = try Launched(.redis, zookeeper: place.servers, root: place.root, variables)
            try await eventually("the server answers: \(server.lines)") {
                try? await server.ask("AUTH", "rex", "sesame") == "OK"
            }
            #expect(try await server.ask("SET", "a", "b").hasPrefix("-NOAUTH"))
            await server.stop()

            try write("# nothing\n", to: "\(folder.path)/mine.conf")
            let undefined = try await Outcome.of(
                ["redis"], base(variables), in: TemporaryFolder())
            expectRefusal(undefined, 78, "REDIS_USERNAME", "rex")
        }
    }

    @Test(
        "the user's priority counts however it is given, and a replica that starts empty is rendered with 0",
        arguments: ["file", "include", "argument"], [0, 7])
    func priority(_ way: String, _ value: Int) async throws {
        let folder = try TemporaryFolder("files")
        let line = "replica-priority \(value)"
        try write(
            "slave-priority 50\n" + (way == "file" ? line : way == "include" ? "include \(folder.path)/x" : ""),
            to: "\(folder.path)/mine.conf")
        try write("Replica-Priority \"\(value)\"\n", to: "\(folder.path)/x")
        let variables = try base(["REDIS_CONF": "\(folder.path)/mine.conf", "DATA_DIR": folder.path])
        let arguments = way == "argument" ? ["--replica-priority", "\(value)"] : []
        let settings = try RedisLaunchSettings(Environment(variables), arguments: arguments, forReal: false)
        #expect(settings.userPriority == value)
        let outcome = try await Outcome.of(
            ["redis", "--render-only", "--role", "replica", "--master", "192.0.2.1:1", "--"] + arguments, variables,
            in: folder)
        let last = outcome.output.split(separator: "\n").last { $0.lowercased().hasPrefix("replica-priority") }
        // The user's own 0 stands as it was written.
        #expect(last?.lowercased().replacing("\"", with: "") == "replica-priority 0")
        #expect(outcome.output.contains(" awaits=7") == (value == 7))
    }

    @Test("what is loaded is looked for by the settings that the server gets, wherever they stand")
    func dataFiles() throws {
        let folder = try TemporaryFolder("files")
        try write("appendonly no\ninclude \(folder.path)/x\n", to: "\(folder.path)/mine.conf")
        try write(
            "dbfilename a.rdb\nAppendOnly \"yes\"\nappenddirname logs\nappendfilename b\n", to: "\(folder.path)/x")
        let variables = try base(["REDIS_CONF": "\(folder.path)/mine.conf", "DATA_DIR": folder.path])
        let included = try RedisLaunchSettings(Environment(variables), arguments: [], forReal: false).dataFiles
        #expect(included.loaded == "\(folder.path)/logs/b.manifest" && included.rdb == "\(folder.path)/a.rdb")
        let given = try RedisLaunchSettings(
            Environment(variables), arguments: ["--appendonly no", "--dbfilename", "c.rdb", "--dir", "/x"],
            forReal: false
        )
        .dataFiles
        #expect(given.loaded == "\(folder.path)/c.rdb" && given.folder == folder.path)
    }

    /// A launch that comes to nobody.
    private func base(_ more: [String: String]) throws -> [String: String] {
        [
            "BIND_IP": "127.0.0.1", "PORT0": "\(try freePort())", "ZK_HOSTS": "127.0.0.1:\(try freePort())",
        ].merging(more) { $1 }
    }
}
