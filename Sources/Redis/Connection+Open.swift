extension Connection {
    /// Connects, within `limit`. Credentials are kept for a server that asks for them (see `pipeline`): nothing is sent here.
    ///
    /// A literal address is connected to at once. A name's addresses are tried in order, each with its share of the time
    /// that is left; where all fail, the error is the one that claims least (a timeout before a refusal).
    ///
    /// - Parameter names: what the server's commands are called; those that it has by default are sent under these names.
    ///
    /// Throws `.refused`, `.unreachable`, `.timedOut`, `.unresolved` and `.cancelled`.
    public static func open(
        _ endpoint: Endpoint, credentials: Credentials? = nil, on loop: EventLoop, within limit: Duration,
        replyLimit: Int = defaultReplyLimit, names: CommandNames = CommandNames()
    ) async throws(RedisError) -> Connection {
        let deadline = ContinuousClock.now + limit
        let addresses = try await Resolver.shared.addresses(of: endpoint, on: loop, within: limit)
        var failure = RedisError(.unresolved, endpoint: endpoint, message: "the name has no address")
        for (index, address) in addresses.enumerated() {
            let now = ContinuousClock.now
            let connection = Connection(
                endpoint, credentials: credentials, on: loop, replyLimit: replyLimit, names: names)
            do {
                try await connection.connect(to: address, until: now + (deadline - now) / (addresses.count - index))
            } catch {
                if index == 0 || error.certainty < failure.certainty { failure = error }
                if error.code == .cancelled { throw error }
                continue
            }
            return connection
        }
        throw failure
    }

    private func connect(to address: SocketAddress, until deadline: ContinuousClock.Instant) async throws(RedisError) {
        guard case .connecting(let promise) = phase else { return }
        do {
            socket = try Socket(connectingTo: address, endpoint, on: loop) { [weak self] readiness in
                self?.assumeIsolated { $0.handle(readiness) }
            }
        } catch {
            finish(error)
            throw error
        }
        arm(deadline)
        guard let error = await promise.value(ifCancelled: .cancelled(endpoint)) else { return }
        finish(error)
        throw error
    }
}

extension RedisError {
    /// How much a failure to connect claims about the server, for choosing among those of several addresses.
    fileprivate var certainty: Int {
        switch code {
        case .cancelled, .closed: 0
        case .system: 1
        case .timedOut: 2
        case .unreachable: 3
        default: 4
        }
    }
}
