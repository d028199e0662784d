import Glibc

/// The timers of a loop: a binary heap by instant; each has an id, and a cancelled one is forgotten at once.
struct TimerHeap {
    /// Called with true when due, with false when the loop ends first.
    typealias Action = @Sendable (_ due: Bool) -> Void

    /// Those of cancelled timers included.
    private(set) var heap: [(at: ContinuousClock.Instant, id: UInt64)] = []
    private(set) var actions: [UInt64: Action] = [:]

    /// When the loop has to look next. At the latest: the timer of that instant may have been cancelled.
    var next: ContinuousClock.Instant? { heap.first?.at }

    mutating func add(_ id: UInt64, at instant: ContinuousClock.Instant, _ action: @escaping Action) {
        actions[id] = action
        heap.append((instant, id))
        rise(heap.count - 1)
    }

    /// The place in the heap stays until it is due, or until cancelled ones outnumber the others.
    mutating func cancel(_ id: UInt64) {
        guard actions.removeValue(forKey: id) != nil, heap.count > 64, heap.count > actions.count * 2 else { return }
        heap.removeAll { actions[$0.id] == nil }
        for index in (0..<heap.count / 2).reversed() { sink(index) }
    }

    /// Takes out the earliest timer that is due at `now`.
    mutating func due(at now: ContinuousClock.Instant) -> Action? {
        while let first = heap.first, first.at <= now {
            heap.swapAt(0, heap.count - 1)
            heap.removeLast()
            sink(0)
            if let action = actions.removeValue(forKey: first.id) { return action }
        }
        return nil
    }

    mutating func removeAll() -> [Action] {
        defer { self = TimerHeap() }
        return Array(actions.values)
    }

    private mutating func rise(_ start: Int) {
        var index = start
        while index > 0, heap[index].at < heap[(index - 1) / 2].at {
            heap.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    private mutating func sink(_ start: Int) {
        var index = start
        while true {
            var least = index
            for child in [2 * index + 1, 2 * index + 2] where child < heap.count && heap[child].at < heap[least].at {
                least = child
            }
            guard least != index else { return }
            heap.swapAt(index, least)
            index = least
        }
    }
}

/// Runs things at a point in time: one thread for the whole process, started when first needed. For who has no loop.
///
/// A thread and not `Task.sleep`, because a session of a few milliseconds shouldn't start the global pool for its
/// deadlines; and one thread, because nearly every timer is set once and never rings.
package final class TimerThread: @unchecked Sendable {
    // Unchecked: `timers`, `lastID` and `isRunning` are touched only under `mutex`.
    package static let shared = TimerThread()

    private var timers = TimerHeap()
    private var lastID: UInt64 = 0
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

    /// Runs `action` on the thread of the timers, soon after `time`. It must not block.
    package func at(_ time: ContinuousClock.Instant, _ action: @escaping @Sendable () -> Void) {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        let isFirst = timers.next.map { time < $0 } ?? true
        lastID += 1
        timers.add(lastID, at: time) { _ in action() }
        if !isRunning {
            // Without a thread (the process is at its limit) the next timer that is set tries again.
            isRunning = startThread(stack: 1 << 20) { self.run() }
        } else if isFirst {
            pthread_cond_signal(changed)
        }
    }

    private func run() {
        pthread_mutex_lock(mutex)
        while true {
            let now = ContinuousClock.now
            if let action = timers.due(at: now) {
                pthread_mutex_unlock(mutex)
                action(true)
                pthread_mutex_lock(mutex)
            } else if let next = timers.next {
                var end = Self.end(of: next - now)
                pthread_cond_timedwait(changed, mutex, &end)
            } else {
                pthread_cond_wait(changed, mutex)
            }
        }
    }

    /// A point in time as POSIX takes it, an hour from now at most.
    private static func end(of wait: Duration) -> timespec {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        let end = Duration.seconds(time.tv_sec) + .nanoseconds(time.tv_nsec) + min(wait, .seconds(3_600))
        let (seconds, attoseconds) = end.components
        return timespec(tv_sec: Int(seconds), tv_nsec: Int(attoseconds / 1_000_000_000))
    }
}
