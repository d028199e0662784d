/// A password that keeps out of logs: printing it, or anything that holds it, shows `<hidden>`.
public struct Secret: Equatable, Sendable, ExpressibleByStringLiteral {
    public let text: String

    public init(_ text: String) { self.text = text }
    public init(stringLiteral text: String) { self.text = text }
}

extension Secret: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String { "<hidden>" }
    public var debugDescription: String { "<hidden>" }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// How replicas, sentinels and Interrex itself log in to the cluster's redis-servers.
///
/// Without `username` they are Redis's `default` user. A user named here must exist in the settings (`user` or
/// `aclfile`): Interrex doesn't decide what it may do.
public struct Credentials: Equatable, Sendable {
    /// An ACL user; nil for the default user, which servers before Redis 6 need.
    public var username: String?
    public var password: Secret

    public init(username: String? = nil, password: Secret) {
        self.username = username
        self.password = password
    }
}

extension Credentials: CustomStringConvertible {
    public var description: String { "\(username ?? "default"):\(password)" }
}
