/// A password that keeps out of logs: printing it, or anything that holds it, shows `<hidden>`.
public struct Secret: Equatable, Sendable, ExpressibleByStringLiteral {
    private let first: String
    private let source: (any SecretSource)?

    public init(_ text: String) { (first, source) = (text, nil) }
    public init(stringLiteral text: String) { self.init(text) }
    /// One that may be another while the process runs.
    public init(_ source: any SecretSource) { (first, self.source) = ("", source) }

    public var text: String { source?.text ?? first }

    /// Whether there is another one by now than `used`, which a server did not take.
    public func isOther(than used: String) -> Bool { source?.isOther(than: used) ?? false }

    public static func == (one: Secret, other: Secret) -> Bool { one.text == other.text }
}

/// Where a secret comes from that may change while the process runs.
public protocol SecretSource: AnyObject, Sendable {
    /// As it was read last.
    var text: String { get }
    /// Reads it anew. Returns whether it is another than `used`.
    func isOther(than used: String) -> Bool
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

    /// Who may log in with the password: the default user has it too, where it has one (`requirepass`).
    public var users: [String] { username.map { [$0, "default"] } ?? ["default"] }
}

extension Credentials: CustomStringConvertible {
    public var description: String { "\(username ?? "default"):\(password)" }
}
