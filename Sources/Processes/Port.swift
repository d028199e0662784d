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
        guard let address = SocketAddress(literal: host.description, port: port) else { return }
        do {
            try address.checkListening()
        } catch {
            throw Failure(
                .badConfiguration,
                error.number == EADDRINUSE
                    ? "port \(port) of \(host) is in use; stop what listens there, or set PORT0"
                    : "can't listen on \(host) port \(port) (\(lastError(error.number))); "
                        + "check BIND_IP, NET_IFACE and PORT0")
        }
    }
}
