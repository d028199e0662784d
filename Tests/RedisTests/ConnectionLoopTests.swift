import Redis
import Runtime
import Support
import Testing
import Throttle
import Vocabulary

/// A connection and the loop that it lives on.
@Suite(.inTurn) struct ConnectionLoopTests {
    @Test func a_closed_loop_opens_nothing() async throws {
        let loop = EventLoop()
        try await loop.sleep(for: .milliseconds(1))
        loop.close()
        await #expect(throws: CancellationError.self) { try await loop.sleep(for: .zero) }
        let error = try await failure { _ = try await Connection.open(Address(1), on: loop, within: .seconds(1)) }
        #expect(error.code == .closed)
    }

    @Test func an_actor_outlives_its_loop() async throws {
        let server = try ScriptedPeer { $0.receiveToEnd() }
        let connection = try EventLoop.run {
            try await Connection.open(Address(server.port), on: $0, within: .seconds(20))
        }
        let error = try await failure { try await connection.ping(within: .seconds(20)) }
        #expect(error.code == .closed)
        #expect(await connection.ended().code == .closed)
    }

    @Test func starts_no_thread_and_leaves_no_descriptor() async {
        await #expect(processExitsWith: .success) {
            let server = try await RedisServer.start()
            let port = server.port
            func once() throws -> Int {
                try EventLoop.run { loop in
                    let connection = try await Connection.open(Address(port), on: loop, within: .seconds(20))
                    guard case .master = try await connection.role(within: .seconds(20)) else {
                        throw TestFailure("role")
                    }
                    try await loop.sleep(for: .milliseconds(1))
                    return threads()
                }
            }
            _ = try once()
            let (before, descriptors) = (threads(), openDescriptors())
            for _ in 0..<200 { #expect(try once() <= before) }
            #expect(openDescriptors() == descriptors)
            await server.stop()
        }
    }
}
