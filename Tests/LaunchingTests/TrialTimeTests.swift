import Support
import Testing
import Throttle

/// A server that can't be tried holds nobody up for long, nor in silence, and is told of once: nothing here has a
/// ZooKeeper.
@Suite(.inTurn) struct TrialTimeTests {
    private static let commands = [
        ["redis"], ["redis", "--render-only", "--role", "master"], ["sentinel"],
        ["sentinel", "--render-only", "--master", "127.0.0.1:1"],
    ]
    /// One that says nothing, one that never ceases to speak, and one whose child does not.
    private static let programs = ["exec sleep 611", "exec yes", "yes & exec sleep 611"]

    @Test(arguments: commands, programs)
    func isWaitedForOnlySoLong(_ command: [String], _ program: String) async throws {
        let outcome = try await launch(command, program, within: .seconds(20))
        let isLook = command.contains("--render-only")
        #expect(outcome.code == (isLook ? 0 : 69) && outcome.output.isEmpty == !isLook, "\(outcome)")
        let waits = outcome.lines.filter { $0.contains(": waiting, ") && $0.contains("/server is asked") }
        #expect(waits.count == 1 && waits[0].contains("5 s at most"), "\(outcome)")
        let doubts = outcome.lines.filter { $0.contains("could not be tried") }
        #expect(doubts.count == 1 && doubts[0].contains("/server"), "\(outcome)")
        #expect(doubts.allSatisfy { $0.contains("; the launch goes on") == !isLook }, "\(outcome)")
    }

    /// What ends without a word of the settings is asked no more, and told of once as well.
    @Test(arguments: commands, ["exit 3", "exit 0", "kill -9 $$", "echo 'no such library' >&2; exit 127"])
    func oneLineTellsOfOneThatEnds(_ command: [String], _ program: String) async throws {
        let outcome = try await launch(command, program)
        let isLook = command.contains("--render-only")
        #expect(outcome.code == (isLook ? 0 : 69), "\(outcome)")
        let doubts = outcome.lines.filter { $0.contains(" warning ") && !$0.contains("ZK_AUTH") }
        #expect(doubts.count == 1 && doubts[0].contains("could not be tried"), "\(outcome)")
    }

    /// Data that only some servers load is judged by the server's version, which a program may keep to itself.
    @Test func aVersionIsAskedForOnce() async throws {
        let (folder, tools) = (try TemporaryFolder(), try TemporaryFolder("tools"))
        let made = try await MadeData.shared.value
        for suffix in ["", ".aside-T1", ".aside-T2", ".aside-T3"] {
            try writeBytes(Array("REDIS0012".utf8) + made.rdb.dropFirst(9), to: "\(folder.path)/dump.rdb\(suffix)")
        }
        let outcome = try await launch(
            ["redis", "--", "--appendonly", "no"],
            "case $1 in --version) echo $1 >> \(tools.path)/asked; exec sleep 611;; esac; exec redis-server \"$@\"",
            in: folder, within: .seconds(20))
        #expect(outcome.code == 69, "\(outcome)")
        #expect(contents(of: "\(tools.path)/asked") == "--version\n")
        #expect(outcome.lines.count { $0.contains("is asked for its version") } == 1, "\(outcome)")
    }

    private func launch(
        _ command: [String], _ program: String, in folder: TemporaryFolder? = nil, within limit: Duration = .seconds(30)
    ) async throws -> Outcome {
        let (folder, tools) = (try folder ?? TemporaryFolder(), try TemporaryFolder("server"))
        try writeProgram("#!/bin/sh\n\(program)\n", to: "\(tools.path)/server")
        let outcome = try await Outcome.of(
            command,
            [
                "BIND_IP": "127.0.0.1", "ZK_HOSTS": "127.0.0.1:\(freePort())", "PORT0": "\(freePort())",
                "MASTER_TIMEOUT": "100ms", "REDIS_SERVER": "\(tools.path)/server",
                "REDIS_SENTINEL": "\(tools.path)/server",
            ], in: folder, within: limit)
        #expect(names(in: folder.path).allSatisfy { $0.hasPrefix("dump.rdb") }, "nothing is left")
        return outcome
    }
}
