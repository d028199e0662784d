import Fixtures
import Glibc
import Support
import Testing
import Throttle
import ZooKeeper

/// One server, one folder: a second one is refused as long as the first, or its lease, may still write there.
@Suite(.inTurn) struct FolderLockTests {
    /// Every write is on disk before it is acknowledged.
    private let durable = """
        appendonly yes
        appendfsync always
        save ""
        repl-diskless-sync-delay 0

        """

    @Test func a_second_launcher_is_refused_while_the_first_one_waits() async throws {
        try await TestCluster.with { cluster in
            // Recorded, but held up by a member that can't be asked.
            let obstacle = "/redis/members/00000000-0000-4000-8000-000000000000"
            for path in ["/redis", "/redis/members"] { try await cluster.session.create(path) }
            let silent = Array("127.0.0.1 \(try freePort())".utf8)
            try await cluster.session.create(obstacle, silent, .ephemeral)
            try await cluster.session.create("/redis/master", silent)
            let first = try cluster.redis(quickRedis)
            try await eventually("the launcher waits") { first.lines.contains { $0.contains("waiting") } }
            try await expectRefused(try cluster.redis(quickRedis, folder: first.folder), by: first)
            try await cluster.session.delete(obstacle)
            try await cluster.session.delete("/redis/master")
            try await first.ready()
        }
    }

    @Test func a_second_server_is_refused_and_the_first_ones_data_is_safe() async throws {
        try await TestCluster.with { cluster in
            let first = try await cluster.redis(durable).ready()
            for number in 0..<500 { try await first.ask("SET", "key-\(number)", "kept") }
            for _ in 0..<2 { try await expectRefused(try cluster.redis(durable, folder: first.folder), by: first) }
            // Whoever has the same port, too, is told of the folder.
            let same = try cluster.redis(durable, port: first.port, folder: first.folder)
            try await expectRefused(same, by: first)
            await first.stop()
            let again = try await cluster.redis(durable, port: first.port, folder: first.folder).ready()
            #expect(try await again.ask("DBSIZE") == "500")
        }
    }

    @Test func the_server_has_nothing_of_the_lock_and_its_lease_has_it() async throws {
        try await TestCluster.with { cluster in
            let server = try await cluster.redis(quickRedis).ready()
            let lock = "\(server.folder.path)/interrex.lock"
            #expect(!ProcessFiles(server.process.pid).descriptors.values.contains(lock))
            let lease = try await server.lease
            #expect(lease.descriptors.values.filter { $0 == lock }.count == 1)
            let sentinel = try await cluster.sentinel(quickSentinel).ready()
            #expect(access("\(sentinel.folder.path)/interrex.lock", F_OK) != 0)
        }
    }

    @Test func a_killed_server_is_started_again_at_once_twenty_times() async throws {
        try await TestCluster.with { cluster in
            var server = try await cluster.redis(durable).ready()
            for number in 0..<20 {
                try await server.ask("SET", "key-\(number)", "kept")
                server.process.signal(SIGKILL)
                // Its lease may still be on its way out. At the recorded address no other data is waited for.
                try await server.process.wait()
                server = try await cluster.redis(durable, port: server.port, folder: server.folder).ready()
                #expect(try await server.ask("DBSIZE") == "\(number + 1)")
            }
        }
    }

    @Test func a_killed_server_that_nobody_has_waited_for_is_started_again_at_once() async throws {
        try await TestCluster.with(briefSession) { cluster in
            let server = try await cluster.redis(durable).ready()
            try await server.ask("SET", "key", "kept")
            server.process.signal(SIGKILL)
            // It is on its way out, and then a zombie.
            let next = try await cluster.redis(durable, folder: server.folder).ready()
            #expect(try await next.ask("GET", "key") == "kept")
        }
    }

    @Test func a_server_whose_lease_is_dead_keeps_its_folder_until_it_ends() async throws {
        try await TestCluster.with(briefSession) { cluster in
            let server = try await cluster.redis(durable).ready()
            try await server.ask("SET", "key", "kept")
            let lease = try await server.lease
            kill(lease.pid, SIGKILL)
            try await eventually("the lease is dead") { !lease.isRunning }
            let line = try await expectRefused(try cluster.redis(durable, folder: server.folder), by: server)
            #expect(line.contains("without its lease"))
            server.process.signal(SIGKILL)
            let next = try await cluster.redis(durable, folder: server.folder).ready()
            #expect(try await next.ask("GET", "key") == "kept")
        }
    }

