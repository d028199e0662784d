import Runtime
import Testing

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
