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

    /// As it stands in ACLs: the user, and the Base64 of the SHA-1 of it all. It tells nobody the password, but lets it be
    /// guessed.
    public var id: String { "\(user):\(base64(SHA1.digest(of: Array(text.utf8))))" }
}

extension Digest: CustomStringConvertible, CustomReflectable {
    public var description: String { "\(user):(redacted)" }
    public var customMirror: Mirror { Mirror(self, children: ["user": user]) }
}

/// Base64 (RFC 4648, section 4).
private func base64(_ bytes: [UInt8]) -> String {
    let letters = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
    return stride(from: 0, to: bytes.count, by: 3).reduce(into: "") { text, at in
        let part = bytes[at..<Swift.min(at + 3, bytes.count)]
        let number = part.reduce(0) { $0 << 8 | Int($1) } << (8 * (3 - part.count))
        for index in 0..<4 {
            text.append(index <= part.count ? letters[number >> (18 - 6 * index) & 63] : "=")
        }
    }
}
