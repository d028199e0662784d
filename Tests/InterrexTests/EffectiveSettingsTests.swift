import Cluster
import Glibc
import Support
import Testing

@testable import interrex

/// The settings that a redis-server ends up with, by its own `CONFIG GET`.
@Suite(.slots) struct EffectiveSettingsTests {
    @Test(
        "the file, what it includes, the arguments: the last one wins, as in the server itself",
        arguments: [
            ("", [], "no", "dump.rdb"), ("appendonly yes", [], "yes", "dump.rdb"),
            ("appendonly yes", ["--appendonly", "no"], "no", "dump.rdb"),
            ("", ["--appendonly yes"], "yes", "dump.rdb"),
            ("", ["--AppendOnly", "YES", "--dbfilename", "a b.rdb"], "yes", "a b.rdb"),
            ("", ["--dbfilename", "--appendonly", "--appendonly", "yes"], "yes", "--appendonly"),
            ("", ["--save", "--appendonly", "yes"], "yes", "dump.rdb"),
            ("", ["--appendonly", "yes", "--appendonly", "no"], "no", "dump.rdb"),
            ("appendonly no\ninclude more.conf", [], "yes", "more.rdb"),
            ("include more.conf\nappendonly no", [], "no", "more.rdb"),
            ("include mor?.c*", ["--dbfilename", "c.rdb"], "yes", "c.rdb"),
            ("include outer.conf", [], "yes", "outer.rdb"), ("", ["--include", "more.conf"], "yes", "more.rdb"),
        ] as [(String, [String], String, String)])
    func lastWins(settings: String, arguments: [String], appendonly: String, name: String) async throws {
        let folder = try TemporaryFolder("redis")
        try Support.write("appendonly yes\ndbfilename more.rdb\n", to: "\(folder.path)/more.conf")
        try Support.write("include more.conf\ndbfilename outer.rdb\n", to: "\(folder.path)/outer.conf")
        let text = "dir \(folder.path)\n\(settings)\n"
        let files = DataFiles(
            folder: folder.path, settings: effectiveSettings(text, arguments: arguments, folder: folder.path))
        #expect(files.loadsAOF == (appendonly == "yes"))
        #expect(files.rdb == "\(folder.path)/\(name)")

        try Support.write(text, to: "\(folder.path)/redis.conf")
        let port = try freePort()
        let process = try ChildProcess(
            "redis-server",
            ["\(folder.path)/redis.conf", "--port", "\(port)", "--bind", "127.0.0.1"] + arguments,
            output: "\(folder.path)/output")
        try await eventually("the server answers: \(process.text)") { try? await redis(port, "PING") == "PONG" }
        #expect(try await redis(port, "CONFIG", "GET", "appendonly") == "appendonly\n\(appendonly)")
        #expect(try await redis(port, "CONFIG", "GET", "dbfilename") == "dbfilename\n\(name)")
        process.signal(SIGKILL)
        try await process.wait()
    }

    @Test("a file that includes itself, or is missing, ends nothing here")
    func circles() throws {
        let folder = try TemporaryFolder()
        try Support.write("include self.conf\nappendonly yes\n", to: "\(folder.path)/self.conf")
        let settings = effectiveSettings("include self.conf\ninclude none.conf\n", arguments: [], folder: folder.path)
        #expect(DataFiles(folder: folder.path, settings: settings).loadsAOF)
    }

    @Test("values of the arguments can't add directives")
    func lineEnds() {
        let settings = effectiveSettings("", arguments: ["--requirepass", "x\nappendonly yes"], folder: "/d")
        #expect(!DataFiles(folder: "/d", settings: settings).loadsAOF)
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
        #expect(try newest("echo 'Redis server v=8.0.0 sha=0'") == .max)
        #expect(try newest("echo 'Valkey server v=8.0.1 sha=0'") == .max)
        #expect(try newest("exit 3") == .max)
    }
}
