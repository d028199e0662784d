import Glibc

extension RedisError {
    /// The error for a server's `-` line.
    ///
    /// "Unknown command" lines repeat the arguments that were sent, passwords included: that part is cut off.
    init(line: String, endpoint: Endpoint?, command: String?) {
        var text = printable(line)
        if let arguments = text.start(of: ", with args beginning with") { text = String(text[..<arguments]) }
        self.init(Self.code(of: text), endpoint: endpoint, command: command, message: text)
    }

    /// Without what the server said, but for the word that tells its kind: for a command that bears a secret, which an answer
    /// may repeat in whatever form.
    var withoutText: RedisError {
        let word = prefix.flatMap { Self.words.contains($0) ? $0 : nil } ?? "ERR"
        let message = "\(word) (what it says is left out: it may repeat a secret)"
        return RedisError(code, endpoint: endpoint, command: command, user: user, message: message)
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
    init(errno number: Int32, endpoint: Endpoint?, connecting: Bool) {
        let code: Code =
            switch number {
            case _ where isLack(number): .system
            case ECONNREFUSED: .refused
            case ETIMEDOUT: .timedOut
            case _ where connecting: .unreachable
            default: .closed
            }
        let remedy = code == .system ? Self.remedy(number) : ""
        self.init(code, endpoint: endpoint, message: String(cString: strerror(number)) + remedy)
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

/// Whether it is this process or this machine that lacks something: that says nothing about a peer.
func isLack(_ number: Int32) -> Bool {
    [EMFILE, ENFILE, ENOMEM, ENOBUFS, EADDRNOTAVAIL, EAGAIN, ENOSPC].contains(number)
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
