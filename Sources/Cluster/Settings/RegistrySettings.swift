import Succession
public import ZooKeeper

/// How to reach ZooKeeper, and below which root our nodes are.
public struct RegistrySettings: Sendable {
    public var servers: ConnectString
    public var root: String
    public var digest: Digest?
    public var sessionTimeout: Duration

    public init(servers: ConnectString, root: String, digest: Digest?, sessionTimeout: Duration) {
        self.servers = servers
        self.root = root
        self.digest = digest
        self.sessionTimeout = sessionTimeout
    }

    /// Reads `ZK_HOSTS`, `ZK_ROOT`, `ZK_AUTH` and `ZK_SESSION_TIMEOUT`.
    /// - Throws: `Failure` (78) that names the variable.
    public init(_ environment: Environment) throws(Failure) {
        let hosts = try environment.text("ZK_HOSTS", default: "localhost:2181")
        do {
            servers = try ConnectString(hosts)
        } catch {
            throw environment.bad("ZK_HOSTS", "can't be used: \(error)")
        }
        root = try Self.root(try environment.text("ZK_ROOT", default: "/redis"), environment)
        if let auth = try environment.secret("ZK_AUTH") {
            guard let parsed = Digest(auth), auth.utf8.count <= 16_384 else {
                throw environment.bad("ZK_AUTH", "must be user:password, at most 16384 bytes long")
            }
            digest = parsed
        }
        sessionTimeout = try environment.duration(
            "ZK_SESSION_TIMEOUT", default: .seconds(6), in: .milliseconds(100)...(.seconds(600)))
    }

    /// The server clamps what it is asked for to 2 to 20 of its ticks; a failover by session timeout then takes longer,
    /// or a short pause costs the session.
    public func warnIfClamped(_ negotiated: Duration) {
        guard negotiated != sessionTimeout else { return }
        Log.warn("ZK_SESSION_TIMEOUT is \(sessionTimeout), but ZooKeeper gives \(negotiated); see its tickTime")
    }

    /// A root goes into the mark of every server, so it is held to a grammar: `/name`, of letters, digits, `.`, `_`,
    /// `-`.
    /// - Throws: `Failure` (78) that says so.
    public static func root(_ text: String, _ environment: Environment) throws(Failure) -> String {
        let segments = text.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        let valid = segments.allSatisfy { segment in
            !segment.isEmpty && segment != "." && segment != ".."
                && segment.utf8.allSatisfy { byte in
                    UInt8(ascii: "0") <= byte && byte <= UInt8(ascii: "9") || [45, 46, 95].contains(byte)
                        || (97...122).contains(byte | 0x20)
                }
        }
        guard text.hasPrefix("/"), !segments.isEmpty, valid, text.utf8.count <= 200, text != "/zookeeper" else {
            throw environment.bad(
                "ZK_ROOT",
                "is \"\(text.prefix(40))\"; it must be a path like /redis, of letters, digits, '.', '_' and '-', at most 200 long"
            )
        }
        return text
    }
}
