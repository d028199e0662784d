/// Why an operation failed: what kind, where, in which command, and in words.
public struct RedisError: Error, Equatable, Sendable, CustomStringConvertible {
    public var code: Code
    public var endpoint: Endpoint?
    /// The command's name (with its subcommand for `SENTINEL` and `CONFIG`), never an argument.
    public var command: String?
    /// As whom it was asked, where the server denied it; nil elsewhere.
    public var user: String?
    public var message: String

    public init(
        _ code: Code, endpoint: Endpoint? = nil, command: String? = nil, user: String? = nil, message: String
    ) {
        self.code = code
        self.endpoint = endpoint
        self.command = command
        self.user = user
        self.message = message
    }

    /// The first word of a server's error line (`LOADING`, `NOGOODSLAVE`, `INPROG`); nil when no server said it.
    public var prefix: String? {
        guard [.denied, .server, .loading].contains(code) else { return nil }
        return message.split(separator: " ", maxSplits: 1).first.map(String.init)
    }

    /// Whether it was our own machine that failed, so that nothing is known of the peer.
    public var isOurs: Bool { code == .system }

    public var description: String {
        ([endpoint?.description, command] + [message]).compactMap(\.self).joined(separator: ": ")
    }

    func during(_ command: String) -> RedisError {
        RedisError(code, endpoint: endpoint, command: self.command ?? command, user: user, message: message)
    }
}

extension RedisError {
    /// The kind of a failure; what a caller decides by.
    public struct Code: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
        public let rawValue: String
        public init(rawValue: String) { self.rawValue = rawValue }
        public var description: String { rawValue }

        /// Nothing listens there: the connection was actively refused (by every address, where a name has several).
        public static let refused = Code(rawValue: "refused")
        /// No way there: the network or the host is unreachable, or a firewall said so.
        public static let unreachable = Code(rawValue: "unreachable")
        /// No connection, or no reply, within the limit. The command may have been carried out.
        public static let timedOut = Code(rawValue: "timedOut")
        /// The connection ended, by the peer or by us. A pending command may have been carried out.
        public static let closed = Code(rawValue: "closed")
        /// The peer doesn't speak the Redis protocol, answered what nobody asked, or sent more than the limit.
        public static let notRedis = Code(rawValue: "notRedis")
        /// `NOAUTH`, `WRONGPASS`, `NOPERM`, an invalid password, or `DENIED` by protected mode.
        public static let denied = Code(rawValue: "denied")
        /// Any other error reply; `prefix` is its first word.
        public static let server = Code(rawValue: "server")
        /// Redis that can't answer yet: `LOADING`, `BUSY` or `MASTERDOWN`, told apart by `prefix`.
        public static let loading = Code(rawValue: "loading")
        /// The host name has no address (or the resolver gave none in time), or the port is not 1-65535.
        public static let unresolved = Code(rawValue: "unresolved")
        /// A well-formed reply of the wrong shape for its command.
        public static let unexpectedReply = Code(rawValue: "unexpectedReply")
        /// The task that waited was cancelled. The command may have been carried out.
        public static let cancelled = Code(rawValue: "cancelled")
        /// More messages than a subscription's buffer holds came before they were taken.
        public static let overflow = Code(rawValue: "overflow")
        /// This machine refused: out of descriptors, local ports or memory. Says nothing about the peer.
        public static let system = Code(rawValue: "system")
    }
}
