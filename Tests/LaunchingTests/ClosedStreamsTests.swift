import Glibc
import Support
import Testing
import Throttle

/// Started with a closed standard input, output or error, as some supervisors do it.
@Suite(.inTurn) struct ClosedStreamsTests {
    private static let streams = ["0<&-", "1>&-", "2>&-", "0<&- 1>&-", "1>&- 2>&-", "0<&- 1>&- 2>&-"]

    /// What is opened first would else have the number of a stream, and a pipe of ours would be the log of a program
    /// that we start.
    @Test(arguments: ["redis", "sentinel"], streams)
    func a_launch_ends_in_time_and_says_nothing_elsewhere(_ command: String, _ streams: String) async throws {
        let folder = try TemporaryFolder("closed")
        let outcome = try await Outcome.of(
            "/bin/sh", ["-c", "exec '\(interrexBinary())' \(command) \(streams)"],
            [
                "BIND_IP": "127.0.0.1", "PORT0": "\(freePort())", "ZK_HOSTS": "127.0.0.1:\(freePort())",
                "MASTER_TIMEOUT": "1s", "LOG_LEVEL": "debug", "CONFIG_DIR": folder.path, "DATA_DIR": folder.path,
            ], in: folder)
        #expect(outcome.code == 69, "\(outcome)")
        #expect(outcome.errors.contains("error") != streams.contains("2>"), "\(outcome)")
        let lock = contents(of: "\(folder.path)/interrex.lock")
        #expect(!lock.contains("error") && !lock.contains("debug"), "\(lock)")
    }
}
