import Runtime
import Support
import Testing
import Throttle
import Vocabulary

@testable import Redis

/// A password is told to a server that asks for one, on the connection on which it asks, and to no other.
@Suite(.inTurn) struct AuthenticationTests {
    private let limit = Duration.seconds(20)

    @Test func a_server_that_asks_for_nothing_is_not_told_that_there_is_a_password() async throws {
        let heard = Protected("")
        let peer = try ScriptedPeer { peer in
            while case let bytes = peer.receive(), !bytes.isEmpty {
                heard.withLock { $0 += String(decoding: bytes, as: UTF8.self) }
                peer.send("+PONG\r\n")
            }
        }
        try await withLoop { loop in
            let credentials = Credentials(username: "me", password: "hunter2")
            let connection = try await Connection.open(
                Address(peer.port), credentials: credentials, on: loop, within: limit)
            for _ in 0..<3 { try await connection.ping(within: limit) }
        }
        #expect(heard.value.contains("PING") && !heard.value.contains("AUTH") && !heard.value.contains("hunter2"))
    }

    @Test func who_asks_is_told_once_in_one_write_with_the_question() async throws {
        let heard = Protected<[String]>([])
        let peer = try ScriptedPeer { peer in
            heard.withLock { $0.append(String(decoding: peer.receive(), as: UTF8.self)) }
            peer.send("-NOAUTH Authentication required.\r\n")
            heard.withLock { $0.append(String(decoding: peer.receive(), as: UTF8.self)) }
            peer.send("+OK\r\n+PONG\r\n")
            heard.withLock { $0.append(String(decoding: peer.receive(), as: UTF8.self)) }
            peer.send("-NOAUTH Authentication required.\r\n")
            peer.receiveToEnd()
        }
        try await withLoop { loop in
            let connection = try await Connection.open(
                Address(peer.port), credentials: Credentials(password: "hunter2"), on: loop, within: limit)
            try await connection.ping(within: limit)
            // One that asks again has had its answer.
            let error = try await failure { try await connection.ping(within: limit) }
            #expect(error.code == .denied && error.prefix == "NOAUTH")
        }
        let ping = "*1\r\n$4\r\nPING\r\n"
        #expect(heard.value == [ping, "*2\r\n$4\r\nAUTH\r\n$7\r\nhunter2\r\n" + ping, ping])
    }

