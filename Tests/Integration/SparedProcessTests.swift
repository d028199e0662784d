import Fixtures
import Glibc
import Support
import Testing
import Throttle

/// Whom the kernel is asked to end last where memory runs out: what is small and much depends on, and nobody else.
@Suite(.inTurn) struct SparedProcessTests {
    private static func score(_ pid: String) -> String {
        String(contents(of: "/proc/\(pid)/oom_score_adj").prefix { !$0.isNewline })
    }

    /// What the score of those who are spared comes to: a process may be allowed to lower it or not.
    private static func lowered(_ folder: TemporaryFolder) async throws -> String {
        let trial = try ChildProcess(
            "/bin/sh", ["-c", "echo -900 > /proc/self/oom_score_adj"], output: "\(folder.path)/output")
        return try await trial.wait() == 0 ? "-900" : score("self")
    }

    @Test func leases_and_watchers_are_spared_where_that_is_permitted_and_servers_and_hooks_are_not() async throws {
        let folder = try TemporaryFolder("spared")
        let hooks = try TemporaryFolder("hooks")
        let output = "\(folder.path)/hook"
        try write("#!/bin/sh\nsleep 0.2\ncat /proc/self/oom_score_adj > \(output)\n", to: "\(hooks.path)/hook")
        chmod("\(hooks.path)/hook", 0o755)
        let spared = try await Self.lowered(folder)
        try await TestCluster.with { try await Self.expect(spared, in: $0, hooks: hooks.path, output: output) }
    }

    private static func expect(
        _ spared: String, in cluster: TestCluster, hooks: String, output: String
    ) async throws {
        let usual = score("self")
        let server = try await cluster.redis(quickRedis).ready()
        let watcher = try cluster.watcher(["HOOKS_DIR": hooks])
        let lease = try await "\(server.lease.pid)"
        try await eventually("the lease is spared") { score(lease) == spared }
        #expect(score("\(server.process.pid)") == usual)
        #expect(score("\(watcher.process.pid)") == spared)
        try await eventually("a hook has run") { contents(of: output) == "\(usual)\n" }
    }
}
