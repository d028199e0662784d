import Glibc
import Redis
import Support
import Testing

/// How many descriptors this process has open. Other tests share the process: count in an exit test only.
func openDescriptors() -> Int { entries("/proc/self/fd") - 1 }

func threads() -> Int { entries("/proc/self/task") }

private func entries(_ path: String) -> Int {
    guard let folder = opendir(path) else { return -1 }
    defer { closedir(folder) }
    var count = 0
    while let entry = readdir(folder) {
        if entry.pointee.d_name.0 != CChar(UInt8(ascii: ".")) { count += 1 }
    }
    return count
}

/// A loop that ends with the test that made it.
func withLoop<Value>(_ body: (EventLoop) async throws -> Value) async throws -> Value {
    let loop = EventLoop()
    defer { loop.close() }
    return try await body(loop)
}

/// The same with the test on the loop's thread too: for tests that measure time, and must not wait for a turn in the pool
/// that all other tests share.
func onLoop<Value: Sendable>(_ body: (EventLoop) async throws -> Value) async throws -> Value {
    try await withLoop { loop in
        try await withTaskExecutorPreference(loop) { try await body(loop) }
    }
}

extension Endpoint {
    init(_ port: Int) { self.init(host: "127.0.0.1", port: port) }
}

/// The error that `body` throws.
func failure(_ body: () async throws -> Void) async throws -> RedisError {
    do { try await body() } catch { return try #require(error as? RedisError) }
    throw TestFailure("nothing was thrown")
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
