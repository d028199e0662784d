import Glibc

/// Nanoseconds of the monotonic clock: a point in time that no step of the wall clock moves.
struct Instant: Comparable, Sendable {
    var nanoseconds: UInt64

    static var now: Instant {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Instant(nanoseconds: UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec))
    }

    static func + (instant: Instant, duration: Duration) -> Instant {
        let nanoseconds = max(0, min(duration / .nanoseconds(1), 1e18))
        return Instant(nanoseconds: instant.nanoseconds + UInt64(nanoseconds))
    }

    static func - (later: Instant, earlier: Instant) -> Duration {
        .nanoseconds(Int64(later.nanoseconds) - Int64(earlier.nanoseconds))
    }

    static func < (left: Instant, right: Instant) -> Bool { left.nanoseconds < right.nanoseconds }

    /// As POSIX takes it.
    var time: timespec {
        timespec(tv_sec: Int(nanoseconds / 1_000_000_000), tv_nsec: Int(nanoseconds % 1_000_000_000))
    }
}
