import Glibc
import Redis
import Runtime
import Support
import Testing
import Vocabulary

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

/// The same with the test on the loop's thread too: for tests that measure time, and must not wait for a turn in the
/// pool that all other tests share.
func onLoop<Value: Sendable>(_ body: (EventLoop) async throws -> Value) async throws -> Value {
    try await withLoop { loop in
        try await withTaskExecutorPreference(loop) { try await body(loop) }
    }
}

extension Address {
    /// On this machine.
    init(_ port: Int) { self.init(host: "127.0.0.1", port: port)! }
}

/// The error that `body` throws.
func failure(_ body: () async throws -> Void) async throws -> RedisError {
    do { try await body() } catch { return try #require(error as? RedisError) }
    throw TestFailure("nothing was thrown")
}
