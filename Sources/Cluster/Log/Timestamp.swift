import Glibc

/// Moments as text, in UTC.
public enum Timestamp {
    /// RFC 3339 with milliseconds.
    public static var now: String {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return "\(text("%Y-%m-%dT%H:%M:%S", time.tv_sec)).\(String(time.tv_nsec / 1_000_000 + 1_000).dropFirst())Z"
    }

    /// Seconds since 1970, by this machine's clock.
    public static var secondsNow: Double {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// Compact, fit for a file's name; it sorts by time.
    public static var fileName: String {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return "\(text("%Y%m%dT%H%M%S", time.tv_sec))\(String(time.tv_nsec / 1_000_000 + 1_000).dropFirst())Z"
    }

    private static func text(_ format: String, _ seconds: time_t) -> String {
        var (seconds, parts) = (seconds, tm())
        gmtime_r(&seconds, &parts)
        var buffer = [CChar](repeating: 0, count: 64)
        let count = strftime(&buffer, buffer.count, format, &parts)
        return String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
