public import Runtime
public import Vocabulary

/// Messages of channels and patterns, on a connection of its own: `for try await message in subscription`.
///
/// An idle subscriber hears nothing from a dead peer: after `keepalive` without a word our kernel asks the peer's (TCP
/// keepalive, tcp(7)), and the subscription throws 2 s later where nothing comes back. For a process that is only
/// frozen its kernel answers, and a proxy in between answers for itself: who must know more asks the server now and
/// then.
///
/// Messages that came before the end are delivered first; the error is thrown once, then the sequence is over. When
/// more messages wait than the buffer holds, they are dropped and `.overflow` is thrown: nothing is left out silently,
/// so after any error ask the server anew, and open another.
///
/// Leaving the loop doesn't end it: `close()` does, and so does dropping the last reference. Each message goes to one
/// iterator only.
public final class Subscription: AsyncSequence, Sendable {
    public typealias Element = Message
    public typealias Failure = RedisError

    /// What messages that wait may cost by default: 1 MiB of payloads and channel names, plus 64 bytes for each.
    public static let defaultBufferLimit = 1_048_576

    public let address: Address
    private let connection: Connection
    private let buffer: MessageBuffer

    private init(_ address: Address, _ connection: Connection, _ buffer: MessageBuffer) {
        self.address = address
        self.connection = connection
        self.buffer = buffer
    }

    /// Connects and subscribes; returns once the server has confirmed every channel and pattern.
    ///
    /// `keepalive` has whole seconds, 1 at least; `limit` bounds the opening. Throws what `Connection.open` and a
    /// command throw.
    public static func open(
        _ address: Address, credentials: Credentials? = nil, channels: [String] = [], patterns: [String] = [],
        on loop: EventLoop, keepalive: Duration, within limit: Duration, bufferLimit: Int = defaultBufferLimit
    ) async throws(RedisError) -> Subscription {
        let deadline = ContinuousClock.now + limit
        let connection = try await Connection.open(
            address, credentials: credentials, on: loop, within: limit, replyLimit: bufferLimit)
        let buffer = MessageBuffer(limit: bufferLimit)
        do {
            try await connection.subscribe(channels: channels, patterns: patterns, within: deadline - .now) {
                [weak connection] result in
                switch result {
                case .failure(let error): buffer.end(with: error)
                case .success(let message):
                    if buffer.add(message) { return }
                    let error = RedisError(
                        .overflow, address: address, message: "messages for more than \(bufferLimit) bytes wait")
                    buffer.end(with: error, dropping: true)
                    connection?.assumeIsolated { $0.finish(error) }
                }
            }
        } catch {
            await connection.close()
            throw error
        }
        await connection.keepAlive(after: keepalive)
        return Subscription(address, connection, buffer)
    }

    /// Hands each message to `receiver`, on the loop's thread, and at last the error that ended it: for who listens to
    /// thousands of servers and can't spare a task for each. Instead of iterating; to be called on the loop's thread,
    /// once. After `close()` it hears nothing more.
    public func handOn(to receiver: @escaping @Sendable (Result<Message, RedisError>) -> Void) {
        connection.loop.checkIsolated()
        buffer.handOn(to: receiver)
    }

    /// Ends the sequence at once, without an error, and the connection with it. Any thread may call it.
    public func close() {
        buffer.end(with: nil)
        let connection = connection
        connection.loop.perform { connection.assumeIsolated { $0.close() } }
    }

    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(subscription: self) }

    public struct AsyncIterator: AsyncIteratorProtocol {
        fileprivate let subscription: Subscription

        /// nil once the subscription is closed or has thrown, and when the task is cancelled.
        public mutating func next(isolation actor: isolated (any Actor)?) async throws(RedisError) -> Message? {
            try await subscription.buffer.next()
        }
    }
}

extension Connection {
    /// Subscribes, and from then on hands every message, and at last how the connection ended, to `subscriber`.
    func subscribe(
        channels: [String], patterns: [String], within limit: Duration,
        _ subscriber: @escaping @Sendable (Result<Message, RedisError>) -> Void
    ) async throws(RedisError) {
        try listen(subscriber)
        let deadline = ContinuousClock.now + limit
        let topics = [("SUBSCRIBE", channels), ("PSUBSCRIBE", patterns)].filter { !$0.1.isEmpty }
        do {
            try await confirm(topics, until: deadline)
        } catch  where isQuestion(.failure(error)) {
            guard let authentication = authentication() else { throw error }
            let answer = try submit([authentication], until: deadline)[0]
            do {
                try await confirm(topics, until: deadline)
            } catch {
                _ = try await answer.value(ifCancelled: .failure(.cancelled(address))).get()
                throw error
            }
        }
    }

    private func confirm(
        _ topics: [(name: String, arguments: [String])], until deadline: ContinuousClock.Instant
    ) async throws(RedisError) {
        for promise in submit(each: topics, until: deadline) {
            let reply = try await promise.value(ifCancelled: .failure(.cancelled(address))).get()
            guard reply.list?.first?.text?.hasSuffix("subscribe") == true else {
                throw RedisError(.unexpectedReply, address: address, message: "no confirmation of a subscription")
            }
        }
    }
}
