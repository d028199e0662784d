import Glibc
import Runtime
import Support
import Testing
import Throttle
import Vocabulary

@testable import Redis

/// A subscription that hands its messages on, without a task that iterates.
@Suite(.inTurn) struct HandOnTests {
    let limit = Duration.seconds(20)

    private func subscribe(to server: RedisServer, on loop: EventLoop) async throws -> Subscription {
        try await Subscription.open(
            Address(server.port), channels: ["a"], on: loop, keepalive: .seconds(1), within: limit)
    }

    @Test func what_waits_what_comes_and_the_end() async throws {
        let server = try await RedisServer.start()
        try await onLoop { loop in
            let subscription = try await subscribe(to: server, on: loop)
            // One script: all three come in one piece, and the last two wait once the first was taken.
            let script = "for _, text in ipairs(ARGV) do redis.call('PUBLISH', 'a', text) end"
            try await redis(server.port, "EVAL", script, "0", "none", "one", "two")
            var iterator = subscription.makeAsyncIterator()
            #expect(try await iterator.next()?.text == "none")
            let heard = Protected<[String]>([])
            subscription.handOn { result in
                switch result {
                case .success(let message): heard.withLock { $0.append(message.text) }
                case .failure(let error): heard.withLock { $0.append("\(error.code)") }
                }
            }
            try await eventually("what waited is heard") { heard.value == ["one", "two"] }
            try await redis(server.port, "PUBLISH", "a", "three")
            try await eventually("the third is heard") { heard.value.count == 3 }
            server.kill9()
            try await eventually("the end is heard") { heard.value.count == 4 }
            #expect(heard.value == ["one", "two", "three", "\(RedisError.Code.closed)"])
        }
    }

    @Test func one_that_is_over_already() async throws {
        let server = try await RedisServer.start()
        try await onLoop { loop in
            let subscription = try await subscribe(to: server, on: loop)
            try await redis(server.port, "PUBLISH", "a", "one")
            server.kill9()
            #expect(try await server.process.wait() == 128 + SIGKILL)
            let heard = Protected<[Bool]>([])
            subscription.handOn { result in heard.withLock { $0.append((try? result.get()) != nil) } }
            try await eventually("the message and the end are heard") { heard.value == [true, false] }
        }
    }

    @Test func nothing_once_it_is_closed() async throws {
        let server = try await RedisServer.start()
        try await onLoop { loop in
            let subscription = try await subscribe(to: server, on: loop)
            let heard = Protected(0)
            subscription.handOn { _ in heard.withLock { $0 += 1 } }
            subscription.close()
            try await eventually("the server has lost its subscriber") {
                try await redis(server.port, "PUBLISH", "a", "late") == "0"
            }
            #expect(heard.value == 0)
        }
    }

    @Test func an_alarm_rings_once_and_not_when_cancelled() async throws {
        try await onLoop { loop in
            let rung = Protected<[String]>([])
            _ = loop.after(.milliseconds(20)) { rung.withLock { $0.append("second") } }
            _ = loop.after(.milliseconds(1)) { rung.withLock { $0.append("first") } }
            let cancelled = loop.after(.milliseconds(5)) { rung.withLock { $0.append("cancelled") } }
            cancelled.cancel()
            try await eventually("both have rung") { rung.value.count == 2 }
            #expect(rung.value == ["first", "second"])
        }
    }
}
