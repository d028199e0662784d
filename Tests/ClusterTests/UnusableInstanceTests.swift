import Cluster
import Glibc
import Succession
import Support
import Testing
import Throttle
import Vocabulary

/// What a prober makes of servers that don't answer as it wants, and of what is no server of ours at all.
@Suite(.inTurn) struct UnusableInstanceTests {
    @Test func a_server_that_reads_its_data_is_loading() async throws {
        let server = try await RedisServer.start(["--enable-debug-command", "yes"])
        try await redis(server.port, "DEBUG", "POPULATE", "50000", "key", "100")
        try await redis(server.port, "SAVE")
        await server.stop()
        let port = try freePort()
        let process = try ChildProcess(
            "redis-server",
            [
                "--port", "\(port)", "--bind", "127.0.0.1", "--dir", server.folder.path, "--key-load-delay", "1000",
                "--loading-process-events-interval-bytes", "1024", "--requirepass", "sesame",
            ], output: "\(server.folder.path)/slow.log")
        try await withProber(password: "sesame", servers: [port]) { prober in
            try await eventually("it loads") {
                let answer = try? await redis(port, "PING", password: "sesame")
                return answer?.hasPrefix("-LOADING") ?? false
            }
            #expect(await prober.instance(Address(port)).answer == .loading)
            #expect(try await redis(port, "PING", password: "sesame").hasPrefix("-LOADING"))
        }
        process.signal(SIGKILL)
        try await process.wait()
    }

    @Test func a_password_that_is_missing_or_wrong_is_denied() async throws {
        let server = try await RedisServer.start([
            "--requirepass", "sesame", "--user", "app", "on", ">word", "~*", "+@all",
        ])
        for (user, password) in [(nil, nil), (nil, "guess"), ("app", "sesame"), ("nobody", "word")]
            as [(String?, String?)]
        {
            try await withProber(password: password, user: user, servers: [server.port]) { prober in
                let instance = await prober.instance(Address(server.port))
                #expect(instance == Instance(.denied, mark: .unknown), "\(user ?? "-") \(password ?? "-")")
            }
        }
        for (user, password) in [(nil, "sesame"), ("app", "word")] as [(String?, String)] {
            try await withProber(password: password, user: user, servers: [server.port]) { prober in
                #expect(await prober.instance(Address(server.port)).answer.history != nil)
            }
        }
    }

    @Test func a_password_that_the_server_does_not_need_is_no_harm() async throws {
        let server = try await RedisServer.start()
        try await withProber(password: "sesame") { prober in
            #expect(await prober.instance(Address(server.port)).answer.history != nil)
        }
    }

    @Test func nobody_listens() async throws {
        let port = try freePort()
        try await withProber { #expect(await $0.instance(Address(port)) == Instance(.refused)) }
    }

    @Test func a_killed_server_refuses() async throws {
        let server = try await RedisServer.start()
        server.kill9()
        try await server.process.wait()
        try await withProber { #expect(await $0.instance(Address(server.port)).answer == .refused) }
    }

    @Test func a_frozen_server_is_silent_and_comes_back() async throws {
        let server = try await RedisServer.start()
        server.freeze()
        try await withProber(limit: .milliseconds(200)) { prober in
            try await bounded { #expect(await prober.instance(Address(server.port)) == Instance(.silent)) }
        }
        server.thaw()
        try await withProber { #expect(await $0.instance(Address(server.port)).answer.history != nil) }
    }

    @Test func one_that_takes_connections_and_says_nothing_is_silent() async throws {
        let mute = try ScriptedPeer { $0.receiveToEnd() }
        for password in [nil, "sesame"] {
            try await withProber(password: password, limit: .milliseconds(200)) { prober in
                try await bounded { #expect(await prober.instance(Address(mute.port)).answer == .silent) }
            }
        }
    }

    @Test func one_that_takes_no_connection_is_silent() async throws {
        let port = try SilentPort()
        try await withProber(limit: .milliseconds(200)) { prober in
            try await bounded { #expect(await prober.instance(Address(port.port)).answer == .silent) }
        }
    }

    @Test func one_that_hangs_up_is_silent() async throws {
        let rude = try ScriptedPeer { _ = $0.receive() }
        try await withProber { #expect(await $0.instance(Address(rude.port)).answer == .silent) }
    }

    @Test(arguments: [
        "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n", "SSH-2.0-OpenSSH_9.2\r\n", "+OK\r\n+OK\r\n",
        ":1\r\n:1\r\n",
        "-ERR unknown command\r\n-ERR unknown command\r\n", "$5\r\nhello\r\n*0\r\n", "\0\0\0\0\r\n",
    ])
    func what_is_no_redis(_ answer: String) async throws {
        let stranger = try ScriptedPeer { peer in
            _ = peer.receive()
            peer.send(answer)
            peer.receiveToEnd()
        }
        try await withProber(limit: .seconds(1)) { prober in
            #expect(await prober.instance(Address(stranger.port)).answer == .notRedis)
        }
    }

    @Test func a_sentinel_is_no_server_of_ours() async throws {
        let sentinel = try await SentinelServer.start(monitor: try freePort())
        try await withProber { #expect(await $0.instance(Address(sentinel.port)).answer == .notRedis) }
    }

    /// Silence may last the connection's limit and an answer's; the rest is a busy machine's.
    private func bounded(_ body: () async throws -> Void) async throws {
        let start = ContinuousClock.now
        try await body()
        #expect(ContinuousClock.now - start >= .milliseconds(200))
        #expect(ContinuousClock.now - start < .seconds(3))
    }
}
