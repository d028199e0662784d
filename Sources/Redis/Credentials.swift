/// What `AUTH` sends. Its description never shows the password.
public struct Credentials: Equatable, Sendable, CustomStringConvertible, CustomReflectable {
    /// An ACL user; nil for the default user, which servers before Redis 6 need.
    public var username: String?
    public var password: String

    public init(username: String? = nil, password: String) {
        self.username = username
        self.password = password
    }

    public var description: String { "\(username ?? "default"):<redacted>" }
    public var customMirror: Mirror { Mirror(self, children: ["description": description]) }

    var command: [String] { ["AUTH"] + (username.map { [$0] } ?? []) + [password] }
}
