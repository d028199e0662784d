/// Messages between the loop and the task that takes them, bounded by what they cost.
final class MessageBuffer: Sendable {
    private enum End {
        case finished
        case failed(RedisError)
    }

    private struct State {
        var messages = Queue<Message>()
        var bytes = 0
        var waiting: [Promise<Void>] = []
        var end: End?

        mutating func takeWaiting() -> [Promise<Void>] {
            defer { waiting = [] }
            return waiting
        }
    }

    private let state = Protected(State())
    private let limit: Int

    /// `limit`: bytes of payload and channel, plus 64 for each message.
    init(limit: Int) { self.limit = limit }

    /// Returns false when there is no room: the caller then fails the buffer.
    func add(_ message: Message) -> Bool {
        let waiting = state.withLock { state -> [Promise<Void>]? in
            guard state.end == nil else { return [] }
            guard state.bytes + message.cost <= limit else { return nil }
            state.bytes += message.cost
            state.messages.append(message)
            return state.takeWaiting()
        }
        for promise in waiting ?? [] { promise.fulfil(()) }
        return waiting != nil
    }

    /// Ends the sequence: without an error at once, with one after the messages that are there, unless they are dropped.
    func end(with error: RedisError?, dropping: Bool = false) {
        let waiting = state.withLock { state -> [Promise<Void>] in
            guard state.end == nil else { return [] }
            state.end = error.map { .failed($0) } ?? .finished
            if dropping || error == nil { _ = state.messages.removeAll() }
            return state.takeWaiting()
        }
        for promise in waiting { promise.fulfil(()) }
    }

    /// The next message; nil when the subscription was closed, its error was thrown, or the task is cancelled.
    nonisolated(nonsending) func next() async throws(RedisError) -> Message? {
        while !Task.isCancelled {
            let promise = Promise<Void>()
            let taken = state.withLock { state -> Result<Message?, RedisError>? in
                if let message = state.messages.popFirst() {
                    state.bytes -= message.cost
                    return .success(message)
                }
                switch state.end {
                case nil:
                    state.waiting.removeAll(where: \.isFulfilled)
                    state.waiting.append(promise)
                    return nil
                case .finished: return .success(nil)
                case .failed(let error):
                    state.end = .finished
                    return .failure(error)
                }
            }
            if let taken { return try taken.get() }
            await promise.value(ifCancelled: ())
        }
        return nil
    }
}

extension Message {
    fileprivate var cost: Int { payload.count + channel.utf8.count + 64 }
}
