/// Where a server answers: a host and a port from 1 to 65535.
///
/// To people it is shown as `host:port`.
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

    /// By host, then by port: any order will do, as long as it is the same for all.
    public static func < (one: Address, other: Address) -> Bool {
        let (host, otherHost) = (one.host.description, other.host.description)
        return host == otherHost ? one.port < other.port : host < otherHost
    }

    public var description: String { host.kind == .ipv6 ? "[\(host)]:\(port)" : "\(host):\(port)" }

    /// The port that `text` spells: 1 to 65535, in digits without leading zeros.
    package static func port(_ text: some StringProtocol) -> Int? {
        guard (1...5).contains(text.utf8.count), text.utf8.allSatisfy(\.isDigit), text.utf8.first != UInt8(ascii: "0"),
            let port = Int(text), (1...65_535).contains(port)
        else { return nil }
        return port
    }
}
