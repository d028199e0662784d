import Glibc
import Runtime
import Support
import Testing
import Throttle
import Vocabulary

@testable import Redis

/// Peers that are no Redis, or a broken one.
@Suite(.inTurn) struct StrangerTests {
    let limit = Duration.seconds(20)

    static let answers: [(String, String)] = [
        ("an HTTP server", "HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n"),
        ("a TLS server", "\u{15}\u{3}\u{3}\u{0}\u{2}\u{2}\u{28}"),
        ("an SSH server", "SSH-2.0-OpenSSH_9.2\r\n"),
        ("zeros", String(repeating: "\0", count: 100)),
        ("a huge array", "*100000000\r\n"),
        ("deep nesting", String(repeating: "*1\r\n", count: 20) + ":1\r\n"),
        ("a bad length", "$-7\r\n"),
        ("RESP3", "%1\r\n+a\r\n:1\r\n"),
        ("two replies for one", "+PONG\r\n+PONG\r\n"),
    ]

    @Test(arguments: answers) func what_answers_nonsense(_ name: String, _ answer: String) async throws {
        let (gone, peer) = try peerThatReportsTheEnd {
            $0.receive(until: "PING")
        } then: {
            $0.send(answer)
        }
        try await withLoop { loop in
            let connection = try await Connection.open(Address(peer.port), on: loop, within: limit)
            _ = try? await connection.command(["PING"], within: limit)
            let error = await connection.ended()
            #expect(error.code == .notRedis && error.address == Address(peer.port), "\(name): \(error)")
            try await eventually("the descriptor is closed") { gone.value }
        }
    }

    @Test(arguments: ["+OK\r\n", ":1\r\n", "$2\r\nhi\r\n", "*0\r\n", "-ERR why\r\n", "220 mail ESMTP\r\n"])
    func what_speaks_unasked(_ line: String) async throws {
        let (gone, peer) = try peerThatReportsTheEnd {
            $0.send(line)
        } then: { _ in
        }
        try await withLoop { loop in
            let connection = try await Connection.open(Address(peer.port), on: loop, within: limit)
            #expect(await connection.ended().code == .notRedis)
            try await eventually("the descriptor is closed") { gone.value }
        }
    }

    @Test(arguments: ["$1000000000\r\n", "*1000000\r\n$1\r\n", "+", "-"]) func what_never_ends(_ start: String)
        async throws
    {
        let (gone, peer) = try peerThatReportsTheEnd {
            $0.receive(until: "PING")
        } then: {
            $0.send(start)
            while $0.send([UInt8](repeating: 120, count: 65_536)) {}
        }
        try await withLoop { loop in
            let connection = try await Connection.open(
                Address(peer.port), on: loop, within: limit, replyLimit: 1_048_576)
            let error = try await failure { try await connection.ping(within: limit) }
            #expect(error.code == .notRedis, "\(error)")
            try await eventually("the descriptor is closed") { gone.value }
        }
    }

    @Test func redis_that_turns_clients_away_says_why() async throws {
        let server = try await RedisServer.start(["--maxclients", "2"])
        try await withLoop { loop in
            let address = Address(server.port)
            var kept: [Connection] = []
            for _ in 0..<2 { kept.append(try await Connection.open(address, on: loop, within: limit)) }
            for connection in kept { try await connection.ping(within: limit) }
            let third = try await Connection.open(address, on: loop, within: limit)
            let error = await third.ended()
            #expect(error.code == .denied && error.message == "ERR max number of clients reached")
        }
    }

    @Test func protected_mode_is_a_denial_also_when_the_peer_resets() async throws {
        let line = "-DENIED Redis is running in protected mode because protected mode is enabled.\r\n"
        let peer = try ScriptedPeer {
            $0.resetOnClose()
            $0.send(line)
        }
        try await withLoop { loop in
            // Known when opening, where the reset was quicker than we are; else by the first command at the latest.
            let error = try await failure {
                let connection = try await Connection.open(Address(peer.port), on: loop, within: limit)
                #expect(await connection.ended().code == .denied)
                try await connection.ping(within: limit)
            }
            #expect(error.code == .denied && error.prefix == "DENIED")
        }
    }