    @Test func many_tasks_on_one_connection_are_let_in_together() async throws {
        let server = try await RedisServer.start(["--requirepass", "hunter2"])
        try await withLoop { loop in
            let connection = try await Connection.open(
                Address(server.port), credentials: Credentials(password: "hunter2"), on: loop, within: limit)
            let answers = try await withThrowingTaskGroup(of: Bool.self) { group in
                for number in 0..<50 {
                    group.addTask {
                        try await connection.command(["ECHO", "\(number)"], within: limit).text == "\(number)"
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.count == 50 && answers.allSatisfy(\.self))
            let stats = try await connection.info(["commandstats"], within: limit)["cmdstat_auth"] ?? ""
            #expect(stats.hasPrefix("calls=1,"), "\(stats)")
        }
    }

    @Test func a_default_user_who_may_not_is_left_for_the_one_that_has_a_name() async throws {
        let server = try await RedisServer.start()
        try await redis(server.port, "ACL", "SETUSER", "us", "on", ">hunter2", "~*", "+@all")
        try await redis(server.port, "ACL", "SETUSER", "default", "-@all", "+ping", "+echo")
        try await withLoop { loop in
            let address = Address(server.port)
            let named = try await Connection.open(
                address, credentials: Credentials(username: "us", password: "hunter2"), on: loop, within: limit)
            let replies = try await named.pipeline(
                [["ECHO", "a"], ["DBSIZE"], ["ECHO", "b"]], within: limit
            ).map { try $0.get() }
            #expect(replies.count == 3 && replies[0].text == "a" && replies[1] == .integer(0) && replies[2].text == "b")
            // Without a name the password is the default user's, who is in already.
            let unnamed = try await Connection.open(
                address, credentials: Credentials(password: "hunter2"), on: loop, within: limit)
            let error = try await failure { _ = try await unnamed.command(["DBSIZE"], within: limit) }
            #expect(error.prefix == "NOPERM")
        }
    }

    @Test func commands_have_their_other_names_behind_the_password_too() async throws {
        let server = try await RedisServer.start(["--rename-command", "CONFIG", "cf", "--requirepass", "hunter2"])
        try await withLoop { loop in
            let connection = try await Connection.open(
                Address(server.port), credentials: Credentials(password: "hunter2"), on: loop, within: limit,
                names: CommandNames(["CONFIG": "cf"]))
            let (_, port) = try await connection.infoAndConfig(["server"], "port", within: limit)
            #expect(port == "\(server.port)")
            // As a sentinel is asked.
            let error = try await failure {
                _ = try await connection.command(["CONFIG", "GET", "port"], within: limit, renaming: false)
            }
            #expect(error.isRefusal && error.command == "CONFIG GET")
        }
    }

    @Test func a_wrong_password_is_said_as_such_for_every_command() async throws {
        let server = try await RedisServer.start(["--requirepass", "hunter2"])
        try await withLoop { loop in
            let connection = try await Connection.open(
                Address(server.port), credentials: Credentials(password: "x"), on: loop, within: limit)
            let results = try await connection.pipeline([["PING"], ["DBSIZE"]], within: limit)
            for result in results {
                guard case .failure(let error) = result else { throw TestFailure("\(result)") }
                #expect(error.code == .denied && error.prefix == "WRONGPASS")
                #expect(error.isLockout && !error.isRefusal && error.user == "default")
            }
        }
    }

    @Test func who_was_denied_is_named() async throws {
        let server = try await RedisServer.start(["--requirepass", "hunter2"])
        try await redis(server.port, "ACL", "SETUSER", "us", "on", ">hunter2", "+ping", password: "hunter2")
        try await withLoop { loop in
            func error(_ credentials: Credentials?, _ command: String) async throws -> RedisError {
                let connection = try await Connection.open(
                    Address(server.port), credentials: credentials, on: loop, within: limit)
                return try await failure { _ = try await connection.command([command], within: limit) }
            }
            let unknown = try await error(nil, "PING")
            #expect(unknown.user == "default" && unknown.isLockout && unknown.prefix == "NOAUTH")
            let wrong = try await error(Credentials(username: "us", password: "x"), "PING")
            #expect(wrong.user == "us" && wrong.isLockout && wrong.prefix == "WRONGPASS")
            let forbidden = try await error(Credentials(username: "us", password: "hunter2"), "DBSIZE")
            #expect(forbidden.user == "us" && forbidden.isRefusal && !forbidden.isLockout)
        }
    }

    /// It is not there for us yet, which is another thing than not to be let in.
    @Test func a_server_with_too_many_clients_locks_nobody_out() async throws {
        let server = try await RedisServer.start(["--maxclients", "1"])
        try await withLoop { loop in
            // The one that saw it start may be there for a moment still.
            let first = try await eventually("there is room for one") {
                let connection = try await Connection.open(Address(server.port), on: loop, within: limit)
                return (try? await connection.ping(within: limit)) == nil ? nil : connection
            }
            let error = try await failure {
                let second = try await Connection.open(
                    Address(server.port), credentials: Credentials(password: "x"), on: loop, within: limit)
                try await second.ping(within: limit)
            }
            #expect(error.code == .denied && !error.isLockout && !error.isRefusal, "\(error)")
            await first.close()
        }
    }

    @Test(arguments: [
        ["AUTH", "hunter2"], ["HELLO", "2", "AUTH", "default", "hunter2"], ["CONFIG", "SET", "masterauth", "hunter2"],
        ["config", "set", "maxmemory", "1", "RequirePass", "hunter2"], ["ACL", "SETUSER", "a", ">hunter2"],
        ["SENTINEL", "SET", "mymaster", "auth-pass", "hunter2"],
        ["SENTINEL", "CONFIG", "SET", "sentinel-pass", "hunter2"],
    ])
    func what_is_answered_to_a_secret_is_not_repeated(_ command: [String]) async throws {
        let peer = try ScriptedPeer { peer in
            while !peer.receive().isEmpty { peer.send("-HUNTER2 no 'hunter2' \"retnuh2\"\r\n") }
        }
        try await withLoop { loop in
            let connection = try await Connection.open(Address(peer.port), on: loop, within: limit)
            let error = try await failure { _ = try await connection.command(command, within: limit) }
            #expect(error.code == .server && !error.description.lowercased().contains("hunter2"))
            #expect(!error.description.contains("retnuh2"))
            // Another's words are shown.
            let other = try await failure {
                _ = try await connection.command(["SENTINEL", "RESET", "x"], within: limit)
            }
            #expect(other.description.contains("retnuh2"))
        }
    }

    @Test func a_subscription_tells_who_we_are_where_it_is_asked() async throws {
        let server = try await RedisServer.start(["--requirepass", "hunter2"])
        try await withLoop { loop in
            let subscription = try await Subscription.open(
                Address(server.port), credentials: Credentials(password: "hunter2"), channels: ["a"], patterns: ["b*"],
                on: loop, keepalive: .seconds(5), within: limit)
            try await redis(server.port, "PUBLISH", "bell", "rings", password: "hunter2")
            var messages = subscription.makeAsyncIterator()
            #expect(try await messages.next()?.text == "rings")
            subscription.close()
        }
        let trap = try PasswordTrap()
        try await withLoop { loop in
            let error = try await failure {
                _ = try await Subscription.open(
                    Address(trap.port), channels: ["a"], on: loop, keepalive: .seconds(5), within: limit)
            }
            #expect(error.prefix == "NOAUTH")
        }
    }
}
