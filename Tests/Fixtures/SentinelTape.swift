import Glibc
import Redis
import Runtime
package import Support
import Vocabulary

/// Keeps what the sentinels publish, with the time at which it came.
package final class SentinelTape: Sendable {
    package struct Line: Sendable {
        /// Milliseconds since 1970: comparable with the times that ZooKeeper gives to its nodes.
        package var at: Int64
        /// The sentinel's port.
        package var port: Int
        package var event: String
        package var payload: String
    }

    private let kept = Protected<[Line]>([])
    private let subscriptions: [Subscription]
    private let listeners: [Task<Void, Never>]

    package var lines: [Line] { kept.value }

    /// Returns once every one of the sentinels has confirmed the subscription.
    package static func record(_ sentinels: [Launched]) async throws -> SentinelTape {
        let loop = EventLoop()
        var subscriptions: [Subscription] = []
        for sentinel in sentinels {
            subscriptions.append(
                try await Subscription.open(
                    Address(host: sentinel.ip, port: sentinel.port)!, patterns: ["*"], on: loop, keepalive: .seconds(5),
                    within: .seconds(5)))
        }
        return SentinelTape(subscriptions)
    }

    private init(_ subscriptions: [Subscription]) {
        self.subscriptions = subscriptions
        let kept = kept
        listeners = subscriptions.map { subscription in
            Task {
                do {
                    for try await message in subscription {
                        let line = Line(
                            at: millisecondsSince1970(), port: subscription.address.port, event: message.channel,
                            payload: message.text)
                        kept.withLock { $0.append(line) }
                    }
                } catch {
                    // The sentinel is gone, which a test may well want.
                }
            }
        }
    }

    deinit {
        for subscription in subscriptions { subscription.close() }
        for listener in listeners { listener.cancel() }
    }

    /// Whether this sentinel has said so.
    package func hears(_ event: String, from sentinel: Launched) -> Bool {
        lines.contains { $0.event == event && $0.port == sentinel.port }
    }

    /// Waits for the first of these events.
    package func first(_ events: String..., within limit: Duration = .seconds(30)) async throws -> Line {
        try await eventually("one of \(events)", within: limit) { self.lines.first { events.contains($0.event) } }
    }
}

private func millisecondsSince1970() -> Int64 {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000
}
