import Cluster
import Glibc
import Processes
import Rendering
import Support
import Testing
import Throttle
import Vocabulary

@testable import Launching

/// The one text of settings, includes and arguments, against what a real redis-server makes of the three.
@Suite(.inTurn) struct EffectiveSettingsTests {
    @Test(
        "the server ends up with the same settings by the one text as by the file, what it includes and the arguments",
        arguments: [
            ("", []), ("appendonly yes", []), ("appendonly yes", ["--appendonly", "no"]), ("", ["--appendonly yes"]),
            ("", ["--AppendOnly", "YES", "--dbfilename", "a b.rdb"]),
            ("", ["--dbfilename", "--appendonly", "--appendonly", "yes"]), ("", ["--save", "--appendonly", "yes"]),
            ("save 60 1", ["--save"]), ("save 60 1", ["--save", ""]), ("", ["--save", "60 1 120 2"]),
            ("", ["--save", "60", "1", "--save 70 2"]), ("", ["--appendonly", "yes", "--appendonly", "no"]),
            ("appendonly no\ninclude more.conf", []), ("include more.conf\nappendonly no", []),
            ("include mor?.c*", ["--dbfilename", "c.rdb"]), ("include outer.conf", []),
            ("", ["--include", "more.conf"]),
            ("include [mo][ou][rt]*.conf", []), ("include none/*.conf", []),
            ("dir below\ninclude deep.conf\ninclude deeper.conf", []),
            ("include moves.conf\ninclude deep.conf", []), ("", ["--dir", "below", "--include", "deep.conf"]),
            ("include open*", []), ("replicaof no one", []),
            ("", ["--latency-tracking-info-percentiles", "50", "99.5", "--maxmemory 64mb"]),
            ("", ["--rename-command", "KEYS", "", "--dbfilename", "x\ty \"z\" 'q' é"]),
            ("user alice on >secret ~* +@all", ["--user bob on >p ~b +get"]),
        ] as [(String, [String])])
    func same(settings: String, arguments: [String]) async throws {
        let folder = try TemporaryFolder("redis")
        try makeFolder("\(folder.path)/below")
        for (name, text) in [
            ("more.conf", "appendonly yes\ndbfilename more.rdb\r\n"), ("outer.conf", "include more.conf\nhz 20\n"),
            ("below/deep.conf", "dbfilename deep.rdb"), ("below/deeper.conf", "save 61 1\n# dir ..\n"),
            ("moves.conf", "dir below\n"), ("open1", "hz 2"), ("open2", "5\nsave \"\""),
        ] {
            try Support.write(text, to: "\(folder.path)/\(name)")
        }
        let file = RedisFile(
            bind: Address(host: "127.0.0.1", port: try freePort())!, dataDirectory: folder.path,
            mark: Mark(root: "/r", masterName: "m"))
        let flat = try file.flattened(
            settings: Template(SourceText(name: "mine", text: settings)), arguments: arguments, files: includedFiles)

        let plain = try await answers(["dir \(folder.path)", settings], arguments, in: folder)
        let ours = try await answers(["dir \(folder.path)", flat.text], [], in: folder)
        #expect(!plain.isEmpty && ours == plain)
    }

    /// What a server says of its settings that it got by a file and arguments.
    private func answers(_ lines: [String], _ arguments: [String], in folder: TemporaryFolder) async throws -> [String]
    {
        try Support.write(lines.joined(separator: "\n") + "\n", to: "\(folder.path)/redis.conf")
        let port = try freePort()
        let process = try ChildProcess(
            "redis-server",
            ["\(folder.path)/redis.conf", "--port", "\(port)", "--bind", "127.0.0.1"] + arguments,
            folder: folder.path, output: "\(folder.path)/output")
        try await eventually("the server answers: \(process.text)", within: .seconds(20)) {
            if let code = process.exitCode { throw TestFailure("it ended with \(code): \(process.text)") }
            return try? await redis(port, "PING") == "PONG"
        }
        var answers: [String] = []
        for name in [
            "appendonly", "dbfilename", "save", "hz", "maxmemory", "latency-tracking-info-percentiles", "replicaof",
        ] {
            answers.append(try await redis(port, "CONFIG", "GET", name))
        }
        answers.append(try await redis(port, "ACL", "LIST"))
        answers.append(String(try await redis(port, "KEYS", "*").prefix(4)))
        process.signal(SIGKILL)
        try await process.wait()
        for name in ["appendonlydir", "dump.rdb"] { Folder.remove("\(folder.path)/\(name)") }
        return answers
    }

    @Test("what an include can't read is said with its path; a folder that matches a pattern is no file")
    func unreadable() throws {
        let folder = try TemporaryFolder()
        try makeFolder("\(folder.path)/a.conf")
        try Support.write("hz 1\n", to: "\(folder.path)/b.conf")
        try writeBytes([104, 255], to: "\(folder.path)/bytes")
        try writeBytes([104, 0], to: "\(folder.path)/nul")
        #expect(mkfifo("\(folder.path)/fifo", 0o600) == 0)
        #expect(try includedFiles("\(folder.path)/*.conf").map(\.text) == ["hz 1\n"])
        #expect(try includedFiles("\(folder.path)/*.none").isEmpty)
        #expect(try includedFiles("/dev/null").map(\.text) == [""])
        for name in ["none", "a.conf", "bytes", "nul", "fifo", "by?es"] {
            let problem = #expect(throws: SettingsProblem.self) { try includedFiles("\(folder.path)/\(name)") }
            #expect("\(problem!)".contains(folder.path))
        }
    }

    @Test("a server that tells its version is known by it, any other loads what there is")
    func versions() throws {
        let folder = try TemporaryFolder()
        let environment = Environment(["PATH": "/usr/bin:/bin"])
        func newest(_ script: String) throws -> Int {
            try writeProgram("#!/bin/sh\n\(script)\n", to: "\(folder.path)/server")
            return try ServerBinary("\(folder.path)/server", variable: "REDIS_SERVER", environment).newestRDB
        }
        #expect(try newest("exec redis-server \"$@\"") == 10)
        #expect(try newest("echo 'Redis server v=7.2.5 sha=0'") == 11)
        #expect(try newest("echo 'Valkey server v=9.0.1 sha=0'") == 80)
        #expect(try newest("echo 'Other server v=8.0.1 sha=0'") == .max)
        #expect(try newest("exit 3") == .max)
    }
}
