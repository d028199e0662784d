import Cluster
import Glibc
import Redis
import Succession
import Support

/// A prober on a loop of its own that ends with `body`.
func withProber<Value>(
    password: String? = nil, user: String? = nil, sentinelPassword: String? = nil, name: String = "mymaster",
    limit: Duration = .seconds(5), _ body: (Prober) async throws -> Value
) async throws -> Value {
    let loop = EventLoop()
    defer { loop.close() }
    let settings = RedisSettings(
        masterName: name, credentials: password.map { Credentials(username: user, password: $0) },
        sentinelCredentials: sentinelPassword.map { Credentials(password: $0) })
    return try await body(Prober(settings, on: loop, limit: limit))
}

extension Answer {
    var history: History? {
        switch self {
        case .master(let history): history
        case .replica(let replication): replication.history
        default: nil
        }
    }

    var replication: Replication? {
        guard case .replica(let replication) = self else { return nil }
        return replication
    }
}

/// A port of loopback that answers no connection attempt: its queue of connections is full and nobody takes any.
final class SilentPort: Sendable {
    let port: Int
    private let descriptors: [Int32]

    init() throws {
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
