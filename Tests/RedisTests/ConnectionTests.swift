import Runtime
import Support
import Testing
import Throttle
import Vocabulary

@testable import Redis

/// On a real redis-server.
@Suite(.inTurn) struct ConnectionTests {
    let limit = Duration.seconds(20)

    @Test func commands_and_their_replies() async throws {
        let server = try await RedisServer.start()
        try await withLoop { loop in
            let connection = try await Connection.open(Address(server.port), on: loop, within: limit)
            try await connection.ping(within: limit)
            #expect(try await connection.command(["SET", "a", "ü\r\n"], within: limit) == .status("OK"))
            #expect(try await connection.command(["GET", "a"], within: limit).text == "ü\r\n")
            #expect(try await connection.command(["GET", "b"], within: limit) == .null)
            #expect(try await connection.command(["INCR", "n"], within: limit) == .integer(1))
            #expect(try await connection.command(["LRANGE", "l", "0", "-1"], within: limit) == .array([]))
            #expect(try await connection.command(["SET", "e", ""], within: limit) == .status("OK"))
            #expect(try await connection.command(["GET", "e"], within: limit) == .string([]))
            #expect(try await redis(server.port, "GET", "a") == "ü\r\n")
            #expect(connection.address == Address(server.port))
        }
    }

    @Test func role_info_and_configuration() async throws {
        let master = try await RedisServer.start(["--repl-diskless-sync-delay", "0"])
        let replica = try await RedisServer.start(["--replicaof", "127.0.0.1", "\(master.port)"])
        try await withLoop { loop in
            let one = try await Connection.open(Address(master.port), on: loop, within: limit)
            let two = try await Connection.open(Address(replica.port), on: loop, within: limit)
            try await eventually("the replica is connected") {
                guard case .replica(of: Address(master.port), link: "connected", _) = try await two.role(within: limit)
                else { return false }
                guard case .master(_, replicas: [Address(replica.port)]) = try await one.role(within: limit)
                else { return false }
                return true
            }
            let info = try await one.info(["replication", "server"], within: limit)
            #expect(info["role"] == "master" && info["tcp_port"] == "\(master.port)")
            #expect(info["used_memory"] == nil)
            #expect(try await two.info(within: limit)["master_link_status"] == "up")
            let (all, value) = try await one.infoAndConfig(["replication", "server"], "port", within: limit)
            #expect(all["role"] == "master" && value == "\(master.port)")
            #expect(try await one.infoAndConfig([], "no-such", within: limit).value == nil)
        }
    }

    @Test func error_replies_throw_and_the_connection_stays() async throws {
        let server = try await RedisServer.start()
        try await withLoop { loop in
            let connection = try await Connection.open(Address(server.port), on: loop, within: limit)
            let error = try await failure { _ = try await connection.command(["NONSENSE", "secret"], within: limit) }
            #expect(error.code == .server && error.prefix == "ERR" && error.command == "NONSENSE")
            #expect(!"\(error)".contains("secret"))
            try await connection.ping(within: limit)
        }
    }

    @Test func a_pipeline_keeps_order_and_gives_each_its_own_error() async throws {
        let server = try await RedisServer.start()
        try await withLoop { loop in
            let connection = try await Connection.open(Address(server.port), on: loop, within: limit)
            let results = try await connection.pipeline(
                [["SET", "x", "1"], ["LPUSH", "x", "1"], ["GET", "x"]], within: limit)
            #expect(results.count == 3)
            #expect(try results[0].get() == .status("OK"))
            #expect(throws: RedisError.self) { try results[1].get() }
            #expect(try results[2].get().text == "1")
            #expect(try await connection.pipeline([], within: limit).isEmpty)
            let many = try await connection.pipeline((0..<5_000).map { ["ECHO", "\($0)"] }, within: limit)
            #expect(try many.map { try $0.get().text } == (0..<5_000).map { "\($0)" })
        }
    }

    @Test func a_big_value_goes_both_ways() async throws {
        let server = try await RedisServer.start()
        let value = String(repeating: "0123456789abcdef", count: 300_000)
        try await withLoop { loop in
            let connection = try await Connection.open(
                Address(server.port), on: loop, within: .seconds(20), replyLimit: 67_108_864)
            // Three of them, so that the system takes each only in parts while the others wait.
            let results = try await connection.pipeline(
                [["SET", "a", value], ["SET", "b", value], ["GET", "a"]], within: .seconds(20))
            #expect(try results[2].get().text == value)
        }
    }

