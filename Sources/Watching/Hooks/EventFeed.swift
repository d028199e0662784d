import Runtime

/// Hands each event to everybody who listens: the hooks and the open event streams.
///
/// Sending never waits. A listener that doesn't keep up loses the oldest of what it has not taken yet.
final class EventFeed: Sendable {
    typealias Yield = AsyncStream<PublishedEvent>.Continuation.YieldResult

    /// How many events wait for one listener, at most.
    static let limit = 256

    private struct Listener {
        let continuation: AsyncStream<PublishedEvent>.Continuation
        let observe: @Sendable (Yield) -> Void
    }

    private struct Listeners {
        var all: [Int: Listener] = [:]
        var next = 0
    }

    private let listeners = Protected(Listeners())

    init() {}

    /// How many listen.
    var count: Int { listeners.withLock { $0.all.count } }

    func send(_ event: PublishedEvent) {
        // Outside the lock: a listener that ends takes it.
        for listener in listeners.withLock({ Array($0.all.values) }) {
            listener.observe(listener.continuation.yield(event))
        }
    }

    /// All events from here on.
    func stream() -> AsyncStream<PublishedEvent> { stream { _ in } }

    /// All events from here on; `observe` hears what became of each one, from whoever sent it.
    func stream(observing observe: @escaping @Sendable (Yield) -> Void) -> AsyncStream<PublishedEvent> {
        let (stream, continuation) = AsyncStream<PublishedEvent>.makeStream(
            bufferingPolicy: .bufferingNewest(Self.limit))
        let number = listeners.withLock { listeners in
            listeners.next += 1
            listeners.all[listeners.next] = Listener(continuation: continuation, observe: observe)
            return listeners.next
        }
        continuation.onTermination = { [weak self] _ in
            let listener = self?.listeners.withLock { $0.all.removeValue(forKey: number) }
            // Its continuation is given up here, outside the lock.
            _ = listener
        }
        return stream
    }
}
