/// Where a server answers: a host and a port from 1 to 65535.
///
/// In ZooKeeper it is written `host port`, with one space and no newline: the public contract of `/redis/master` and
/// `/redis/sentinels`. To people it is shown as `host:port`.
public struct Address: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let host: Host
    public let port: Int

    public init?(host: some StringProtocol, port: Int) {
        guard let host = Host(host) else { return nil }
        self.init(host: host, port: port)
    }

    public init?(host: Host, port: Int) {
        guard (1...65_535).contains(port) else { return nil }
        self.host = host
        self.port = port
    }

    /// Parses what a person writes: `host:port`, `[v6]:port`.
    public init?(_ text: some StringProtocol) {
        guard let colon = text.lastIndex(of: ":"), let port = Self.port(text[text.index(after: colon)...]) else {
            return nil
        }
        var host = Substring(text[..<colon])
        if host.hasPrefix("["), host.hasSuffix("]") {
            host = host.dropFirst().dropLast()
            guard host.contains(":") else { return nil }
        } else if host.contains(":") {
            return nil
        }
        self.init(host: host, port: port)
    }

    /// Parses the data of a znode.
    /// - Throws: `BadZnode`, with the reason. The bytes are untrusted: at most 512, UTF-8, one line, one space.
    public init(znode bytes: [UInt8]) throws(BadZnode) {
        let text = try ZnodeText.line(bytes)
        let parts = text.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 2 else { throw BadZnode("it must be \"host port\", with one space between them") }
        guard let host = Host(parts[0]) else {
            throw BadZnode("its host is neither an IP address nor a host name (RFC 1123)")
        }
        guard !host.isWildcard else { throw BadZnode("its host is a wildcard, which nobody can connect to") }
        guard let port = Self.port(parts[1]) else { throw BadZnode("its port is no number from 1 to 65535") }
        self.host = host
        self.port = port
    }

    /// The znode's data for this address.
    public var znode: [UInt8] { Array("\(host) \(port)".utf8) }

    /// By host, then by port: any order will do, as long as it is the same for all.
    public static func < (one: Address, other: Address) -> Bool {
        let (host, otherHost) = (one.host.description, other.host.description)
        return host == otherHost ? one.port < other.port : host < otherHost
    }

    public var description: String { host.kind == .ipv6 ? "[\(host)]:\(port)" : "\(host):\(port)" }

    private static func port(_ text: some StringProtocol) -> Int? {
        guard (1...5).contains(text.utf8.count), text.utf8.allSatisfy(isDigit), text.utf8.first != UInt8(ascii: "0"),
            let port = Int(text), (1...65_535).contains(port)
        else { return nil }
        return port
    }
}
