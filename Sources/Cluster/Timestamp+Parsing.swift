import Glibc
import Vocabulary

extension Timestamp {
    /// Whether a time of RFC 3339 is over; false for a text that is none.
    public static func hasPassed(_ text: String) -> Bool {
        seconds(text).map { $0 <= secondsNow } ?? false
    }

    /// RFC 3339, in UTC and whole seconds, of the moment that comes after so long, or within a second of it.
    public static func after(_ time: Duration) -> String {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        let milliseconds = Int64(now.tv_sec) * 1_000 + Int64(now.tv_nsec) / 1_000_000 + time.wholeMilliseconds
        return text(milliseconds: milliseconds + 999)
    }

    /// A time of RFC 3339 as a person here reads it, in whole seconds: `2026-11-22 19:00:00`. As it is where it is
    /// none.
    public static func local(_ text: String) -> String {
        guard let time = seconds(text) else { return text }
        var (whole, parts) = (time_t(time), tm())
        localtime_r(&whole, &parts)
        var buffer = [CChar](repeating: 0, count: 64)
        let count = strftime(&buffer, buffer.count, "%Y-%m-%d %H:%M:%S", &parts)
        return String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// RFC 3339, in UTC and whole seconds, of milliseconds since 1970.
    static func text(milliseconds: Int64) -> String {
        var (seconds, parts) = (time_t(milliseconds / 1_000), tm())
        gmtime_r(&seconds, &parts)
        var buffer = [CChar](repeating: 0, count: 64)
        let count = strftime(&buffer, buffer.count, "%Y-%m-%dT%H:%M:%SZ", &parts)
        return String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// Seconds since 1970; nil for a text that is no time of RFC 3339, as `2026-11-22T18:00:00.5+01:00` is one.
    public static func seconds(_ text: String) -> Double? {
        let bytes = Array(text.utf8)
        guard matches(bytes.prefix(19), "0000-00-00T00:00:00"), let rest = seconds(after: bytes.dropFirst(19)) else {
            return nil
        }
        var parts = tm()
        parts.tm_year = number(bytes[0..<4]) - 1900
        parts.tm_mon = number(bytes[5..<7]) - 1
        parts.tm_mday = number(bytes[8..<10])
        parts.tm_hour = number(bytes[11..<13])
        parts.tm_min = number(bytes[14..<16])
        parts.tm_sec = number(bytes[17..<19])
        // What is out of range is carried over: 30 February becomes 1 March.
        let given = fields(parts)
        let whole = timegm(&parts)
        return fields(parts) == given ? Double(whole) + rest : nil
    }

    /// What fraction and offset add to the whole seconds in UTC.
    private static func seconds(after bytes: ArraySlice<UInt8>) -> Double? {
        var (rest, fraction) = (bytes, 0.0)
        if rest.first == UInt8(ascii: ".") {
            let digits = rest.dropFirst().prefix(while: \.isDigit)
            guard (1...9).contains(digits.count) else { return nil }
            fraction = digits.reversed().reduce(0) { ($0 + Double($1 - UInt8(ascii: "0"))) / 10 }
            rest = rest.dropFirst(1 + digits.count)
        }
        if matches(rest, "Z") { return fraction }
        guard matches(rest, "+00:00") || matches(rest, "-00:00") else { return nil }
        let offset = rest.dropFirst()
        let (hours, minutes) = (number(offset.prefix(2)), number(offset.suffix(2)))
        guard hours < 24, minutes < 60 else { return nil }
        let ahead = Double(hours * 3_600 + minutes * 60)
        return rest.first == UInt8(ascii: "+") ? fraction - ahead : fraction + ahead
    }

    /// Whether `bytes` is like `pattern`, in which a zero stands for any digit.
    private static func matches(_ bytes: ArraySlice<UInt8>, _ pattern: StaticString) -> Bool {
        let pattern = pattern.withUTF8Buffer { Array($0) }
        return bytes.count == pattern.count
            && zip(bytes, pattern).allSatisfy { $1 == UInt8(ascii: "0") ? $0.isDigit : $0 == $1 }
    }

    private static func number(_ digits: ArraySlice<UInt8>) -> Int32 {
        digits.reduce(0) { $0 * 10 + Int32($1 - UInt8(ascii: "0")) }
    }

    private static func fields(_ parts: tm) -> [Int32] {
        [parts.tm_mon, parts.tm_mday, parts.tm_hour, parts.tm_min, parts.tm_sec]
    }
}
