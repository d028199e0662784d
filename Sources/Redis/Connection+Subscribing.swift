/// What a subscription needs of its connection.
extension Connection {
    /// Subscribes, and from then on hands every message, and at last how the connection ended, to `subscriber`.
    func subscribe(
        channels: [String], patterns: [String], within limit: Duration,
        _ subscriber: @escaping @Sendable (Result<Message, RedisError>) -> Void
    ) async throws(RedisError) {
        if case .over(let error) = phase { throw error }
        self.subscriber = subscriber
        let deadline = ContinuousClock.now + limit
        var promises: [Promise<Result<Reply, RedisError>>] = []
        for (name, topics) in [("SUBSCRIBE", channels), ("PSUBSCRIBE", patterns)] where !topics.isEmpty {
            unsent.append(command: [name] + topics)
            // Each topic is confirmed by a reply of its own.
            for _ in topics { promises.append(expect(name, until: deadline)) }
        }
        flush()
        for promise in promises {
            switch await promise.value(ifCancelled: .failure(.cancelled(endpoint))) {
            case .success(let reply):
                guard reply.list?.first?.text?.hasSuffix("subscribe") == true else {
                    throw RedisError(.unexpectedReply, endpoint: endpoint, message: "no confirmation of a subscription")
                }
            case .failure(let error): throw error
            }
        }
    }

    /// Has our kernel ask the peer's whether it is still there, once nothing has come for `interval`; the connection ends where
    /// it is silent.
    func keepAlive(after interval: Duration) { socket?.keepAlive(after: interval) }
}
