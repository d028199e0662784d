public import Vocabulary

extension Address {
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
        self.init(host: host, port: port)!
    }

    /// The znode's data for this address.
    public var znode: [UInt8] { Array("\(host) \(port)".utf8) }
}
