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

    /// Sends `PING` every `interval` (1 ms at least), for ever; the connection ends when one is not answered within `limit`.
    func keepAlive(every interval: Duration, within limit: Duration) {
        guard socket != nil, let poll = loop.openPoll else { return }
        poll.timers.add(poll.newID(), at: .now + max(interval, .milliseconds(1))) { [weak self] isDue in
            if isDue { self?.assumeIsolated { $0.probe(every: interval, within: limit) } }
        }
    }

    private func probe(every interval: Duration, within limit: Duration) {
        guard socket != nil else { return }
        unsent.append(command: ["PING"])
        expect("PING", until: .now + limit, isProbe: true)
        flush()
        keepAlive(every: interval, within: limit)
    }
}
