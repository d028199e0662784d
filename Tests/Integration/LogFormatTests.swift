import Fixtures
import FoundationEssentials
import Glibc
import Support
import Testing
import Throttle

/// `LOG_FORMAT=json`: all that our programs write to standard error is objects, one a line, and who reads them finds
/// what has happened by the names of fields.
@Suite(.inTurn) struct LogFormatTests {
    private struct Line: Decodable {
        var time, level, source, message: String
        var cluster, master, address, cause, event, alert, rule, old: String?
        var took, epoch, code: Int?
    }

    /// The lines of one process and its lease, after the first line of them that is no object was complained of.
    private func lines(of launched: Launched) throws -> [Line] {
        try launched.process.text.split(separator: "\n").compactMap { line in
            // The server's own: "1234:M 29 Nov 2026 10:00:00.000 * Ready".
            if launched.kind != .watcher, line.wholeMatch(of: /\d+:[A-Z] \d\d .*/) != nil { return nil }
            do {
                return try JSONDecoder().decode(Line.self, from: Data(line.utf8))
            } catch {
                throw TestFailure("\(launched.kind) \(launched.port) says \(line): \(error)")
            }
        }
    }

    @Test func every_line_of_every_program_is_an_object_and_a_change_of_the_master_is_found_by_its_fields() async throws
    {
        try await WatchedCluster.with(
            watchers: 2, downAfter: .seconds(30), ["LOG_FORMAT": "json", "LOG_LEVEL": "debug"]
        ) { cluster in
            let (old, root) = (cluster.master, cluster.cluster.root)
            try await cluster.kill(old)
            let new = try await cluster.agree(onOtherThan: old)
            try await eventually("both watchers tell of it") {
                try cluster.watchers.allSatisfy { watcher in
                    try self.lines(of: watcher).contains { $0.event == "master-changed" }
                }
            }
            let back = try await cluster.restart(old).ready().linked(to: new)

            let changes = try cluster.watchers.flatMap { try lines(of: $0) }.filter { $0.event == "master-changed" }
            #expect(changes.count == 2)
            for change in changes {
                #expect(change.level == "notice" && change.source == "interrex watcher" && change.cluster == root)
                #expect(change.master == new.name && change.old == old.name && change.epoch ?? 0 > 0)
            }
            // Of the two the one that led replaced it.
            let own = try #require(changes.first { $0.cause != nil })
            #expect(own.cause == "succession" && (0...5_000).contains(own.took ?? -1), "\(own)")

            for launched in cluster.members + cluster.sentinels {
                let lines = try lines(of: launched)
                #expect(lines.allSatisfy { $0.cluster == root }, "\(lines)")
                let start = try #require(lines.first { $0.message.hasPrefix("starting as ") })
                #expect(start.level == "notice" && start.source == "interrex \(launched.kind)")
                #expect(start.address == launched.name && start.took ?? 0 > 0)
                let master = launched.port == back.port ? new : old
                #expect(start.master == master.name, "\(start)")
                #expect((start.rule != nil) == (launched.kind == .redis))
            }
            // What the killed one has said.
            let first = try #require(try lines(of: old).first { $0.message.hasPrefix("starting as ") })
            #expect(first.cause == "claim" && first.master == old.name)
        }
    }

    @Test(arguments: [["--log-format", "json"], ["--log-format=json"]])
    func what_can_t_be_parsed_is_said_as_the_option_wants_it(_ option: [String]) async throws {
        let folder = try TemporaryFolder("format")
        let process = try ChildProcess(
            interrexBinary(), ["status", "--nonsense"] + option, output: "\(folder.path)/output")
        #expect(try await process.wait() == 64)
        let last = process.text.split(separator: "\n").last ?? ""
        #expect(last.hasPrefix("{") && last.contains("--nonsense"), "\(process.text)")
    }

    @Test func a_refusal_has_its_exit_code() async throws {
        try await TestCluster.with { cluster in
            let launcher = try cluster.sentinel(quickSentinel, ["MASTER_TIMEOUT": "3s", "LOG_FORMAT": "json"])
            #expect(try await launcher.process.wait(within: .seconds(10)) == 75)
            let last = try #require(try lines(of: launcher).last)
            #expect(last.level == "error" && last.code == 75 && last.cluster == cluster.root)
            #expect(last.address == launcher.name)
        }
    }
}

extension Launched {
    /// As a field has it.
    fileprivate var name: String { "\(ip):\(port)" }
}
