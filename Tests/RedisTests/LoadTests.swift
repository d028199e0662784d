import Glibc
import Runtime
import Support
import Testing
import Throttle
import Vocabulary

@testable import Redis

/// Many connections, many commands, and what is left afterwards. In processes of their own, where descriptors can be
/// counted.
@Suite(.inTurn) struct LoadTests {
    @Test func five_thousand_connections_through_fifty_tasks() async {
        await #expect(processExitsWith: .success) {
            let server = try await RedisServer.start(["--maxclients", "200"])
            try await withLoop { loop in
                let port = server.port
                try await Connection.open(Address(port), on: loop, within: .seconds(20)).ping(within: .seconds(20))
                let before = openDescriptors()
                let wrong = await withTaskGroup(of: Int.self) { group in
                    for task in 0..<50 {
                        group.addTask {
                            var wrong = 0
                            for number in 0..<100 {
                                let word = "\(task)-\(number)"
                                do {
                                    let connection = try await Connection.open(
                                        Address(port), on: loop, within: .seconds(20))
                                    let reply = try await connection.command(["ECHO", word], within: .seconds(20))
                                    if reply.text != word { wrong += 1 }
                                    if number.isMultiple(of: 2) { await connection.close() }
                                } catch { wrong += 1 }
                            }
                            return wrong
                        }
                    }
                    return await group.reduce(0, +)
                }
                #expect(wrong == 0)
                try await eventually("no descriptor is left") { openDescriptors() == before }
            }
            await server.stop()
        }
    }

    @Test func one_connection_shared_by_fifty_tasks() async throws {
        let server = try await RedisServer.start()
        try await withLoop { loop in
            let connection = try await Connection.open(Address(server.port), on: loop, within: .seconds(20))
            let wrong = await withTaskGroup(of: Int.self) { group in
                for task in 0..<50 {
                    group.addTask {
                        var wrong = 0
                        for number in 0..<100 {
                            // Some give up at once: their replies must reach nobody else.
                            let limit = number % 7 == 0 ? Duration.zero : .seconds(20)
                            let reply = try? await connection.command(["ECHO", "\(task)-\(number)"], within: limit)
                            if limit != .zero, reply?.text != "\(task)-\(number)" { wrong += 1 }
                        }
                        return wrong
                    }
                }
                return await group.reduce(0, +)
            }
            #expect(wrong == 0)
        }
    }

    @Test func a_server_killed_under_five_hundred_commands() async {
        await #expect(processExitsWith: .success) {
            let server = try await RedisServer.start()
            try await withLoop { loop in
                let before = openDescriptors()
                do {
                    var connections: [Connection] = []
                    for _ in 0..<50 {
                        connections.append(
                            try await Connection.open(Address(server.port), on: loop, within: .seconds(20)))
                    }
                    server.freeze()
                    let killed = Protected<ContinuousClock.Instant?>(nil)
                    let sent = Protected(0)
                    let ends = await withTaskGroup(of: (RedisError?, Duration).self) { group in
                        for number in 0..<500 {
                            let connection = connections[number % 50]
                            group.addTask {
                                sent.withLock { $0 += 1 }
                                let error = try? await failure { try await connection.ping(within: .seconds(60)) }
                                return (error, killed.value.map { ContinuousClock.now - $0 } ?? .seconds(99))
                            }
                        }
                        try? await eventually("all are on their way") { sent.value == 500 }
                        try? await loop.sleep(for: .milliseconds(50))
                        killed.withLock { $0 = .now }
                        server.kill9()
                        return await group.reduce(into: []) { $0.append($1) }
                    }
                    #expect(ends.count == 500)
                    #expect(ends.allSatisfy { $0.0?.code == .closed })
                    #expect(ends.allSatisfy { $0.1 < .seconds(2) })
                }
                try await eventually("no descriptor is left") { openDescriptors() == before }
            }
        }
    }

    @Test func a_loop_that_ends_leaves_no_thread_and_no_descriptor() async {
        await #expect(processExitsWith: .success) {
            let server = try await RedisServer.start()
            let (before, running) = (openDescriptors(), threads())
            for _ in 0..<20 {
                let loop = EventLoop()
                let connection = try await Connection.open(Address(server.port), on: loop, within: .seconds(20))
                try await connection.ping(within: .seconds(20))
                loop.close()
                #expect(await connection.ended().code == .closed)
            }
            // The pool of Swift itself may have grown.
            try await eventually("threads end") { threads() <= running + 4 }
            try await eventually("no descriptor is left") { openDescriptors() == before }
            await server.stop()
        }
    }

    @Test func a_flood_on_one_connection_does_not_hold_up_another() async throws {
        let flood = try ScriptedPeer { peer in
            peer.receive(until: "SUBSCRIBE")
            peer.send("*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n")
            let message = Array("*3\r\n$7\r\nmessage\r\n$1\r\na\r\n$1\r\nx\r\n".utf8)
            let many = [[UInt8]](repeating: message, count: 2_000).flatMap(\.self)
            while peer.send(many) {}
        }
        let server = try await RedisServer.start()
        try await withLoop { loop in
            let count = Protected(0)
            let flooded = try await Connection.open(Address(flood.port), on: loop, within: .seconds(20))
            try await flooded.subscribe(channels: ["a"], patterns: [], within: .seconds(20)) { _ in
                count.withLock { $0 += 1 }
            }
            let connection = try await Connection.open(Address(server.port), on: loop, within: .seconds(20))
            try await eventually("the flood has begun") { count.value > 10_000 }
            for _ in 0..<30 { try await connection.ping(within: .seconds(20)) }
            let before = count.value
            try await eventually("the flood goes on") { count.value > before }
            await flooded.close()
        }
    }

    @Test func no_signal_from_a_peer_that_closes_while_we_write() async {
        await #expect(processExitsWith: .success) {
            signal(SIGPIPE, SIG_DFL)
            let peer = try ScriptedPeer { peer in
                _ = peer.receive()
                peer.resetOnClose()
            }
            try await withLoop { loop in
                for _ in 0..<50 {
                    let connection = try await Connection.open(Address(peer.port), on: loop, within: .seconds(20))
                    let value = String(repeating: "x", count: 1_000_000)
                    for _ in 0..<5 {
                        let error = try? await failure {
                            _ = try await connection.command(["SET", "a", value], within: .seconds(20))
                        }
                        #expect(error?.code == .closed)
                    }
                }
                let subscribed = try ScriptedPeer { peer in
                    peer.receive(until: "SUBSCRIBE")
                    peer.send("*3\r\n$9\r\nsubscribe\r\n$1\r\na\r\n:1\r\n")
                    peer.resetOnClose()
                }
                for _ in 0..<50 {
                    let subscription = try await Subscription.open(
                        Address(subscribed.port), channels: ["a"], on: loop, keepalive: .seconds(1),
                        within: .seconds(20))
                    let error = try? await failure { for try await _ in subscription {} }
                    #expect(error?.code == .closed)
                }
            }
        }
    }
}