    @Test func a_late_reply_is_never_taken_for_the_next_commands() async throws {
        let server = try await RedisServer.start(["--enable-debug-command", "yes"])
        try await onLoop { loop in
            let connection = try await Connection.open(Address(server.port), on: loop, within: limit)
            let start = ContinuousClock.now
            let error = try await failure {
                _ = try await connection.command(["DEBUG", "SLEEP", "2"], within: .milliseconds(100))
            }
            #expect(error.code == .timedOut && error.command == "DEBUG")
            let passed = ContinuousClock.now - start
            #expect(passed >= .milliseconds(100) && passed < .milliseconds(1_900))
            #expect(try await connection.command(["ECHO", "mine"], within: limit).text == "mine")
            #expect(try await connection.command(["ECHO", "again"], within: limit).text == "again")
        }
    }

    @Test func commands_of_different_limits_each_keep_their_own() async throws {
        let server = try await RedisServer.start()
        try await onLoop { loop in
            let connection = try await Connection.open(Address(server.port), on: loop, within: limit)
            server.freeze()
            defer { server.thaw() }
            let start = ContinuousClock.now
            let late = await withTaskGroup(of: (Int, Duration).self) { group in
                for wait in [300, 100, 200, 50] {
                    group.addTask {
                        let error = try? await failure { try await connection.ping(within: .milliseconds(wait)) }
                        return (error?.code == .timedOut ? wait : 0, ContinuousClock.now - start)
                    }
                }
                return await group.reduce(into: []) { $0.append($1) }
            }
            // In whatever order a busy machine runs the tasks: each has timed out, and none before its time.
            #expect(late.map(\.0).sorted() == [50, 100, 200, 300])
            #expect(late.allSatisfy { $1 >= .milliseconds($0) })
            server.thaw()
            try await connection.ping(within: limit)
        }
    }

    @Test func a_cancelled_command_returns_at_once_and_harms_no_other() async throws {
        let server = try await RedisServer.start()
        try await onLoop { loop in
            let connection = try await Connection.open(Address(server.port), on: loop, within: limit)
            server.freeze()
            let start = ContinuousClock.now
            let task = Task { try await connection.command(["ECHO", "cancelled"], within: .seconds(60)) }
            try await loop.sleep(for: .milliseconds(10))
            task.cancel()
            let error = try await failure { _ = try await task.value }
            #expect(error.code == .cancelled && error.command == "ECHO")
            #expect(ContinuousClock.now - start < .seconds(20))
            server.thaw()
            #expect(try await connection.command(["ECHO", "next"], within: limit).text == "next")
        }
    }

    @Test func the_end_of_the_server_is_known_at_once() async throws {
        let server = try await RedisServer.start()
        try await onLoop { loop in
            let connection = try await Connection.open(Address(server.port), on: loop, within: limit)
            let ended = Task(executorPreference: loop) { (await connection.ended(), ContinuousClock.now) }
            try await connection.ping(within: limit)
            let killed = ContinuousClock.now
            server.kill9()
            let (error, at) = await ended.value
            #expect(error.code == .closed && error.address == Address(server.port))
            #expect(at - killed < .seconds(1))
            #expect(await connection.ended() == error)
            #expect(try await failure { try await connection.ping(within: limit) }.code == .closed)
            let pipeline = try await failure { _ = try await connection.pipeline([["PING"]], within: limit) }
            #expect(pipeline.code == .closed && pipeline.command == "PING")
        }
    }

    @Test func closing_ends_what_waits() async throws {
        let server = try await RedisServer.start()
        try await withLoop { loop in
            let connection = try await Connection.open(Address(server.port), on: loop, within: limit)
            server.freeze()
            async let waiting = failure { try await connection.ping(within: .seconds(60)) }
            async let ended = connection.ended()
            try await loop.sleep(for: .milliseconds(5))
            await connection.close()
            await connection.close()
            #expect(try await waiting.code == .closed)
            #expect(await ended.code == .closed)
            server.thaw()
        }
    }

    @Test func waiting_for_the_end_can_be_cancelled() async throws {
        let server = try await RedisServer.start()
        try await withLoop { loop in
            let connection = try await Connection.open(Address(server.port), on: loop, within: limit)
            let waiting = Task { await connection.ended() }
            waiting.cancel()
            #expect(await waiting.value.code == .cancelled)
            try await connection.ping(within: limit)
        }
    }

    @Test func dropping_the_last_reference_closes_it() async throws {
        let server = try await RedisServer.start()
        try await withLoop { loop in
            var connection: Connection? = try await Connection.open(Address(server.port), on: loop, within: limit)
            try await connection?.ping(within: limit)
            connection = nil
            try await eventually("the server has no client but the one that asks") {
                try await redis(server.port, "INFO", "clients").contains("connected_clients:1\r\n")
            }
        }
    }

    @Test func closing_the_loop_closes_its_connections() async throws {
        let server = try await RedisServer.start()
        let loop = EventLoop()
        let connection = try await Connection.open(Address(server.port), on: loop, within: limit)
        loop.close()
        #expect(await connection.ended().code == .closed)
        #expect(try await failure { try await connection.ping(within: limit) }.code == .closed)
    }
}
