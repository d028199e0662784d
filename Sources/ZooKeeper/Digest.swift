/// A user and password of ZooKeeper's `digest` scheme. It crosses the wire in clear: Debian's library has no TLS.
public struct Digest: Equatable, Sendable {
    /// As `zoo_add_auth` takes it: `user:password`. A secret.
    public let text: String

    public init(user: String, password: String) {
        text = "\(user):\(password)"
    }

    /// From `user:password`; nil when there is no colon, or nothing before it.
    public init?(_ text: String) {
        guard let colon = text.firstIndex(of: ":"), colon != text.startIndex else { return nil }
        self.text = text
    }

    public var user: String { String(text.prefix { $0 != ":" }) }
}

extension Digest: CustomStringConvertible, CustomReflectable {
    public var description: String { "\(user):(redacted)" }
    public var customMirror: Mirror { Mirror(self, children: ["user": user]) }
}
