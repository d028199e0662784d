import Glibc

/// A port of loopback that answers no connection attempt: its queue of connections is full and nobody takes any.
public final class SilentPort: Sendable {
    public let port: Int
    private let descriptors: [Int32]

    public init() throws {
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        let listener = socket(AF_INET, kind, 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        var descriptors = [listener]
        withUnsafeMutablePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                _ = bind(listener, address, size) + listen(listener, 0) + getsockname(listener, address, &size)
                for _ in 0..<4 {
                    let filler = socket(AF_INET, kind, 0)
                    connect(filler, address, size)
                    descriptors.append(filler)
                }
            }
        }
        port = Int(in_port_t(bigEndian: address.sin_port))
        self.descriptors = descriptors
    }

    deinit { for descriptor in descriptors { close(descriptor) } }
}
