import Glibc
import Support

/// A name server on loopback's port 53 that takes questions and never answers: what a DNS outage looks like.
final class SilentNameServer: Sendable {
    let address: String
    private let descriptor: Int32

    init() throws {
        let descriptor = socket(
            AF_INET, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0)
        self.descriptor = descriptor
        // One of 127.0.0.0/8 for each, so that tests don't meet.
        for last in (2...250).shuffled() {
            var name = sockaddr_in()
            name.sin_family = sa_family_t(AF_INET)
            name.sin_port = in_port_t(53).bigEndian
            name.sin_addr.s_addr = inet_addr("127.53.53.\(last)")
            let code = withUnsafePointer(to: &name) {
                $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
            if code == 0 {
                address = "127.53.53.\(last)"
                return
            }
        }
        throw TestFailure("no address of loopback has a free port 53: \(String(cString: strerror(errno)))")
    }

    deinit { close(descriptor) }

    /// Whether a question has come.
    var wasAsked: Bool {
        var byte: UInt8 = 0
        return recv(descriptor, &byte, 1, Int32(MSG_PEEK) | Int32(MSG_DONTWAIT)) > 0
    }
}
