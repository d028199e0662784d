import Runtime
import Support
import Testing
import Throttle
import Vocabulary

@testable import Redis

@Suite(.inTurn) struct SubscriptionTests {
    let limit = Duration.seconds(20)

    @Test func messages_of_channels_and_patterns() async throws {
        let server = try await RedisServer.start()
        try await withLoop { loop in
            let subscription = try await Subscription.open(
                Address(server.port), channels: ["a", "b"], patterns: ["x*"], on: loop, keepalive: .seconds(1),
                within: limit)
            #expect(subscription.address == Address(server.port))
            // Confirmed subscriptions are heard by the first publisher already.
            #expect(try await redis(server.port, "PUBLISH", "a", "one") == "1")
            #expect(try await redis(server.port, "PUBLISH", "xyz", "two") == "1")
            #expect(try await redis(server.port, "PUBLISH", "other", "never") == "0")
            #expect(try await redis(server.port, "PUBLISH", "b", "") == "1")
            var messages: [Message] = []
            for try await message in subscription {
                messages.append(message)
                if messages.count == 3 { break }
            }
            #expect(
                messages == [
                    Message(channel: "a", payload: Array("one".utf8)),
                    Message(channel: "xyz", pattern: "x*", payload: Array("two".utf8)),
                    Message(channel: "b", payload: []),
                ])
            #expect(messages[1].text == "two")
        }
    }

    /// What the kernel of a frozen process still does is not done where nothing arrives.
    @Test(
        "F56: a subscription whose peer is silent is given up",
        .enabled(if: Requirement.networkNamespace.isMetOrDemanded, "needs root and a network of its own"))
    func f56_a_silent_peer_is_noticed() async throws {
        try await Network.with(1) { network in
            let host = network.hosts[0]
            let server = try await RedisServer.start(on: host)
            try await onLoop { loop in
                let subscription = try await Subscription.open(
                    Address(host: host.ip, port: server.port)!, channels: ["a"], on: loop, keepalive: .seconds(1),
                    within: limit)
                let start = ContinuousClock.now
                try await network.isolate(host)
                let error = try await failure { for try await _ in subscription {} }
                let passed = ContinuousClock.now - start
                #expect(error.code == .timedOut)
                #expect(passed >= .milliseconds(1_900) && passed < .seconds(6), "\(passed)")
                var iterator = subscription.makeAsyncIterator()
                #expect(try await iterator.next() == nil)
            }
            await server.stop()
        }
    }

    @Test func the_end_of_the_server_is_known_at_once() async throws {
        let server = try await RedisServer.start()
        try await onLoop { loop in
            let subscription = try await Subscription.open(
                Address(server.port), channels: ["a"], on: loop, keepalive: .seconds(60), within: limit)
            try await redis(server.port, "PUBLISH", "a", "last")
            let start = ContinuousClock.now
            server.kill9()
            var iterator = subscription.makeAsyncIterator()
            #expect(try await iterator.next()?.text == "last")
            let error = try await failure { _ = try await iterator.next() }
            #expect(error.code == .closed)
            #expect(ContinuousClock.now - start < .seconds(2))
        }
    }

    @Test func closing_ends_the_sequence_and_the_connection() async throws {
        let server = try await RedisServer.start()
        try await withLoop { loop in
            let subscription = try await Subscription.open(
                Address(server.port), channels: ["a"], on: loop, keepalive: .seconds(60), within: limit)
            let reader = Task { () -> Int in
                var count = 0
                for try await _ in subscription { count += 1 }
                return count
            }
            try await loop.sleep(for: .milliseconds(5))
            subscription.close()
            subscription.close()
            #expect(try await reader.value == 0)
            try await eventually("the server has no subscriber") {
                try await redis(server.port, "PUBLISH", "a", "x") == "0"
            }
        }
    }

    @Test func dropping_it_ends_the_connection() async throws {
        let server = try await RedisServer.start()
        try await withLoop { loop in
            var subscription: Subscription? = try await Subscription.open(
                Address(server.port), channels: ["a"], on: loop, keepalive: .seconds(60), within: limit)
            #expect(subscription != nil)
            subscription = nil
            try await eventually("the server has no subscriber") {
                try await redis(server.port, "PUBLISH", "a", "x") == "0"
            }
        }
    }

    @Test func a_cancelled_reader_returns_and_the_subscription_stays() async throws {
        let server = try await RedisServer.start()
        try await withLoop { loop in
            let subscription = try await Subscription.open(
                Address(server.port), channels: ["a"], on: loop, keepalive: .seconds(60), within: limit)
            let reader = Task { for try await _ in subscription {} }
            try await loop.sleep(for: .milliseconds(5))
            reader.cancel()
            try await reader.value
            try await redis(server.port, "PUBLISH", "a", "x")
            var iterator = subscription.makeAsyncIterator()
            #expect(try await iterator.next()?.text == "x")
        }
    }

    @Test func a_reader_that_is_too_slow_is_told_so() async throws {
        let server = try await RedisServer.start()
        try await withLoop { loop in
            let subscription = try await Subscription.open(
                Address(server.port), channels: ["a"], on: loop, keepalive: .seconds(60), within: limit,
                bufferLimit: 65_536)
            let publisher = try await Connection.open(Address(server.port), on: loop, within: limit)
            let payload = String(repeating: "x", count: 10_000)
            _ = try await publisher.pipeline(
                [[String]](repeating: ["PUBLISH", "a", payload], count: 20), within: limit)
            // A reader that began at once might keep up.
            try await eventually("the server has no subscriber") {
                try await redis(server.port, "PUBLISH", "a", "x") == "0"
            }
            let error = try await failure { for try await _ in subscription {} }
            #expect(error.code == .overflow)
        }
    }

    @Test("F55: a subscriber that is frozen for forty megabytes is cut off, by one side or the other")
    func f55_a_frozen_reader_of_forty_megabytes_is_cut_off_by_one_side_or_the_other() async throws {
        let server = try await RedisServer.start()
        try await withLoop { loop in
            let subscription = try await Subscription.open(
                Address(server.port), channels: ["a"], on: loop, keepalive: .seconds(60), within: limit)
            let publisher = try await Connection.open(Address(server.port), on: loop, within: .seconds(20))
            let payload = String(repeating: "x", count: 500_000)
            let commands = [[String]](repeating: ["PUBLISH", "a", payload], count: 80)
            let heard = try await publisher.pipeline(commands, within: .seconds(20))
            // The first ones at least: it is cut off while they come.
            #expect(try heard.map { try $0.get() }.first == .integer(1))
            let error = try await failure { for try await _ in subscription {} }
            #expect(error.code == .overflow || error.code == .closed)
        }
    }

    @Test func what_is_refused_when_opening() async throws {
        let server = try await RedisServer.start(["--requirepass", "pw"])
        try await withLoop { loop in
            let denied = try await failure {
                _ = try await Subscription.open(
                    Address(server.port), channels: ["a"], on: loop, keepalive: .seconds(1), within: limit)
            }
            #expect(denied.code == .denied && denied.command == "SUBSCRIBE")
            let subscription = try await Subscription.open(
                Address(server.port), credentials: Credentials(password: "pw"), channels: ["a"], on: loop,
                keepalive: .seconds(1), within: limit)
            subscription.close()
            server.freeze()
            let late = try await failure {
                _ = try await Subscription.open(
                    Address(server.port), channels: ["a"], on: loop, keepalive: .seconds(1), within: .milliseconds(100)
                )
            }
            #expect(late.code == .timedOut)
            server.thaw()
        }
    }

    @Test func closing_the_loop_ends_it() async throws {
        let server = try await RedisServer.start()
        let loop = EventLoop()
        let subscription = try await Subscription.open(
            Address(server.port), channels: ["a"], on: loop, keepalive: .seconds(60), within: limit)
        loop.close()
        #expect(try await failure { for try await _ in subscription {} }.code == .closed)
    }
}
