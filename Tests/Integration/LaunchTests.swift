import Fixtures
import Glibc
import Support
import Testing
import Throttle
import ZooKeeper

/// One launcher on an empty ZooKeeper.
@Suite(.inTurn) struct LaunchTests {
    @Test("F73: the launcher has become redis-server: its signals, its descriptors, and no other's")
    func f73_the_launcher_has_become_redis_server() async throws {
        try await TestCluster.with { cluster in
            let server = try await cluster.redis().ready()
            let process = ProcessFiles(server.process.pid)
            let plain = try await plain(like: server)
            #expect(process.program == ProcessFiles(plain.pid).program && process.program.contains("redis"))
            #expect(process["SigBlk"] == "0000000000000000")
            for field in ["SigIgn", "SigCgt"] {
                #expect(process.signals(field) == ProcessFiles(plain.pid).signals(field))
            }
            // Clients of a moment ago may not be closed yet; one stays, its lease.
            try await eventually(
                "no descriptor that redis-server didn't open: \(kinds(process)), not \(kinds(.init(plain.pid)))"
            ) {
                kinds(process) == (kinds(ProcessFiles(plain.pid)) + ["socket"]).sorted()
            }
            #expect(process.children.count == 1)
            await plain.end()
        }
    }

    @Test("F72: a launcher that was started with blocked signals becomes a server that can be stopped")
    func f72_a_launcher_with_blocked_signals_becomes_a_server_that_can_be_stopped() async throws {
        try await TestCluster.with { cluster in
            let block = """
                import os, signal, sys
                signal.pthread_sigmask(signal.SIG_BLOCK, range(1, 65))
                signal.signal(signal.SIGHUP, signal.SIG_IGN)
                os.execv(sys.argv[1], sys.argv[1:])
                """
            let server = try await cluster.redis(wrapper: ["/usr/bin/python3", "-c", block]).ready()
            let process = ProcessFiles(server.process.pid)
            #expect(process["SigBlk"] == "0000000000000000")
            let lease = try await server.lease
            #expect(lease["SigBlk"] == "0000000000000000")
            #expect(try await server.process.stop(within: .seconds(10)) == 0)
            try await eventually("the lease leaves", within: .seconds(5)) { !lease.isRunning }
            #expect(try await cluster.leases("members").isEmpty)
        }
    }

    /// A redis-server that no launcher started, with the same file but for port and folder.
    private func plain(like server: Launched) async throws -> ChildProcess {
        let (port, folder) = (try freePort(), "\(server.folder.path)/plain")
        mkdir(folder, 0o700)
        let text = contents(of: "\(server.folder.path)/redis-\(server.port).conf")
        try write(text + "\nport \(port)\ndir \(folder)\n", to: "\(folder)/redis.conf")
        let process = try ChildProcess("redis-server", ["\(folder)/redis.conf"], output: "\(folder)/log")
        try await eventually("the plain server answers") { try? await redis(port, "PING") == "PONG" ? true : nil }
        return process
    }

    /// The kinds of what is open above standard error, sorted: a number or a folder differs from process to process.
    private func kinds(_ process: ProcessFiles) -> [String] {
        process.descriptors.filter { $0.key > 2 }.values.map { target in
            if target.hasPrefix("/") { return String(target.split(separator: "/").last!) }
            return target.hasPrefix("anon_inode:") ? target : String(target.prefix { $0 != ":" })
        }.sorted()
    }
}
