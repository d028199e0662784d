import FoundationEssentials
import Glibc
import Support
import Testing
import Throttle

/// `entrypoints/redis` and `entrypoints/sentinel`, with the real program and with one that tells how it was started.
@Suite(.inTurn) struct EntryPointTests {
    private static let folder =
        "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/") + "/entrypoints"

    /// A folder that every user may enter, with a program that prints its user, its arguments and what is announced.
    private final class Stage {
        let folder: TemporaryFolder
        let program: String

        init() throws {
            folder = try TemporaryFolder("entry", onDisk: true)
            program = "\(folder.path)/tell"
            chmod(folder.path, 0o755)
            try write(
                """
                #!/bin/sh
                if [ "${1:-}" = hand-over ]; then exec '\(interrexBinary())' "$@"; fi
                echo "pid=$$ uid=$(id -u) gid=$(id -g) announce=${ANNOUNCE_IP:-} extra=${EXTRA:-}"
                for argument in "$@"; do echo "<$argument>"; done
                exit 7

                """, to: program)
            chmod(program, 0o755)
        }

        /// A copy of the real program: the build's own folder may be one that only root can enter.
        func realProgram() throws -> String {
            let copy = "\(folder.path)/interrex"
            try FileManager.default.copyItem(atPath: interrexBinary(), toPath: copy)
            return copy
        }

        func subfolder(_ name: String) -> String {
            mkdir("\(folder.path)/\(name)", 0o700)
            return "\(folder.path)/\(name)"
        }

        func run(
            _ role: String = "redis", _ arguments: [String] = [], _ variables: [String: String] = [:],
            wrapper: [String] = []
        ) async throws -> Outcome {
            let command = wrapper + ["\(EntryPointTests.folder)/\(role)"] + arguments
            return try await Outcome.of(
                command[0], Array(command.dropFirst()), ["INTERREX": program].merging(variables) { $1 }, in: folder)
        }
    }

    private func owner(_ path: String) -> uid_t {
        var info = stat()
        return lstat(path, &info) == 0 ? info.st_uid : .max
    }

    private var redisUser: uid_t { getpwnam("redis").pointee.pw_uid }

    // MARK: What reaches the program

    @Test("arguments and variables are passed on, and the exit code comes back", arguments: ["redis", "sentinel"])
    func passesOn(_ role: String) async throws {
        let stage = try Stage()
        let outcome = try await stage.run(
            role, ["--render-only", "--", "--maxmemory", "1 gb", "", "$(id)", "*"], ["EXTRA": "two words"])
        #expect(outcome.code == 7 && outcome.errors.isEmpty, "\(outcome)")
        let lines = outcome.output.split(separator: "\n").map(String.init)
        #expect(lines.first?.hasSuffix("announce= extra=two words") == true, "\(outcome)")
        #expect(
            lines.dropFirst() == [
                "<\(role)>", "<--render-only>", "<-->", "<--maxmemory>", "<1 gb>", "<>", "<$(id)>", "<*>",
            ])
    }

    @Test(
        "HOST is announced where nothing else could be",
        arguments: [
            (["BIND_IP": "0.0.0.0", "HOST": "10.0.0.1"], "10.0.0.1"), (["BIND_IP": "::", "HOST": "agent"], "agent"),
            (["BIND_IP": "0.0.0.0", "HOST": "10.0.0.1", "ANNOUNCE_IP": "10.0.0.2"], "10.0.0.2"),
            (["BIND_IP": "127.0.0.1", "HOST": "10.0.0.1"], ""), (["HOST": "10.0.0.1"], ""),
            (["BIND_IP": "0.0.0.0"], ""),
        ] as [([String: String], String)])
    func announces(_ variables: [String: String], _ announced: String) async throws {
        let outcome = try await Stage().run("redis", [], variables)
        #expect(outcome.output.contains(" announce=\(announced) "), "\(outcome)")
    }

    @Test("called by another name, or without a program, it says so")
    func refuses() async throws {
        let stage = try Stage()
        for name in ["redis", "memcached"] {
            try FileManager.default.copyItem(atPath: "\(Self.folder)/redis", toPath: "\(stage.folder.path)/\(name)")
        }
        expectRefusal(try await Outcome.of("\(stage.folder.path)/memcached", [], in: stage.folder), 64, "memcached")
        expectRefusal(
            try await Outcome.of("\(stage.folder.path)/redis", [], ["PATH": "/usr/bin:/bin"], in: stage.folder), 127,
            "interrex isn't on PATH", "INTERREX")
    }

    @Test("what it says has the form of the programs' lines, whatever it is called", arguments: ["text", "json"])
    func lines(_ format: String) async throws {
        let stage = try Stage()
        let name = "a\"b\\c\nd\u{e9}\u{1b}"
        try FileManager.default.copyItem(atPath: "\(Self.folder)/redis", toPath: "\(stage.folder.path)/\(name)")
        let outcome = try await Outcome.of(
            "\(stage.folder.path)/\(name)", [], ["LOG_FORMAT": format], in: stage.folder)
        expectRefusal(outcome, 64, "call it as redis, sentinel or watcher")
        let line = try #require(outcome.lines.first)
        let time = try #require(line.firstMatch(of: /20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ/)).0
        guard format == "json" else {
            #expect(line.hasPrefix("\(time) error entrypoint: called as a\"b\\c?d"), "\(line)")
            return
        }
        struct Line: Decodable { var time, level, source, message: String }
        let read = try JSONDecoder().decode(Line.self, from: Data(line.utf8))
        #expect(read.time == time && read.level == "error" && read.source == "entrypoint")
        #expect(read.message.hasPrefix("called as a\"b\\c?d"), "\(line)")
    }

    @Test("shellcheck has nothing to say", .enabled(if: Requirement.shellcheck.isMetOrDemanded, "needs shellcheck"))
    func shellcheck() async throws {
        let outcome = try await Outcome.of(
            "shellcheck", ["\(Self.folder)/redis", "\(Self.folder)/sentinel"], in: Stage().folder)
        #expect(outcome.code == 0, "\(outcome.output)")
    }

    // MARK: As root

    @Test("another user just goes on", .enabled(if: Requirement.root.isMetOrDemanded, "needs root"))
    func anotherUser() async throws {
        let stage = try Stage()
        let data = stage.subfolder("data")
        let outcome = try await stage.run(
            "redis", [], ["DATA_DIR": data],
            wrapper: ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"])
        #expect(outcome.code == 7 && outcome.output.contains("uid=65534 gid=65534"), "\(outcome)")
        #expect(owner(data) == 0)
    }

    @Test("root hands its folders over, links not followed, and goes on as redis", .enabled(if: canDrop, "needs root"))
    func handsOver() async throws {
        let stage = try Stage()
        let (data, config, outside) = (stage.subfolder("data"), stage.subfolder("config"), stage.subfolder("outside"))
        _ = stage.subfolder("data/deep")
        for file in ["data/deep/dump.rdb", "config/redis.conf", "outside/secret"] {
            try write("x", to: "\(stage.folder.path)/\(file)")
        }
        symlink(outside, "\(data)/link")
        let outcome = try await stage.run("redis", [], ["DATA_DIR": data, "CONFIG_DIR": config])
        #expect(outcome.code == 7 && outcome.errors.isEmpty, "\(outcome)")
        #expect(outcome.output.contains("uid=\(redisUser) "))
        for path in ["", "/deep", "/deep/dump.rdb", "/link"] { #expect(owner(data + path) == redisUser, "\(path)") }
        for path in ["", "/redis.conf"] { #expect(owner(config + path) == redisUser, "\(path)") }
        for path in ["", "/secret"] { #expect(owner(outside + path) == 0, "\(path)") }
        #expect(owner(stage.folder.path) == 0)
    }

    @Test("a file with a second name stays root's, and so does a device", .enabled(if: canDrop, "needs root"))
    func hardLinks() async throws {
        let stage = try Stage()
        let (data, outside) = (stage.subfolder("data"), stage.subfolder("outside"))
        try write("x", to: "\(outside)/shadow")
        try write("x", to: "\(data)/plain")
        #expect(link("\(outside)/shadow", "\(data)/shadow") == 0)
        let hasDevice = mknod("\(data)/null", S_IFCHR | 0o600, 0x103) == 0
        let outcome = try await stage.run("redis", [], ["DATA_DIR": data])
        #expect(outcome.code == 7 && outcome.errors.contains("1 files in \(data) stay as they are"), "\(outcome)")
        #expect(owner("\(outside)/shadow") == 0 && owner("\(data)/plain") == redisUser)
        if hasDevice { #expect(owner("\(data)/null") == 0) }
    }

    /// Somebody who may write in the folder puts links in the place of folders while it is handed over.
    @Test("what lies outside stays root's, however the folder changes meanwhile", .enabled(if: canDrop, "needs root"))
    func swappedFolders() async throws {
        let stage = try Stage()
        let (data, outside) = (stage.subfolder("data"), stage.subfolder("outside"))
        for folder in ["\(data)/deep", outside] {
            if folder != outside { mkdir(folder, 0o700) }
            for number in 0..<100 { try write("x", to: "\(folder)/\(number)") }
        }
        let swap = try ChildProcess(
            "sh",
            [
                "-c",
                "while :; do mv \(data)/deep \(data)/away; ln -s \(outside) \(data)/deep; rm \(data)/deep; "
                    + "mv \(data)/away \(data)/deep; done",
            ], output: "/dev/null", processGroup: true)
        for _ in 0..<20 {
            let outcome = try await stage.run("redis", [], ["DATA_DIR": data])
            #expect(outcome.code == 7, "\(outcome)")
            // All is to be done anew.
            for number in 0..<100 { chown("\(data)/deep/\(number)", 0, 0) }
        }
        kill(-swap.pid, SIGKILL)
        for number in 0..<100 { #expect(owner("\(outside)/\(number)") == 0) }
        #expect(owner(outside) == 0)
    }

    @Test("a folder that a whole system shares stays root's, by whatever name", .enabled(if: canDrop, "needs root"))
    func sharedFolders() async throws {
        let stage = try Stage()
        symlink("/mnt", "\(stage.folder.path)/link")
        let before = owner("/mnt")
        for name in ["/mnt", "/mnt/", "/usr/../mnt", "\(stage.folder.path)/link"] {
            let outcome = try await stage.run("redis", [], ["DATA_DIR": name])
            #expect(outcome.code == 7 && outcome.errors.contains("stays as it is"), "\(outcome)")
            #expect(owner("/mnt") == before)
        }
    }

    @Test(
        "what writes nothing hands nothing over", .enabled(if: canDrop, "needs root"),
        arguments: ["--render-only", "--help"])
    func writesNothing(_ option: String) async throws {
        let stage = try Stage()
        let data = stage.subfolder("data")
        let outcome = try await stage.run("sentinel", [option], ["DATA_DIR": data, "MESOS_SANDBOX": data])
        #expect(outcome.output.contains("uid=\(redisUser) "), "\(outcome)")
        #expect(owner(data) == 0)
    }

    @Test("the process that was started becomes the real server, as redis", .enabled(if: canDrop, "needs root"))
    func becomesTheServer() async throws {
        try await Place.with { place in
            let stage = try Stage()
            let (program, port) = (try stage.realProgram(), try freePort())
            let data = stage.subfolder("data")
            // Left by a start as root.
            try write("", to: "\(data)/interrex.lock")
            chmod("\(data)/interrex.lock", 0o600)
            let server = try ChildProcess(
                "\(Self.folder)/redis", ["--", "--maxmemory", "64mb"],
                environment: environment(place.variables(port: port, ["INTERREX": program, "DATA_DIR": data])),
                folder: stage.folder.path, output: "\(stage.folder.path)/log", processGroup: true)
            try await answers(port, server)
            let process = ProcessFiles(server.pid)
            #expect(process.program.contains("redis"))
            for field in ["Uid", "Gid"] {
                let id = field == "Uid" ? Int(redisUser) : Int(getpwnam("redis").pointee.pw_gid)
                #expect(process[field] == "\(id) \(id) \(id) \(id)")
            }
            #expect(try await redis(port, "CONFIG", "GET", "maxmemory").hasSuffix("67108864"))
            for path in ["", "/redis-\(port).conf", "/interrex.lock"] {
                #expect(owner(data + path) == redisUser, "\(path)")
            }
            let lease = try #require(process.children.first.map(ProcessFiles.init))
            #expect(lease["Uid"] == process["Uid"])
            #expect(try await place.text("master") == "127.0.0.1 \(port)")
            server.signal(SIGTERM)
            #expect(try await server.wait(within: .seconds(10)) == 0)
            try await eventually("the lease leaves") { !lease.isRunning }
        }
    }

    @Test(
        "F71: PID 1 of a container is redis-server, and the working directory is its own",
        .enabled(if: canDrop && Requirement.processNamespace.isMetOrDemanded, "needs root and namespaces"))
    func f71_becomesPID1() async throws {
        try await Place.with { place in
            let stage = try Stage()
            let (program, port) = (try stage.realProgram(), try freePort())
            let data = stage.subfolder("data")
            let container = try ChildProcess(
                "unshare", ["--pid", "--fork", "--kill-child", "--mount-proc", "\(Self.folder)/redis"],
                environment: environment(place.variables(port: port, ["INTERREX": program])), folder: data,
                output: "\(stage.folder.path)/log", processGroup: true)
            try await answers(port, container)
            let first = try #require(ProcessFiles(container.pid).children.first.map(ProcessFiles.init))
            #expect(first["NSpid"] == "\(first.pid) 1" && first.program.contains("redis"))
            #expect(first["Uid"].hasPrefix("\(redisUser) ") && owner(data) == redisUser)
            #expect(try await redis(port, "INFO", "server").contains("process_id:1\r\n"))
            kill(first.pid, SIGTERM)
            #expect(try await container.wait(within: .seconds(10)) == 0)
            #expect(
                names(in: data).filter { !["appendonlydir", "interrex.passport"].contains($0) } == [
                    "redis-\(port).accepted", "redis-\(port).conf",
                ])
        }
    }

    private func answers(_ port: Int, _ process: ChildProcess) async throws {
        try await eventually("port \(port) answers: \(process.text)", within: .seconds(30)) {
            if let code = process.exitCode { throw TestFailure("ended with \(code): \(process.text)") }
            return try? await redis(port, "PING") == "PONG" ? true : nil
        }
    }
}

private var canDrop: Bool { Requirement.root.isMetOrDemanded && Requirement.redisUser.isMetOrDemanded }
