import Cluster
import Succession
import Support
import Testing
import Throttle
import Vocabulary

/// Whose mark a running server bears, as far as it can be read.
@Suite(.inTurn) struct MarkReadingTests {
    private func reading(
        _ arguments: [String], user: String? = nil, password: String? = nil
    ) async throws -> MarkReading {
        let server = try await RedisServer.start(arguments)
        return try await withProber(password: password, user: user, servers: [server.port]) { prober in
            let instance = await prober.instance(Address(server.port))
            #expect(instance.answer.history != nil)
            return instance.mark
        }
    }

    @Test(arguments: [
        Mark(root: "/redis", masterName: "mymaster", clusterID: "0123456789abcdef"),
        Mark(root: "/teams/blue", masterName: "a.b-c_d", clusterID: nil),
    ])
    func a_mark_is_read_whole(_ mark: Mark) async throws {
        #expect(try await reading(["--proc-title-template", mark.template()]) == .mark(mark))
    }

    @Test func a_server_that_nobody_marked_has_none() async throws {
        #expect(try await reading([]) == .absent)
        #expect(try await reading(["--proc-title-template", "{title} {listen-addr} of another tool"]) == .absent)
    }

    @Test func a_server_that_hides_its_settings_is_unknown_and_not_unmarked() async throws {
        #expect(try await reading(["--rename-command", "CONFIG", ""]) == .unknown)
    }

    @Test func a_user_who_may_not_read_settings_sees_nothing() async throws {
        let arguments = ["--user", "app", "on", ">word", "~*", "+@all", "-config", "--requirepass", "other"]
        #expect(try await reading(arguments, user: "app", password: "word") == .unknown)
    }
}
