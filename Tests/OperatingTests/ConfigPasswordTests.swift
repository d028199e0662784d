import Fixtures
import Glibc
import Runtime
import Support
import Testing
import Throttle
import ZooKeeper

/// The password is changed while clients write, and everything that runs goes on: nothing is started again but one
/// server, which happens to.
@Suite(.inTurn) struct ConfigPasswordTests {
    private static let (old, new) = ("sesame-4741", "sesame-4742")

    private let patience = """
        sentinel down-after-milliseconds {{master_name}} 3000
        sentinel failover-timeout {{master_name}} 10000

        """

    @Test func no_write_fails_and_the_failover_behind_it_works() async throws {
        let secrets = try TemporaryFolder("secrets")
        let (file, next) = ("\(secrets.path)/password", "\(secrets.path)/next")
        try write("\(Self.old)\n", to: file)
        try write("\(Self.new)\n", to: next)
        let variables = ["REDIS_PASSWORD_FILE": file]
        try await TestCluster.with(variables) { cluster in
            let master = try cluster.redis(quickRedis)
            try await isMaster(master)
            var replicas = [try cluster.redis(quickRedis), try cluster.redis(quickRedis)]
            for replica in replicas { try await isLinked(replica, Self.old) }
            let sentinels = try (0..<3).map { _ in try cluster.sentinel(patience) }
            try await sentinels.know(replicas: 2)
            let watcher = try cluster.watcher()
            try await isSeen(by: watcher, master, replicas: 2)

            let before = try client(sentinels[0], Self.old, secrets)
            try await writes(before)
            let added = try await OperatorCommand.of(
                try step("password add", ["new-password": next]) + ["--yes"], on: cluster, variables)
            #expect(added.code == 0 && added.rows.count == 4, "\(added)")
            for row in added.rows.dropFirst() { #expect(row.suffix(3) == ["1", "->", "2"], "\(added)") }
            let after = try client(sentinels[1], Self.new, secrets)
            try await writes(after)

            // The new one takes the place of the old one. Who starts then takes both.
            try write("\(Self.new)\n", to: file)
            try await replicas[0].process.stop()
            replicas[0] = try cluster.redis(quickRedis, port: replicas[0].port, folder: replicas[0].folder)
            try await isLinked(replicas[0], Self.new)
            try await eventually("it takes the old one as well: \(replicas[0].process.text.suffix(500))") {
                try? await redis(replicas[0].port, "PING", password: Self.old) == "PONG" ? true : nil
            }
            try await writes(before)
            #expect(failures(of: before) == 0, "\(before.text.suffix(300))")
            before.signal(SIGKILL)

            let retired = try await OperatorCommand.of(try step("password retire") + ["--yes"], on: cluster, variables)
            #expect(retired.code == 0, "\(retired)")
            for row in retired.rows.dropFirst() { #expect(row.suffix(3) == ["2", "->", "1"], "\(retired)") }
            for server in [master] + replicas {
                #expect(try await redis(server.port, "PING", password: Self.old).hasPrefix("-NOAUTH"))
                #expect(
                    try await redis(server.port, "CONFIG", "GET", "masterauth", password: Self.new).hasSuffix(Self.new))
            }
            try await writes(after)
            #expect(failures(of: after) == 0, "\(after.text.suffix(300))")
            // Every one of them logs in anew.
            for server in [master] + replicas {
                try await redis(server.port, "CLIENT", "KILL", "TYPE", "normal", password: Self.new)
                try await redis(server.port, "CLIENT", "KILL", "TYPE", "replica", password: Self.new)
            }
            for replica in replicas { try await isLinked(replica, Self.new) }
            try await isSeen(by: watcher, master, replicas: 2)

            master.process.signal(SIGKILL)
            try await master.process.wait()
            try await eventually("another is master, for the sentinels too", within: .seconds(30)) {
                guard let recorded = try await cluster.recordedMaster(), recorded != master.address else {
                    return false
                }
                for sentinel in sentinels where await sentinel.named != recorded { return false }
                return true
            }
            try await writes(after)
            after.signal(SIGKILL)
            for process in replicas + sentinels + [watcher] {
                #expect(!process.process.text.contains("sesame"), "\(process.kind)")
            }
            #expect(!"\(added)\(retired)".contains("sesame"))
        }
    }

    @Test func a_member_that_does_not_answer_keeps_everybody_at_the_old_one() async throws {
        let secrets = try TemporaryFolder("secrets")
        try write(Self.new, to: "\(secrets.path)/next")
        let variables = ["REDIS_PASSWORD": Self.old]
        let add = ["password", "add", "--yes", "--new-password-file", "\(secrets.path)/next"]
        try await TestCluster.with(variables) { cluster in
            let master = try cluster.redis(quickRedis)
            try await isMaster(master)
            let replica = try cluster.redis(quickRedis)
            try await isLinked(replica, Self.old)
            replica.process.signal(SIGSTOP)
            let refused = try await OperatorCommand.of(add, on: cluster, variables)
            #expect(refused.code == 69 && refused.errors.contains("\(replica.port)"), "\(refused)")
            #expect(try await redis(master.port, "PING", password: Self.new).hasPrefix("-NOAUTH"))
            replica.process.signal(SIGCONT)

            let dry = try await OperatorCommand.of(add + ["--dry-run"], on: cluster, variables)
            #expect(dry.code == 0 && dry.output.contains("1 -> 2"), "\(dry)")
            #expect(try await redis(master.port, "PING", password: Self.new).hasPrefix("-NOAUTH"))
            let done = try await OperatorCommand.of(add, on: cluster, variables)
            #expect(done.code == 0, "\(done)")
            #expect(try await redis(replica.port, "PING", password: Self.new) == "PONG")
            // With the old one in its place, it is taken back.
            let back = try await OperatorCommand.of(["password", "retire", "--yes", "--json"], on: cluster, variables)
            #expect(back.code == 0 && back.output.contains("\"before\":2,\"after\":1"), "\(back)")
            #expect(try await redis(replica.port, "PING", password: Self.new).hasPrefix("-NOAUTH"))
            #expect(try await redis(replica.port, "PING", password: Self.old) == "PONG")
        }
    }

    /// Whoever may write in ZooKeeper can register anybody as a sentinel.
    @Test func a_stranger_that_is_registered_as_a_sentinel_is_not_told_it() async throws {
        let variables = ["REDIS_PASSWORD": Self.old]
        try await TestCluster.with(variables) { cluster in
            let master = try cluster.redis(quickRedis)
            try await isMaster(master)
            let sentinels = try (0..<3).map { _ in try cluster.sentinel(patience) }
            try await sentinels.know(replicas: 0)
            // It knows the master, and says that it is whoever it likes.
            let heard = Protected("")
            let trap = try ScriptedPeer { peer in
                while true {
                    let bytes = peer.receive()
                    if bytes.isEmpty { return }
                    let text = String(decoding: bytes, as: UTF8.self)
                    heard.withLock { $0 += text }
                    for _ in 0..<text.split(separator: "\r\n").count(where: { $0.hasPrefix("*") }) {
                        peer.send("*0\r\n")
                    }
                }
            }
            let path = "\(cluster.root)/sentinels/0a1b2c3d-0000-4000-8000-000000000000"
            try await cluster.session.create(path, Array("127.0.0.1 \(trap.port)".utf8), .ephemeral)
            let run = try await OperatorCommand.of(["password", "retire", "--yes"], on: cluster, variables)
            #expect(
                run.code == 77 && run.errors.contains("127.0.0.1:\(trap.port) is registered and not told"), "\(run)")
            #expect(run.errors.contains("interrex forget 127.0.0.1:\(trap.port)"), "\(run)")
            #expect(!heard.withLock(\.self).contains("sesame"))
            try await cluster.session.delete(path)
            let done = try await OperatorCommand.of(["password", "retire", "--yes"], on: cluster, variables)
            #expect(done.code == 0, "\(done)")
        }
    }

