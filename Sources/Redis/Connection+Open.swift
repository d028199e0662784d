import Glibc
public import Runtime
public import Vocabulary

extension Connection {
    /// Connects, within `limit`. Credentials are kept for a server that asks for them (see `pipeline`): nothing is sent
    /// here.
    ///
    /// A literal address is connected to at once. A name's addresses are tried in order, each with its share of the
    /// time that is left; where all fail, the error is the one that claims least (a timeout before a refusal).
    ///
    /// - Parameter names: what the server's commands are called; those that it has by default are sent under these
    ///   names.
    ///
    /// Throws `.refused`, `.unreachable`, `.timedOut`, `.unresolved` and `.cancelled`.
    public static func open(
        _ address: Address, credentials: Credentials? = nil, on loop: EventLoop, within limit: Duration,
        replyLimit: Int = defaultReplyLimit, names: CommandNames = CommandNames()
    ) async throws(RedisError) -> Connection {
        try await open(address.host.description, address.port, limit, on: loop, at: address) {
            Connection(address, credentials: credentials, on: loop, replyLimit: replyLimit, names: names)
        }
    }

    /// The same by whatever name the system's resolver may know, such as one with an underscore (containers have them),
    /// which no `Address` has.
    ///
    /// Throws `.unresolved` for a port that is not 1-65535.
    package static func open(
        host: String, port: Int, on loop: EventLoop, within limit: Duration
    ) async throws(RedisError) -> Connection {
        let address = Address(host: host, port: port)
        return try await open(host, port, limit, on: loop, at: address) {
            Connection(address, credentials: nil, on: loop, replyLimit: defaultReplyLimit, names: CommandNames())
        }
    }

    private static func open(
        _ host: String, _ port: Int, _ limit: Duration, on loop: EventLoop, at address: Address?,
        _ make: () -> Connection
    ) async throws(RedisError) -> Connection {
        let deadline = ContinuousClock.now + limit
        let found: [SocketAddress]
        do {
            found = try await Resolver.shared.addresses(of: host, port: port, on: loop, within: limit)
        } catch {
            throw RedisError(resolving: error, address)
        }
        var failure = RedisError(.unresolved, address: address, message: "the name has no address")
        for (index, socketAddress) in found.enumerated() {
            let now = ContinuousClock.now
            let connection = make()
            do {
                try await connection.connect(to: socketAddress, until: now + (deadline - now) / (found.count - index))
            } catch {
                if index == 0 || error.certainty < failure.certainty { failure = error }
                if error.code == .cancelled { throw error }
                continue
            }
            return connection
        }
        throw failure
    }
}

extension RedisError {
    init(connecting failure: SystemFailure, _ address: Address?) {
        self =
            failure.number == ECANCELED
            ? .loopClosed(address) : RedisError(errno: failure.number, address: address, connecting: true)
    }

    init(resolving failure: Resolver.Failure, _ address: Address?) {
        self =
            switch failure {
            case .unresolved(let reason): RedisError(.unresolved, address: address, message: reason)
            case .unasked(let reason): RedisError(.system, address: address, message: reason)
            case .lacking(let number): RedisError(errno: number, address: address, connecting: true)
            case .loopClosed: .loopClosed(address)
            case .cancelled: .cancelled(address)
            }
    }

    static func cancelled(_ address: Address?) -> RedisError {
        RedisError(.cancelled, address: address, message: "the task that waited was cancelled")
    }

    static func loopClosed(_ address: Address?) -> RedisError {
        RedisError(.closed, address: address, message: "the event loop was closed")
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
