import Glibc

/// An IP address and port as the socket calls take it.
struct SocketAddress: Equatable, Sendable {
    let family: Int32
    private let bytes: [UInt8]

    init(_ address: UnsafePointer<sockaddr>, length: Int) {
        family = Int32(address.pointee.sa_family)
        bytes = Array(UnsafeRawBufferPointer(start: address, count: length))
    }

    /// nil unless `host` is an IPv4 or IPv6 literal (`fe80::1%eth0` included).
    init?(literal host: String, port: Int) {
        let port = in_port_t(port).bigEndian
        var four = sockaddr_in()
        var six = sockaddr_in6()
        let parts = host.split(separator: "%", maxSplits: 1, omittingEmptySubsequences: false)
        if inet_pton(AF_INET, host, &four.sin_addr) == 1 {
            four.sin_family = sa_family_t(AF_INET)
            four.sin_port = port
            family = AF_INET
            bytes = withUnsafeBytes(of: &four) { Array($0) }
        } else if let address = parts.first, inet_pton(AF_INET6, String(address), &six.sin6_addr) == 1 {
            six.sin6_family = sa_family_t(AF_INET6)
            six.sin6_port = port
            if parts.count == 2 { six.sin6_scope_id = if_nametoindex(String(parts[1])) }
            family = AF_INET6
            bytes = withUnsafeBytes(of: &six) { Array($0) }
        } else {
            return nil
        }
    }

    func withPointer<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        bytes.withUnsafeBytes { body($0.baseAddress!.assumingMemoryBound(to: sockaddr.self), socklen_t($0.count)) }
    }

    /// Whether this machine has an address from which to reach it: a datagram socket needs no port of its own for each peer.
    var hasSource: Bool {
        let descriptor = socket(family, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return true }
        defer { close(descriptor) }
        return withPointer { connect(descriptor, $0, $1) == 0 } || errno != EADDRNOTAVAIL
    }

    /// One end of a connected socket, by `getsockname` or `getpeername`; nil when it has none.
    static func end(
        of descriptor: Int32,
        _ call: (Int32, UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32
    ) -> SocketAddress? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        return withUnsafeMutablePointer(to: &storage) { storage in
            storage.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                call(descriptor, address, &length) == 0 ? SocketAddress(address, length: Int(length)) : nil
            }
        }
    }
}