    @Test func a_reset_is_a_closed_connection() async throws {
        let peer = try ScriptedPeer {
            $0.resetOnClose()
            $0.receive(until: "PING")
        }
        try await withLoop { loop in
            let connection = try await Connection.open(Address(peer.port), on: loop, within: limit)
            let error = try await failure { try await connection.ping(within: limit) }
            #expect(error.code == .closed && error.command == "PING")
        }
    }

    @Test func a_peer_that_ends_in_the_middle_of_a_reply() async throws {
        let peer = try ScriptedPeer {
            $0.receive(until: "PING")
            $0.send("$100\r\nhalf")
        }
        try await withLoop { loop in
            let connection = try await Connection.open(Address(peer.port), on: loop, within: limit)
            #expect(try await failure { try await connection.ping(within: limit) }.code == .closed)
        }
    }

    @Test func a_reply_in_single_bytes_is_put_together() async throws {
        let peer = try ScriptedPeer { peer in
            peer.receive(until: "PING")
            for byte in "*2\r\n$3\r\nabc\r\n:12\r\n".utf8 { peer.send([byte]) }
            peer.receiveToEnd()
        }
        try await withLoop { loop in
            let connection = try await Connection.open(Address(peer.port), on: loop, within: limit)
            let reply = try await connection.command(["PING"], within: limit)
            #expect(reply == .array([.string(Array("abc".utf8)), .integer(12)]))
        }
    }

    @Test func well_formed_and_wrong() async throws {
        let peer = try ScriptedPeer { peer in
            while true {
                let received = peer.receive()
                if received.isEmpty { return }
                // One answer for each command, however many came together: each begins with an asterisk.
                for _ in received.filter({ $0 == UInt8(ascii: "*") }) { peer.send("+OK\r\n") }
            }
        }
        try await withLoop { loop in
            let connection = try await Connection.open(Address(peer.port), on: loop, within: limit)
            let errors = [
                try await failure { try await connection.ping(within: limit) },
                try await failure { _ = try await connection.role(within: limit) },
                try await failure { _ = try await connection.info(within: limit) },
                try await failure { _ = try await connection.infoAndConfig(["replication"], "port", within: limit) },
                try await failure { _ = try await connection.sentinelOpinion(named: "m", within: limit) },
                try await failure { _ = try await connection.sentinelSurvey(named: "m", within: limit) },
            ]
            #expect(errors.allSatisfy { $0.code == .unexpectedReply && $0.command != nil })
        }
    }

    @Test func a_peer_that_takes_no_commands_is_given_up() async throws {
        let done = Protected(false)
        let peer = try ScriptedPeer { _ in while !done.value { usleep(1_000) } }
        defer { done.withLock { $0 = true } }
        try await withLoop { loop in
            let connection = try await Connection.open(
                Address(peer.port), on: loop, within: limit, replyLimit: 1_048_576)
            let value = String(repeating: "x", count: 8_388_608)
            let error = try await failure {
                _ = try await connection.command(["SET", "a", value], within: .seconds(60))
            }
            #expect(error.code == .timedOut && error.command == "SET")
        }
    }

    /// A peer that runs both scripts and then tells when the other side has ended the connection.
    private func peerThatReportsTheEnd(
        _ first: @escaping @Sendable (ScriptedPeer.Peer) -> Void,
        then second: @escaping @Sendable (ScriptedPeer.Peer) -> Void
    ) throws -> (Protected<Bool>, ScriptedPeer) {
        let gone = Protected(false)
        let peer = try ScriptedPeer {
            first($0)
            second($0)
            $0.receiveToEnd()
            gone.withLock { $0 = true }
        }
        return (gone, peer)
    }
}
