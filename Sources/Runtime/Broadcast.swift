/// Gives each element to every stream that was asked for.
package final class Broadcast<Element: Sendable>: Sendable {
    private struct Streams {
        var open: [Int: AsyncStream<Element>.Continuation] = [:]
        var count = 0
        var isFinished = false
    }

    private let streams = Protected(Streams())
    private let capacity: Int

    /// A stream that isn't read keeps the newest `capacity` elements.
    package init(capacity: Int) { self.capacity = capacity }

    /// `first` is asked while no element can be sent, so that none between it and the stream's beginning is missed.
    package func stream(first: () -> Element? = { nil }) -> AsyncStream<Element> {
        let (stream, continuation) = AsyncStream.makeStream(
            of: Element.self, bufferingPolicy: .bufferingNewest(capacity))
        let (number, isFinished) = streams.withLock { streams in
            if let first = first() { continuation.yield(first) }
            streams.count += 1
            if !streams.isFinished { streams.open[streams.count] = continuation }
            return (streams.count, streams.isFinished)
        }
        if isFinished {
            continuation.finish()
        } else {
            continuation.onTermination = { [weak self] _ in self?.remove(number) }
        }
        return stream
    }

    /// `change` runs under the same lock as `first`, after the end of the streams, too; nil sends nothing.
    package func send(finish: Bool = false, _ change: () -> Element?) {
        let (element, targets) = streams.withLock { streams in
            let targets = Array(streams.open.values)
            let element = change()
            if finish {
                streams.open = [:]
                streams.isFinished = true
            }
            return (element, targets)
        }
        // Outside the lock: a stream that ends calls `remove`.
        for target in targets {
            if let element { target.yield(element) }
            if finish { target.finish() }
        }
    }

    private func remove(_ number: Int) {
        streams.withLock { _ = $0.open.removeValue(forKey: number) }
    }
}