    @Test func a_server_killed_together_with_its_lease_frees_its_folder() async throws {
        try await TestCluster.with(briefSession) { cluster in
            let server = try await cluster.redis(durable).ready()
            try await server.ask("SET", "key", "kept")
            let lease = try await server.lease
            for pid in [lease.pid, server.process.pid] { kill(pid, SIGKILL) }
            let next = try await cluster.redis(durable, folder: server.folder).ready()
            #expect(try await next.ask("GET", "key") == "kept")
        }
    }

    @Test func sentinels_may_share_a_folder_also_with_a_server() async throws {
        try await TestCluster.with { cluster in
            let server = try await cluster.redis(quickRedis).ready()
            for _ in 0..<2 { try await cluster.sentinel(quickSentinel, folder: server.folder).ready() }
        }
    }

    @Test func a_frozen_ZooKeeper_does_not_keep_the_lock_of_a_server_that_ends() async throws {
        let zookeeper = try await ZooKeeperServer.start()
        try await TestCluster.with(on: zookeeper) { cluster in
            let server = try await cluster.redis(durable).ready()
            try await server.ask("SET", "key", "kept")
            let lease = try await server.lease
            try await eventually("the lease has attached") {
                lease.descriptors.values.contains { $0.hasPrefix("socket:") }
            }
            zookeeper.freeze()
            try await server.process.stop()
            let start = ContinuousClock.now
            let next = try cluster.redis(durable, folder: server.folder)
            try await eventually("it has the folder, and waits for ZooKeeper") {
                if let code = next.process.exitCode { throw TestFailure("ended with \(code): \(next.process.text)") }
                return occupant(next.folder).contains(" \(next.process.pid) ")
            }
            #expect(ContinuousClock.now - start < .seconds(2))
            zookeeper.thaw()
            try await next.ready()
            #expect(try await next.ask("GET", "key") == "kept")
        }
    }

    @Test(.enabled(if: Requirement.processNamespace.isMetOrDemanded, "needs a process namespace (root)"))
    func in_another_container_only_the_lock_counts() async throws {
        let container = ["unshare", "--pid", "--fork", "--kill-child", "--mount-proc"]
        try await TestCluster.with(briefSession) { cluster in
            let first = try await cluster.redis(durable, wrapper: container).ready()
            try await first.ask("SET", "key", "kept")
            for wrapper in [[], container] {
                let second = try cluster.redis(durable, folder: first.folder, wrapper: wrapper)
                #expect(try await second.process.wait() == 78)
                let line = try #require(second.lines.last)
                #expect(line.contains("127.0.0.1:\(first.port) (PID 1, of another container"), "\(line)")
            }
            // The server, and its lease, which has the lock.
            let inside = first.children.flatMap { [$0] + ProcessFiles($0).children }
            #expect(inside.count == 2)
            first.process.signal(SIGKILL)
            try await eventually("the container is over") { inside.allSatisfy { !ProcessFiles($0).isRunning } }
            let next = try await cluster.redis(durable, folder: first.folder, wrapper: container).ready()
            #expect(try await next.ask("GET", "key") == "kept")
        }
    }

    /// Expects an end with 78 and one line that names the folder and the server that has it. Returns the line.
    @discardableResult
    private func expectRefused(_ second: Launched, by first: Launched) async throws -> String {
        let start = ContinuousClock.now
        #expect(try await second.process.wait() == 78, "\(second.process.text)")
        #expect(ContinuousClock.now - start < .seconds(3))
        let lines = second.process.text.split(separator: "\n").map(String.init)
        #expect(lines.count == 1)
        let line = try #require(lines.first)
        for word in [first.folder.path, "127.0.0.1:\(first.port) (PID \(first.process.pid))", "DATA_DIR", "stop"] {
            #expect(line.contains(word), "\(line)")
        }
        return line
    }

    private func occupant(_ folder: TemporaryFolder) -> String { contents(of: "\(folder.path)/interrex.lock") }
}
