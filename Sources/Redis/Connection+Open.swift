import Glibc
public import Runtime
public import Vocabulary

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
        let addresses = try await addresses(of: endpoint, on: loop, within: limit)
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

    private static func addresses(
        of endpoint: Endpoint, on loop: EventLoop, within limit: Duration
    ) async throws(RedisError) -> [SocketAddress] {
        do {
            return try await Resolver.shared.addresses(
                of: endpoint.host, port: endpoint.port, on: loop, within: limit)
        } catch {
            throw RedisError(resolving: error, endpoint)
        }
    }
}

extension RedisError {
    init(connecting failure: SystemFailure, _ endpoint: Endpoint) {
        self =
            failure.number == ECANCELED
            ? .loopClosed(endpoint) : RedisError(errno: failure.number, endpoint: endpoint, connecting: true)
    }

    init(resolving failure: Resolver.Failure, _ endpoint: Endpoint) {
        self =
            switch failure {
            case .unresolved(let reason): RedisError(.unresolved, endpoint: endpoint, message: reason)
            case .unasked(let reason): RedisError(.system, endpoint: endpoint, message: reason)
            case .lacking(let number): RedisError(errno: number, endpoint: endpoint, connecting: true)
            case .loopClosed: .loopClosed(endpoint)
            case .cancelled: .cancelled(endpoint)
            }
    }

    static func cancelled(_ endpoint: Endpoint) -> RedisError {
        RedisError(.cancelled, endpoint: endpoint, message: "the task that waited was cancelled")
    }

    static func loopClosed(_ endpoint: Endpoint) -> RedisError {
        RedisError(.closed, endpoint: endpoint, message: "the event loop was closed")
    }

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
