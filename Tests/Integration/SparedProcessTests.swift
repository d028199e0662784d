import Fixtures
import Glibc
import Support
import Testing

/// Whom the kernel is asked to end last where memory runs out: what is small and much depends on, and nobody else.
@Suite(.inTurn) struct SparedProcessTests {
    private func score(_ pid: String) -> String {
        String(contents(of: "/proc/\(pid)/oom_score_adj").prefix { !$0.isNewline })
    }

    @Test func leases_and_watchers_are_spared_where_that_is_permitted_and_servers_and_hooks_are_not() async throws {
        let folder = try TemporaryFolder("spared")
        let trial = try ChildProcess(
            "/bin/sh", ["-c", "echo -900 > /proc/self/oom_score_adj"], output: "\(folder.path)/output")
        let isPermitted = try await trial.wait() == 0
        let (usual, spared) = (score("self"), isPermitted ? "-900" : score("self"))
        let hooks = try TemporaryFolder("hooks")
        try write(
            "#!/bin/sh\nsleep 0.2\ncat /proc/self/oom_score_adj > \(folder.path)/hook\n", to: "\(hooks.path)/hook")
        chmod("\(hooks.path)/hook", 0o755)
        try await TestCluster.with { cluster in
            let server = try await cluster.redis(quickRedis).ready()
            let watcher = try cluster.watcher(["HOOKS_DIR": hooks.path])
            let lease = try await server.lease
            try await eventually("the lease is spared") { self.score("\(lease.pid)") == spared }
            #expect(score("\(server.process.pid)") == usual)
            #expect(score("\(watcher.process.pid)") == spared)
            try await eventually("a hook has run") { contents(of: "\(folder.path)/hook") == "\(usual)\n" }
        }
    }
}
