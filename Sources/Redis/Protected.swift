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