    @Test func where_it_can_t_be_taken_back_that_is_said() async throws {
        let secrets = try TemporaryFolder("secrets")
        try write(Self.new, to: "\(secrets.path)/next")
        let variables = ["REDIS_PASSWORD": Self.old]
        try await TestCluster.with(variables) { cluster in
            let master = try cluster.redis(quickRedis)
            try await isMaster(master)
            let replica = try cluster.redis(quickRedis)
            try await isLinked(replica, Self.old)
            let terminal = try Terminal()
            let running = try Steering(
                ["password", "add", "--new-password-file", "\(secrets.path)/next"],
                variables.merging(["ZK_HOSTS": cluster.servers, "ZK_ROOT": cluster.root]) { $1 }, terminal: terminal)
            try await eventually("it asks") { terminal.text.contains("[y/N]") }
            // The replica has it, the master does not answer, and the replica can't take it back.
            master.process.signal(SIGSTOP)
            terminal.type("y\n")
            try await eventually("the replica has it") {
                try await redis(replica.port, "PING", password: Self.new) == "PONG"
            }
            replica.process.signal(SIGSTOP)
            let code = try await running.process.wait(within: .seconds(60))
            for server in [master, replica] { server.process.signal(SIGCONT) }
            let shown = terminal.text.replacing("\n", with: " ")
            #expect(code == 69 && shown.contains("may still take it as well"), "\(shown)")
            #expect(shown.contains("interrex password retire") && shown.contains(replica.colonAddress), "\(shown)")
        }
    }

