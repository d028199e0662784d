import Glibc
import Support
import Testing
import ZooKeeper

/// One launcher on an empty ZooKeeper.
@Suite(.inTurn) struct LaunchTests {
    @Test func the_first_server_is_master_and_recorded() async throws {
        try await TestCluster.with { cluster in
            let server = try await cluster.redis().ready()
            #expect(try await redis(server.port, "PING") == "PONG")
            #expect(await server.role == "master")
            #expect(try await cluster.text("/redis/master") == "127.0.0.1 \(server.port)")
            let master = try #require(try await cluster.node("/redis/master"))
            #expect(master.stat.ephemeralOwner == 0 && master.stat.version == 0)
            let members = try await cluster.leases("members")
            #expect(members.keys.sorted() == [server.address])
            #expect(members[server.address] != 0)
            #expect(try await cluster.children("/redis/candidates").isEmpty)
            #expect(try await cluster.children("/redis/sentinels").isEmpty)
            // The mark that the server bears is that of the cluster's record.
            let record = try #require(try await cluster.text("/redis/cluster"))
            let title = try await redis(server.port, "CONFIG", "GET", "proc-title-template")
            let id = try #require(title.split(separator: " ").last)
            #expect(title.hasSuffix(" /redis mymaster \(id)") && record.contains(#""id":"\#(id)""#))
        }
    }

    @Test func the_launcher_has_become_redis_server() async throws {
        try await TestCluster.with { cluster in
            let server = try await cluster.redis().ready()
            let process = ProcessFiles(server.process.pid)
            let plain = try await plain(like: server)
            #expect(process.program == ProcessFiles(plain.pid).program && process.program.contains("redis"))
            #expect(process["SigBlk"] == "0000000000000000")
            for field in ["SigIgn", "SigCgt"] {
                #expect(process.signals(field) == ProcessFiles(plain.pid).signals(field))
            }
            // Clients of a moment ago may not be closed yet.
            try await eventually(
                "no descriptor that redis-server didn't open: \(kinds(process)), not \(kinds(.init(plain.pid)))"
            ) {
                kinds(process) == kinds(ProcessFiles(plain.pid))
            }
            #expect(process.children.count == 1)
            await plain.end()
        }
    }

    @Test func a_launcher_that_was_started_with_blocked_signals_becomes_a_server_that_can_be_stopped() async throws {
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
            server.process.signal(SIGTERM)
            #expect(try await server.process.wait(within: .seconds(10)) == 0)
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
