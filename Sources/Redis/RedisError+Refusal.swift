extension RedisError {
    /// Whether the server will never do what it was asked: its user may not, or it knows no such command.
    public var isRefusal: Bool {
        switch code {
        case .denied: prefix == "NOPERM"
        case .server: message.lowercased().hasPrefix("err unknown command")
        default: false
        }
    }
}
