import Glibc

/// Runs things at a point in time: one thread for the whole process, started when first needed.
///
/// A thread and not `Task.sleep`, because a session of a few milliseconds shouldn't start the global pool for its
/// deadlines; and one thread, because nearly every alarm is set once and never rings.
final class Alarm: @unchecked Sendable {
    // Unchecked: `entries` and `isRunning` are touched only under `mutex`.
    static let shared = Alarm()

    private struct Entry {
        var time: Instant
        var action: @Sendable () -> Void
    }

    /// Sorted, the latest first.
    private var entries: [Entry] = []
    private var isRunning = false
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    private let changed = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)

    private init() {
        pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        pthread_cond_init(changed, &attributes)
        pthread_condattr_destroy(&attributes)
    }

    /// Runs `action` on the alarm's thread, soon after `time`. It must not block.
    func set(at time: Instant, _ action: @escaping @Sendable () -> Void) {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        let place = entries.firstIndex { $0.time < time } ?? entries.endIndex
        entries.insert(Entry(time: time, action: action), at: place)
        if !isRunning {
            // Without a thread (the process is at its limit) the next alarm that is set tries again.
            isRunning = Threads.start { self.run() }
        } else if place == entries.count - 1 {
            pthread_cond_signal(changed)
        }
    }

    private func run() {
        pthread_mutex_lock(mutex)
        while true {
            guard let next = entries.last else {
                pthread_cond_wait(changed, mutex)
                continue
            }
            guard next.time <= .now else {
                var end = next.time.time
                pthread_cond_timedwait(changed, mutex, &end)
                continue
            }
            entries.removeLast()
            pthread_mutex_unlock(mutex)
            next.action()
            pthread_mutex_lock(mutex)
        }
    }
}
