import Glibc

/// A value behind a pthread mutex (the thread sanitizer can't see `Synchronization.Mutex` on Linux).
final class Locked<Value>: @unchecked Sendable {
    // Unchecked: `stored` is touched only between lock and unlock.
    private var stored: Value
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>

    init(_ value: Value) {
        stored = value
        mutex = .allocate(capacity: 1)
        pthread_mutex_init(mutex, nil)
    }

    deinit {
        pthread_mutex_destroy(mutex)
        mutex.deallocate()
    }

    func withLock<Result>(_ body: (inout Value) -> Result) -> Result {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body(&stored)
    }
}
