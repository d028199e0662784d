package import Cluster
import Glibc
import Runtime
import Succession
package import Vocabulary

package enum Port {
    /// A port of loopback that nobody listens on, below the range from which the kernel takes outgoing ones.
    package static func free() throws(Failure) -> Int {
        let loopback = Host("127.0.0.1")!
        for _ in 0..<1_000 {
            let port = Int.random(in: 10_000..<32_000)
            if (try? checkFree(loopback, port)) != nil { return port }
        }
        throw Failure(.unavailable, "no port of 127.0.0.1 is free")
    }

    /// - Throws: `Failure` (78) where somebody listens on the port, or the address is none of this machine's.
    package static func checkFree(_ host: Host, _ port: Int) throws(Failure) {
        guard let address = SocketAddress(host, port) else { return }
        let descriptor = socket(address.family, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return }
        defer { close(descriptor) }
        var yes: Int32 = 1
        // As redis-server itself does: connections that linger in TIME_WAIT must not keep the port.
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        guard address.bind(descriptor) == 0, listen(descriptor, 1) == 0 else {
            let number = errno
            throw Failure(
                .badConfiguration,
                number == EADDRINUSE
                    ? "port \(port) of \(host) is in use; stop what listens there, or set PORT0"
                    : "can't listen on \(host) port \(port) (\(lastError(number))); check BIND_IP, NET_IFACE and PORT0")
        }
    }
}

/// A socket address of an IP literal.
package struct SocketAddress {
    private var storage = sockaddr_storage()
    private let length: socklen_t
    package let family: Int32

    package init?(_ host: Host, _ port: Int) {
        var hints = addrinfo()
        hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV
        hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
        var found: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(host.description, String(port), &hints, &found) == 0, let found else { return nil }
        defer { freeaddrinfo(found) }
        family = found.pointee.ai_family
        length = found.pointee.ai_addrlen
        memcpy(&storage, found.pointee.ai_addr, Int(length))
    }

    package func bind(_ descriptor: Int32) -> Int32 {
        withUnsafePointer(to: storage) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { Glibc.bind(descriptor, $0, length) }
        }
    }
}
