/// An address in a rendered file: an IP literal (a zone is allowed) or a host name, and a TCP port.
public struct HostPort: Hashable, Sendable {
    public var host: String
    public var port: Int

    public init(host: String, port: Int) {
        self.host = host
        self.port = port
    }
}

extension HostPort {
    /// Whether `ip` stands for every address of the machine, so that nobody can connect to it by that name.
    static func isWildcard(_ ip: String) -> Bool {
        ip == "0.0.0.0" || ip == "::" || ip == "*"
    }
}

extension HostPort? {
    /// Checks an announced address, and that there is one where `bindIP` is a wildcard.
    func validateAnnounce(bindIP: String) throws(RenderingError) {
        if let self {
            try Check.address(self, ("announce_ip", "announce_port"))
            guard !HostPort.isWildcard(self.host) else { throw .value(name: "announce_ip", .wildcardNotAnnounced) }
        } else if HostPort.isWildcard(bindIP) {
            throw .value(name: "bind_ip", .wildcardNotAnnounced)
        }
    }
}
