import Glibc
import Runtime

/// Lines on their way to a descriptor that may take none for a while: a pipe whose reader hangs.
///
/// Who adds a line never waits. A thread of its own, begun with the first line, writes them one by one. What finds no
/// room is counted, and a line says how many those were once half of the room is free again. `O_NONBLOCK` would do
/// without the thread, but it belongs to the open file, which the server shares; and `poll` holds for one writer only.
///
/// Unchecked, because what is mutable is touched only between lock and unlock of `mutex`, which the compiler can't see:
/// it is not one of Swift's, since a writer waits for lines on it, and `flush` for their end.
public final class LogQueue: @unchecked Sendable {
    /// How many bytes wait, at most; one line that is longer waits alone.
    static let capacity = 65_536

    private let descriptor: Int32
    private let notice: @Sendable (_ dropped: Int) -> [UInt8]
    private let mutex = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)
    /// There is something to write.
    private let filled = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    /// All is written.
    private let emptied = UnsafeMutablePointer<pthread_cond_t>.allocate(capacity: 1)
    /// The first one is being written.
    private var lines: [[UInt8]] = []
    private var bytes = 0
    private var dropped = 0
    private var hasWriter = false
    private var observer: (@Sendable (Int) -> Void)?

    /// - Parameter notice: The line, with its end, that says how many were dropped.
    public init(to descriptor: Int32, notice: @escaping @Sendable (_ dropped: Int) -> [UInt8]) {
        self.descriptor = descriptor
        self.notice = notice
        pthread_mutex_init(mutex, nil)
        var attributes = pthread_condattr_t()
        pthread_condattr_init(&attributes)
        // A clock that is set must not make a flush last for hours.
        pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC)
        for condition in [filled, emptied] { pthread_cond_init(condition, &attributes) }
        pthread_condattr_destroy(&attributes)
    }

    /// Calls `observe` with the number of lines whenever some are dropped, on the thread that added them.
    func observeDrops(_ observe: @escaping @Sendable (Int) -> Void) { locked { observer = observe } }

    /// Takes a line, with its end, or counts it as dropped.
    public func add(_ line: [UInt8]) {
        let observe: (@Sendable (Int) -> Void)? = locked {
            guard dropped == 0, lines.isEmpty || bytes + line.count <= Self.capacity else {
                dropped += 1
                return observer
            }
            append(line)
            if !hasWriter { hasWriter = startThread(stack: 262_144) { self.writeForEver() } }
            guard !hasWriter else { return nil }
            // No thread is to be had. What can be written at once is.
            let isWritten = writeNow()
            (lines, bytes) = ([], 0)
            return isWritten ? nil : observer
        }
        observe?(1)
    }

    /// Waits until all is written, at most for `limit`.
    /// - Returns: whether it is.
    @discardableResult
    public func flush(within limit: Duration) -> Bool {
        var end = timespec()
        clock_gettime(CLOCK_MONOTONIC, &end)
        let nanoseconds = end.tv_nsec + Int(limit / .nanoseconds(1))
        (end.tv_sec, end.tv_nsec) = (end.tv_sec + nanoseconds / 1_000_000_000, nanoseconds % 1_000_000_000)
        return locked {
            while !lines.isEmpty {
                guard pthread_cond_timedwait(emptied, mutex, &end) == 0 else { return false }
            }
            return true
        }
    }

    /// Whether the descriptor takes a line at this moment.
    var takesMore: Bool {
        var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        return poll(&ready, 1, 0) == 1
    }

    private func locked<Value>(_ body: () -> Value) -> Value {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        return body()
    }

    private func append(_ line: [UInt8]) {
        lines.append(line)
        bytes += line.count
        pthread_cond_signal(filled)
    }

    private func writeForEver() {
        while true {
            let line = locked {
                while lines.isEmpty { pthread_cond_wait(filled, mutex) }
                return lines[0]
            }
            write(line)
            locked {
                lines.removeFirst()
                bytes -= line.count
                if dropped > 0, bytes <= Self.capacity / 2 {
                    append(notice(dropped))
                    dropped = 0
                }
                if lines.isEmpty { pthread_cond_broadcast(emptied) }
            }
        }
    }

    /// With one `write(2)`, which a pipe takes whole or not at all up to 4096 bytes, so that lines of several processes
    /// don't mix.
    private func write(_ line: [UInt8]) {
        var rest = line[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno == EAGAIN {
                // Somebody else has made the file non-blocking.
                var waited = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
                poll(&waited, 1, -1)
            } else if errno != EINTR {
                return
            }
        }
    }

    private func writeNow() -> Bool {
        guard takesMore else { return false }
        write(lines[0])
        return true
    }
}
