import Redis
import Support
import Testing
import Throttle

/// Where a line that renames a command stands, and whether two names are the same.
@Suite(.inTurn) struct RenamedCommandTests {
    @Test(
        "the line that is wrong is named, whatever the name",
        arguments: ["\"a b\"", "'a  b'", "\"a\\tb\"", "\"a\\\"b\"", "a/b"])
    func places(_ name: String) async throws {
        let outcome = try await look(
            ["redis", "--role", "master"], "REDIS_CONF", "# mine\nRename-Command config \(name)\n")
        expectRefusal(outcome, 78, "mine.conf, line 2 once rendered: CONFIG gets a name", "RENAMED_COMMANDS")
    }

    @Test("ROLE is asked for by Interrex")
    func role() async throws {
        let outcome = try await look(["redis", "--role", "master"], "REDIS_CONF", "rename-command ROLE r\n")
        expectRefusal(
            outcome, 78, "mine.conf, line 1", "ROLE is renamed, and Interrex must send it", "RENAMED_COMMANDS=ROLE=r")
    }

    @Test("a name is the same in whatever case, for a redis-server and for a sentinel")
    func cases() async throws {
        let given = ["RENAMED_COMMANDS": "CONFIG=Hidden"]
        let launches = [
            (["redis", "--role", "master"], "REDIS_CONF", "rename-command CONFIG hidden\n"),
            (
                ["sentinel", "--master", "127.0.0.1:1"], "SENTINEL_CONF",
                "sentinel rename-command {{master_name}} CONFIG hidden\n"
            ),
        ]
        for (launch, variable, line) in launches {
            let outcome = try await look(launch, variable, line, given)
            #expect(outcome.code == 0, "\(outcome)")
        }
        #expect(CommandNames(["config": "a"]) == CommandNames(["CONFIG": "A"]))
        #expect(CommandNames(["CONFIG": "a"]) != CommandNames(["CONFIG": "b"]))
        #expect(CommandNames(["CONFIG": "a"]) != CommandNames(["CONFIG": ""]))
    }

    private func look(
        _ launch: [String], _ variable: String, _ settings: String, _ more: [String: String] = [:]
    ) async throws -> Outcome {
        let folder = try TemporaryFolder()
        try write(settings, to: "\(folder.path)/mine.conf")
        return try await Outcome.of(
            [launch[0], "--render-only"] + launch.dropFirst(),
            ["BIND_IP": "127.0.0.1", variable: "\(folder.path)/mine.conf"].merging(more) { $1 }, in: folder)
    }
}
