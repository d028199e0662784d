extension RedisError {
    /// Whether the server will never do what it was asked: its user may not, or it knows no such command.
    public var isRefusal: Bool {
        switch code {
        case .denied: prefix == "NOPERM"
        case .server: message.lowercased().hasPrefix("err unknown command")
        default: false
        }
    }

    /// Whether the server does not let us in as who we are: it has another password or user by now, or wants one. One that has
    /// too many clients does not say that.
    public var isLockout: Bool {
        // Before Redis 6, a wrong password has no prefix of its own (see `RedisError.code(of:)`).
        code == .denied && (["NOAUTH", "WRONGPASS"].contains(prefix) || command == "AUTH")
    }
}
