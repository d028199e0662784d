import Runtime

/// One message of a subscription.
public struct Message: Equatable, Sendable {
    public var channel: String
    /// The pattern that matched; nil for a channel subscribed to by its name.
    public var pattern: String?
    public var payload: [UInt8]

    public init(channel: String, pattern: String? = nil, payload: [UInt8]) {
        self.channel = channel
        self.pattern = pattern
        self.payload = payload
    }

    /// The payload as text; bytes that are not UTF-8 are replaced.
    public var text: String { String(decoding: payload, as: UTF8.self) }

    /// nil for any reply that is not `message` or `pmessage` (confirmations, the `pong` of a subscribed connection).
    init?(_ reply: Reply) {
        guard let list = reply.list, let kind = list.first?.text, case .string(let payload)? = list.last
        else { return nil }
        switch (kind, list.count) {
        case ("message", 3): self.init(channel: list[1].text ?? "", payload: payload)
        case ("pmessage", 4): self.init(channel: list[2].text ?? "", pattern: list[1].text, payload: payload)
        default: return nil
        }
    }
}

/// Messages between the loop and the task that takes them, bounded by what they cost; or, where there is no such task,
/// handed on as they come.
final class MessageBuffer: Sendable {
    typealias Receiver = @Sendable (Result<Message, RedisError>) -> Void

    private enum End {
        case finished
        case failed(RedisError)
    }

    private struct State {
        var messages = Queue<Message>()
        var bytes = 0
        var waiting: [Promise<Void>] = []
        var end: End?
        var receiver: Receiver?

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
        if let receiver = state.withLock({ $0.end == nil ? $0.receiver : nil }) {
            receiver(.success(message))
            return true
        }
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

    /// Ends the sequence: without an error at once, with one after the messages that are there, unless they are
    /// dropped.
    func end(with error: RedisError?, dropping: Bool = false) {
        let (waiting, receiver) = state.withLock { state -> ([Promise<Void>], Receiver?) in
            guard state.end == nil else { return ([], nil) }
            let receiver = state.receiver
            state.receiver = nil
            state.end = error.flatMap { receiver == nil ? .failed($0) : nil } ?? .finished
            if dropping || error == nil { _ = state.messages.removeAll() }
            return (state.takeWaiting(), receiver)
        }
        for promise in waiting { promise.fulfil(()) }
        if let error { receiver?(.failure(error)) }
    }

    /// Hands what waits to `receiver`, then each message as it comes, at last the error that ended it. To be called
    /// where `add` is called, so that the order stays.
    func handOn(to receiver: @escaping Receiver) {
        while true {
            let next = state.withLock { state -> Result<Message, RedisError>? in
                if let message = state.messages.popFirst() {
                    state.bytes -= message.cost
                    return .success(message)
                }
                if case .failed(let error) = state.end {
                    state.end = .finished
                    return .failure(error)
                }
                if state.end == nil { state.receiver = receiver }
                return nil
            }
            guard let next else { return }
            receiver(next)
        }
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
                    state.waiting.removeAll { $0.isFulfilled }
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
