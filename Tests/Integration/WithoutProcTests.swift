import Fixtures
import Glibc
import Support
import Testing
import Throttle

/// Where `/proc` is not mounted all launchers and leases work as ever, and a watcher says that it can't.
@Suite(.inTurn, .enabled(if: Requirement.mounts.isMetOrDemanded, "needs mounts of one's own"))
struct WithoutProcTests {
    private let wrapper = ["unshare", "--mount", "sh", "-c", "mount -t tmpfs none /proc && exec \"$@\"", "sh"]

    @Test func servers_are_launched_and_their_leases_go_with_them() async throws {
        try await TestCluster.with { cluster in
            let master = try await cluster.redis(quickRedis, wrapper: wrapper).ready()
            let sentinel = try await cluster.sentinel(quickSentinel, wrapper: wrapper).ready()
            _ = try await cluster.registered(2)
            #expect(await master.role == "master")
            for server in [sentinel, master] {
                server.process.signal(SIGKILL)
                try await server.process.wait()
            }
            try await eventually("their nodes are gone") { try await cluster.registrations().isEmpty }
        }
    }

    @Test func a_watcher_says_that_it_needs_it() async throws {
        try await TestCluster.with { cluster in
            let watcher = try cluster.watcher(wrapper: wrapper)
            #expect(try await watcher.process.wait(within: .seconds(10)) == 78)
            #expect(watcher.process.text.contains("error interrex watcher: /proc/self/task can't be read"))
        }
    }

    @Test func a_cluster_on_this_machine_starts_and_ends() async throws {
        let folder = try TemporaryFolder()
        let zookeeper = try await ZooKeeperServer.shared().connectString
        let variables = ["PATH": "/usr/bin:/bin", "ZK_ROOT": "/without-proc", "TMPDIR": folder.path]
        let arguments = ["--redis", "2", "--sentinels", "1", "--watchers", "0", "--zookeeper", zookeeper]
        let local = try ChildProcess(
            wrapper[0], Array(wrapper.dropFirst()) + [try interrexBinary(), "local"] + arguments,
            environment: variables, folder: folder.path, output: "\(folder.path)/output")
        try await eventually("it is up: \(local.text)", within: .seconds(40)) {
            if let code = local.exitCode { throw TestFailure("it ended with \(code): \(local.text)") }
            return local.text.contains("redis-cli -p")
        }
        local.signal(SIGTERM)
        try await local.wait(within: .seconds(20))
        #expect(entries(of: folder.path) == ["output"])
    }

    @Test(arguments: [("interrex", "--version"), ("interrex-watcher", "--version")])
    func arguments_are_heard(program: String, argument: String) async throws {
        let folder = try TemporaryFolder()
        let path = try interrexBinary().replacing(/interrex$/, with: program)
        let process = try ChildProcess(
            wrapper[0], Array(wrapper.dropFirst()) + [path, argument], output: "\(folder.path)/output")
        #expect(try await process.wait(within: .seconds(10)) == 0)
        #expect(process.text == "0.1.0\n")
    }
}
