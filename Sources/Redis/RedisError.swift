import Glibc
import Runtime
public import Vocabulary

/// Why an operation failed: what kind, where, in which command, and in words.
public struct RedisError: Error, Equatable, Sendable, CustomStringConvertible {
    public var code: Code
    /// nil where it was asked by a name that no address has.
    public var address: Address?
    /// The command's name (with its subcommand for `SENTINEL` and `CONFIG`), never an argument.
    public var command: String?
    /// As whom it was asked, where the server denied it; nil elsewhere.
    public var user: String?
    public var message: String

    public init(
        _ code: Code, address: Address? = nil, command: String? = nil, user: String? = nil, message: String
    ) {
        self.code = code
        self.address = address
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
        ([address?.description, command] + [message]).compactMap(\.self).joined(separator: ": ")
    }

    func during(_ command: String) -> RedisError {
        RedisError(code, address: address, command: self.command ?? command, user: user, message: message)
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

extension RedisError {
    /// Whether the server will never do what it was asked: its user may not, or it knows no such command.
    public var isRefusal: Bool {
        switch code {
        case .denied: prefix == "NOPERM"
        case .server: message.lowercased().hasPrefix("err unknown command")
        default: false
        }
    }

    /// Whether the server does not let us in as who we are: it has another password or user by now, or wants one. One
    /// that has too many clients does not say that.
    public var isLockout: Bool {
        // Before Redis 6, a wrong password has no prefix of its own (see `RedisError.code(of:)`).
        code == .denied && (["NOAUTH", "WRONGPASS"].contains(prefix) || command == "AUTH")
    }
}

extension RedisError {
    /// The error for a server's `-` line.
    ///
    /// "Unknown command" lines repeat the arguments that were sent, passwords included: that part is cut off.
    init(line: String, address: Address?, command: String?) {
        var text = printable(line)
        if let arguments = text.start(of: ", with args beginning with") { text = String(text[..<arguments]) }
        self.init(Self.code(of: text), address: address, command: command, message: text)
    }

    /// Without what the server said, but for the word that tells its kind: for a command that bears a secret, which an
    /// answer may repeat in whatever form.
    var withoutText: RedisError {
        let word = prefix.flatMap { Self.words.contains($0) ? $0 : nil } ?? "ERR"
        let message = "\(word) (what it says is left out: it may repeat a secret)"
        return RedisError(code, address: address, command: command, user: user, message: message)
    }

    /// First words of error lines that say something. Any other might be anything.
    private static let words: Set<String> = [
        "ERR", "NOAUTH", "WRONGPASS", "NOPERM", "DENIED", "LOADING", "BUSY", "MASTERDOWN", "READONLY", "MISCONF",
    ]

    /// Prefixes of https://redis.io/docs/latest/develop/reference/protocol-spec and of Redis 7.0's server.c, acl.c.
    private static func code(of line: String) -> Code {
        switch line.prefix(while: { $0 != " " }) {
        case "NOAUTH", "WRONGPASS", "NOPERM", "DENIED": .denied
        case "LOADING", "BUSY", "MASTERDOWN": .loading
        // Before Redis 6, a wrong password has no prefix of its own.
        case "ERR" where line.hasPrefix("ERR invalid password"): .denied
        // It serves those who are in: a full server is no stranger, and not dead.
        case "ERR" where line.hasPrefix("ERR max number of clients"): .denied
        default: .server
        }
    }

    /// The error for a system call that failed while connecting or on an open connection.
    init(errno number: Int32, address: Address?, connecting: Bool) {
        let code: Code =
            switch number {
            case _ where isLack(number): .system
            case ECONNREFUSED: .refused
            case ETIMEDOUT: .timedOut
            case _ where connecting: .unreachable
            default: .closed
            }
        let remedy = code == .system ? Self.remedy(number) : ""
        self.init(code, address: address, message: String(cString: strerror(number)) + remedy)
    }

    private static func remedy(_ number: Int32) -> String {
        switch number {
        case EMFILE: "; raise this process's limit of open files (ulimit -n)"
        case ENFILE: "; raise this machine's limit of open files (sysctl fs.file-max)"
        case EADDRNOTAVAIL, EAGAIN: "; no local port is free: find who opens so many connections (ss -s)"
        case ENOSPC: "; raise this machine's limit of watched files (sysctl fs.epoll.max_user_watches)"
        default: "; this machine has no memory left"
        }
    }
}

/// A peer's text made safe for a log: one line, no control characters, 256 characters at most, and none of our secrets.
func printable(_ text: String) -> String {
    let scalars = Secrets.removed(from: text).unicodeScalars.prefix(256).map {
        $0.properties.generalCategory == .control ? "?" : $0
    }
    return String(String.UnicodeScalarView(scalars))
}

extension String {
    fileprivate func start(of part: String) -> Index? { indices.first { self[$0...].hasPrefix(part) } }
}
