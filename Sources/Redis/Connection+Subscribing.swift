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
        let topics = [("SUBSCRIBE", channels), ("PSUBSCRIBE", patterns)].filter { !$0.1.isEmpty }
        do {
            try await confirm(topics, until: deadline)
        } catch  where isQuestion(.failure(error)) {
            guard let authentication = authentication() else { throw error }
            let answer = try submit([authentication], until: deadline)[0]
            do {
                try await confirm(topics, until: deadline)
            } catch {
                _ = try await answer.value(ifCancelled: .failure(.cancelled(endpoint))).get()
                throw error
            }
        }
    }

    private func confirm(
        _ topics: [(name: String, list: [String])], until deadline: ContinuousClock.Instant
    ) async throws(RedisError) {
        var promises: [Promise<Result<Reply, RedisError>>] = []
        for (name, list) in topics {
            unsent.append(command: [name] + list)
            // Each topic is confirmed by a reply of its own.
            for _ in list { promises.append(expect(name, until: deadline)) }
        }
        flush()
        for promise in promises {
            let reply = try await promise.value(ifCancelled: .failure(.cancelled(endpoint))).get()
            guard reply.list?.first?.text?.hasSuffix("subscribe") == true else {
                throw RedisError(.unexpectedReply, endpoint: endpoint, message: "no confirmation of a subscription")
            }
        }
    }

    /// Has our kernel ask the peer's whether it is still there, once nothing has come for `interval`; the connection ends where
    /// it is silent.
    func keepAlive(after interval: Duration) { socket?.keepAlive(after: interval) }
}
