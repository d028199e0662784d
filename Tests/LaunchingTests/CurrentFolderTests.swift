import Support
import Testing
import Throttle

/// Folders of which only the system can say what is wrong with them.
@Suite(.inTurn) struct CurrentFolderTests {
    private func shell(_ script: String, _ arguments: [String], _ variables: [String: String]) async throws -> Outcome {
        let folder = try TemporaryFolder()
        let own = try ["ZK_HOSTS": "127.0.0.1:\(freePort())", "BIND_IP": "127.0.0.1"]
        return try await Outcome.of(
            "bash", ["-c", "\(script); exec \"$0\" \"$@\"", interrexBinary()] + arguments,
            own.merging(variables) { $1 }, in: folder)
    }

    @Test(
        "a current directory that is gone is named, with the variable that does without it",
        arguments: [
            (["redis"], [:], "DATA_DIR"), (["sentinel"], [:], "DATA_DIR"), (["aside"], [:], "DATA_DIR"),
            (["redis"], ["DATA_DIR": "data"], "DATA_DIR"),
            (["redis"], ["DATA_DIR": "/tmp", "CONFIG_DIR": "a"], "CONFIG_DIR"),
            (["local", "--folder", "a"], [:], "--folder"),
        ])
    func goneDirectory(_ arguments: [String], _ variables: [String: String], _ name: String) async throws {
        let outcome = try await shell("mkdir gone && cd gone && rmdir ../gone", arguments, variables)
        expectRefusal(outcome, 78, "\(name) is ", "the current directory can't be found (No such file or directory)")
    }

    @Test(
        "where only a part can be written it says why, and not what went wrong before",
        arguments: ["redis", "sentinel"])
    func shortWrite(_ command: String) async throws {
        let outcome = try await shell("trap '' XFSZ; ulimit -f 1", [command], [:])
        expectRefusal(outcome, 78, "nothing can be written in", "File too large")
    }
}
