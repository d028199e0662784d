import CLinux
import Glibc

/// A value behind a pthread mutex (the thread sanitizer can't see `Synchronization.Mutex` on Linux).
package final class Protected<Value>: @unchecked Sendable {
    // Unchecked: `stored` is touched only between lock and unlock.
    private var stored: Value
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>

    package init(_ value: sending Value) {
        stored = value
        mutex = .allocate(capacity: 1)
        pthread_mutex_init(mutex, nil)
    }

    deinit {
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    @discardableResult
    package func withLock<Result>(_ body: (inout Value) throws -> Result) rethrows -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return try body(&stored)
    }
}

/// Starts a detached thread that blocks every signal; returns whether the system gave one.
///
/// For C calls that block, which must not hold one of Swift's few pool threads, and for what must not start that pool.
///
/// - Parameter stack: in bytes, reserved and not used before it is needed; nil: as much as the system gives by itself.
package func startThread(stack: Int? = nil, _ body: @escaping @Sendable () -> Void) -> Bool {
    withSignalsBlocked {
        var attributes = pthread_attr_t()
        pthread_attr_init(&attributes)
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setdetachstate(&attributes, CInt(PTHREAD_CREATE_DETACHED))
        if let stack { pthread_attr_setstacksize(&attributes, stack) }
        // Retained for the one call of the entry; taken back here if the thread never starts.
        let box = Unmanaged.passRetained(ThreadBody(run: body))
        var thread = pthread_t()
        let isStarted = pthread_create(&thread, &attributes, enterThread, box.toOpaque()) == 0
        if !isStarted { box.release() }
        return isStarted
    }
}

/// Threads that are created in `body` inherit a full signal mask: signals reach the threads of whoever handles them,
/// never one of ours.
package func withSignalsBlocked<Result>(_ body: () -> Result) -> Result {
    var all = sigset_t()
    var before = sigset_t()
    sigfillset(&all)
    pthread_sigmask(SIG_SETMASK, &all, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    return body()
}

private final class ThreadBody: Sendable {
    let run: @Sendable () -> Void
    init(run: @escaping @Sendable () -> Void) { self.run = run }
}

private func enterThread(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    Unmanaged<ThreadBody>.fromOpaque(context!).takeRetainedValue().run()
    return nil
}
