import Fixtures
import Glibc
import Support
import Testing
import Throttle

/// What docs/extending.md shows beside the behaviour, as it stands there.
@Suite(.inTurn) struct HookAndProbeTests {
    private let document: Snippets

    init() throws { document = try Snippets("docs/extending.md") }

    @Test func the_hook_writes_down_each_new_master() async throws {
        let folder = try TemporaryFolder("hooks")
        let hook = try document.block("sh", with: "INTERREX_NEW").with(["/run/interrex": folder.path])
        try makeFolder("\(folder.path)/hooks")
        try makeFolder("\(folder.path)/hooks/master-changed.d")
        let path = "\(folder.path)/hooks/master-changed.d/10-write-master"
        try write(hook, to: path)
        chmod(path, 0o755)
        try await WatchedCluster.with(watcherVariables: ["HOOKS_DIR": "\(folder.path)/hooks"]) { watched in
            let old = watched.master
            try await watched.kill(old)
            let new = try await watched.agree(onOtherThan: old)
            try await eventually("the hook has run: \(watched.watcher.process.text)") {
                contents(of: "\(folder.path)/master") == "\(new.colonAddress)\n"
            }
        }
    }

    @Test func the_probe_says_yes_of_the_master_only_also_by_the_second_watcher() async throws {
        let folder = try TemporaryFolder("probe")
        try await WatchedCluster.with(members: 2) { watched in
            // The first one of the two watchers is not there.
            let probe = try document.block("sh", with: "for watcher in").with([
                "10.0.0.8:8080": "127.0.0.1:\(freePort())", "10.0.0.9:8080": "127.0.0.1:\(watched.watcher.port)",
            ])
            try write(probe, to: "\(folder.path)/probe")
            for member in watched.members {
                let run = try ChildProcess(
                    "sh", ["\(folder.path)/probe", member.colonAddress], output: "\(folder.path)/output")
                #expect(try await run.wait() == (member.port == watched.master.port ? 0 : 1))
            }
        }
    }

    @Test func a_template_of_ones_own_is_shown() async throws {
        let folder = try TemporaryFolder("template")
        let shipped = contents(of: "\(Snippets.root)/Templates/redis.conf.mustache")
        try write(
            try shipped.with(["{{{settings}}}": "# ours: {{master_name}}\n{{{settings}}}"]),
            to: "\(folder.path)/my.conf.mustache")
        let command = try document.block("sh", with: "--redis-template").with([
            "interrex redis": "\(interrexBinary()) redis"
        ])
        let shell = try ChildProcess(
            "sh", ["-c", command],
            environment: ["PATH": "/usr/bin:/bin", "BIND_IP": "127.0.0.1", "DATA_DIR": folder.path],
            folder: folder.path,
            output: "\(folder.path)/output", errors: "\(folder.path)/errors")
        #expect(try await shell.wait() == 0, "\(contents(of: "\(folder.path)/errors"))")
        #expect(shell.text.contains("\n# ours: mymaster\n"))
    }
}
