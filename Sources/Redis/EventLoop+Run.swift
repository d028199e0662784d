extension EventLoop {
    /// Runs `body` as a task on a loop driven by the calling thread (no other thread is started) and returns its result:
    /// what a synchronous `main` uses to be asynchronous without the cooperative pool.
    ///
    /// Every task that `body` starts in a structured way runs on the loop too. Tasks that it leaves behind have their
    /// waits cancelled. Host names are the exception to "no other thread": the system can only look them up blocking.
    /// `Task.sleep` would start the pool: use the loop's `sleep(for:)`. The main actor can't be used, its thread is busy.
    public static func run<Value: Sendable>(
        _ body: @escaping @Sendable (EventLoop) async throws -> Value
    ) throws -> Value {
        let loop = EventLoop(driven: true)
        let result = Protected<Result<Value, any Error>?>(nil)
        let task = Task(executorPreference: loop) {
            do {
                let value = try await body(loop)
                result.withLock { $0 = .success(value) }
            } catch {
                result.withLock { $0 = .failure(error) }
            }
            loop.close()
        }
        loop.drive()
        guard let result = result.withLock({ $0 }) else {
            // Only where the body itself closed the loop while it waited for another executor.
            task.cancel()
            throw RedisError(.closed, message: "the loop was closed before its task ended")
        }
        return try result.get()
    }
}