    @Test(arguments: [
        (["add", "--yes"], ["REDIS_PASSWORD": "sesame-4741"], 64, "--new-password-file"),
        (["add", "--yes", "--new-password-file", "/no/such"], ["REDIS_PASSWORD": "sesame-4741"], 78, "can't be read"),
        (["add", "--yes", "--new-password-file", "/no/such"], [:], 78, "no REDIS_PASSWORD"),
        (["retire", "--yes"], [:], 78, "no REDIS_PASSWORD"),
    ])
    func what_is_missing_is_said(
        _ words: [String], _ variables: [String: String], _ code: Int32, _ reason: String
    ) async throws {
        try await TestCluster.with { cluster in
            let run = try await OperatorCommand.of(["password"] + words, on: cluster, variables)
            #expect(run.code == code && run.output.isEmpty && run.errors.contains(reason), "\(run)")
        }
    }

    /// The words of a command as docs/operations.md has it.
    private func step(_ command: String, _ values: [String: String] = [:]) throws -> [String] {
        let line = contents(of: "\(Snippets.root)/docs/operations.md").split(separator: "\n")
            .first { $0.hasPrefix("   interrex \(command)") }
        let words = try #require(line, "\(command) is not in docs/operations.md").split(separator: " ").dropFirst()
        return words.map { values[String($0)] ?? String($0) }
    }

    // MARK: The cluster

    private func isMaster(_ server: Launched) async throws {
        try await eventually("\(server.port) is master: \(server.process.text.suffix(500))") {
            try? await redis(server.port, "ROLE", password: Self.old).hasPrefix("master") ? true : nil
        }
    }

    private func isLinked(_ replica: Launched, _ password: String) async throws {
        try await eventually("\(replica.port) is linked: \(replica.process.text.suffix(500))") {
            let info = try? await redis(replica.port, "INFO", "replication", password: password)
            return info.map { $0.contains("master_link_status:up") && $0.contains("slave_priority:100") } ?? false
        }
    }

    private func isSeen(by watcher: Launched, _ master: Launched, replicas: Int) async throws {
        try await eventually("the watcher sees \(replicas) replicas: \(watcher.process.text.suffix(500))") {
            let body = (try? await get("/status", from: watcher.port).body) ?? ""
            return body.ranges(of: "\"follows\":\"127.0.0.1:\(master.port)\"").count == replicas
        }
    }

    // MARK: Unmodified clients

    /// Writes over a connection that it opens anew each time; says after each write how many were and how many failed.
    private func client(_ sentinel: Launched, _ password: String, _ folder: TemporaryFolder) throws -> ChildProcess {
        let script = """
            import sys, time, redis
            master = redis.Sentinel([("127.0.0.1", int(sys.argv[1]))], socket_timeout=1).master_for(
                "mymaster", password=sys.argv[2], socket_timeout=1)
            written = failed = 0
            while True:
                try:
                    master.incr("written")
                    written += 1
                except redis.exceptions.RedisError as error:
                    failed += 1
                    print(error, file=sys.stderr, flush=True)
                master.connection_pool.disconnect()
                print(written, failed, flush=True)
                # Each write logs in anew; more a second would keep the servers from everybody else.
                time.sleep(0.01)
            """
        return try ChildProcess(
            "/usr/bin/python3", ["-B", "-c", script, "\(sentinel.port)", password],
            output: "\(folder.path)/client-\(password)")
    }

    private func counts(of client: ChildProcess) -> (written: Int, failed: Int) {
        for line in client.text.split(separator: "\n").reversed() {
            let numbers = line.split(separator: " ").compactMap { Int($0) }
            if numbers.count == 2 { return (numbers[0], numbers[1]) }
        }
        return (0, 0)
    }

    private func failures(of client: ChildProcess) -> Int { counts(of: client).failed }

    private func writes(_ client: ChildProcess) async throws {
        let before = counts(of: client).written
        try await eventually("20 more writes: \(client.text.suffix(300))") { counts(of: client).written >= before + 20 }
    }
}
