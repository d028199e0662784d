import Glibc
import Support
import Testing
import Throttle

/// A misspelt variable is pointed at by the program itself, and what it has instead is the default.
@Suite(.inTurn) struct MisspeltVariableTests {
    @Test(
        arguments: [
            ("redis", "ZK_HOST", "ZK_HOSTS"), ("redis", "PORT", "PORT0"),
            ("sentinel", "SENTINEL_QORUM", "SENTINEL_QUORUM"),
        ])
    func isNamed(_ command: String, _ set: String, _ meant: String) async throws {
        let folder = try TemporaryFolder()
        var arguments = [command, "--render-only", "--master", "127.0.0.1:1"]
        if command == "redis" { arguments += ["--role", "replica"] }
        let outcome = try await Outcome.of(arguments, [set: "7", "BIND_IP": "127.0.0.1"], in: folder)
        #expect(outcome.code == 0, "\(outcome)")
        let line = try #require(outcome.lines.first { $0.contains(" warning ") }, "\(outcome)")
        #expect(line.contains("\(set) is set and means nothing here") && line.contains("\(meant) is not set"))
        #expect(!outcome.errors.contains("DATA_DIR"))
    }

    /// Before anything else can go wrong: a launcher without its ZooKeeper tells both.
    @Test func aLauncherNamesIt() async throws {
        let folder = try TemporaryFolder()
        let outcome = try await Outcome.of(
            ["redis"],
            [
                "ZK_HOST": "zk1", "ZK_ROOT": "/x", "BIND_IP": "127.0.0.1", "PORT0": "\(freePort())",
                "ZK_HOSTS": "", "MASTER_TIMEOUT": "1ms",
            ], in: folder)
        #expect(outcome.lines.first?.contains("ZK_HOST is set") == true, "\(outcome)")
    }
}
