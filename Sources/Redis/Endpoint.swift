/// Where a server listens: a host name or an IP literal (IPv6 without brackets) and a TCP port.
public struct Endpoint: Hashable, Sendable, CustomStringConvertible {
    public var host: String
    /// 1-65535; anything else is refused when it is connected to, with `.unresolved`.
    public var port: Int

    public init(host: String, port: Int) {
        self.host = host
        self.port = port
    }

    /// `host:port`, with brackets around an IPv6 literal.
    public var description: String { host.utf8.contains(UInt8(ascii: ":")) ? "[\(host)]:\(port)" : "\(host):\(port)" }
}
