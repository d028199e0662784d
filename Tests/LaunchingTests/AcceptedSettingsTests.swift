import Cluster
import Glibc
import Processes
import Support
import Testing
import Throttle

@testable import Launching

/// Nothing that could be of another mind than what was tried counts as tried.
@Suite(.inTurn) struct AcceptedSettingsTests {
    @Test func whatChangesIsTriedAgain() async throws {
        let folder = try TemporaryFolder()
        let (server, other) = ("\(folder.path)/redis-server", "\(folder.path)/users")
        try await copyServer(to: server)
        try write("one", to: other)
        func settings(_ text: String = "port 1", _ files: [String]? = nil) throws -> AcceptedSettings {
            AcceptedSettings(
                text, try ServerBinary(server, variable: "REDIS_SERVER", .process), files: files ?? [other],
                beside: "\(folder.path)/redis-1.conf")
        }
        #expect(try !settings().isKnown)
        try settings().note()
        #expect(try settings().isKnown)
        #expect(try !settings("port 2").isKnown && !settings("port 1", []).isKnown)
        try write("two and more", to: other)
        #expect(try !settings().isKnown)
        try settings().note()
        unlink(other)
        #expect(try !settings().isKnown)
        try settings().note()
        try await copyServer(to: server)
        #expect(try !settings().isKnown)
    }

    /// It may start another server by tomorrow, and nothing of it has changed.
    @Test func aScriptIsTriedEachTime() async throws {
        let folder = try TemporaryFolder()
        try writeProgram("#!/bin/sh\nexec redis-server \"$@\"\n", to: "\(folder.path)/server")
        let settings = AcceptedSettings(
            "port 1", try ServerBinary("\(folder.path)/server", variable: "REDIS_SERVER", .process), files: [],
            beside: "\(folder.path)/redis-1.conf")
        settings.note()
        #expect(!settings.isKnown && names(in: folder.path) == ["server"])
    }

    /// A server loads it after all else: no trial does.
    @Test func aModuleThatIsNotThereIsRefused() async throws {
        let folder = try TemporaryFolder()
        try write("# mine\nloadmodule \(folder.path)/gone.so one 'two three'\n", to: "\(folder.path)/mine.conf")
        let variables = [
            "BIND_IP": "127.0.0.1", "ZK_HOSTS": "127.0.0.1:\(try freePort())", "PORT0": "\(try freePort())",
            "REDIS_CONF": "\(folder.path)/mine.conf", "MASTER_TIMEOUT": "100ms",
        ]
        let outcome = try await Outcome.of(["redis"], variables, in: folder)
        expectRefusal(outcome, 78, "mine.conf, line 2", "\(folder.path)/gone.so", "No such file")
        // Where nothing is launched it may be on the machine for which it is rendered.
        let look = try await Outcome.of(["redis", "--render-only", "--role", "master"], variables, in: folder)
        #expect(look.code == 0 && look.lines.count == 1, "\(look)")
        try write("", to: "\(folder.path)/gone.so")
        let found = try await Outcome.of(["redis"], variables, in: folder)
        #expect(found.code == 69, "\(found)")
    }
}
