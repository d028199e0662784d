import Glibc
import Logging
import Vocabulary

/// What all lines of a process have in common. Set once at start, before there is a second thread.
final class LogState: @unchecked Sendable {
    // Unchecked: written by `set` alone, which runs first of all in `main`, and only read afterwards.
    fileprivate var command = ""
    fileprivate var json = false
    fileprivate var level = Logger.Level.info
    let queue = LogQueue(to: 2) { Log.line(ofDropped: $0) }

    func set(command: String, json: Bool, level: Logger.Level) {
        self.command = command
        self.json = json
        self.level = level
    }
}

/// Makes each message one line of standard error.
struct LineHandler: LogHandler {
    private let state: LogState
    var metadata: Logger.Metadata = [:]
    var logLevel: Logger.Level

    init(_ state: LogState) {
        self.state = state
        logLevel = state.level
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        let values = metadata.merging(event.metadata ?? [:]) { $1 }.sorted { $0.key < $1.key }
        write(event.level, values.reduce(event.message.description) { "\($0) \($1.key)=\($1.value)" })
    }

    func write(_ level: Logger.Level, _ message: String) { state.queue.add(state.line(level, message)) }
}

extension LogState {
    /// One line with its end, as `LOG_FORMAT` asks for.
    func line(_ level: Logger.Level, _ message: String) -> [UInt8] {
        let name = command.isEmpty ? "interrex" : "interrex \(command)"
        let line =
            json
            ? JSON.object([
                ("time", .string(Timestamp.now)), ("level", .string("\(level)")), ("source", .string(name)),
                ("message", .string(message.oneLine)),
            ]).text
            : "\(Timestamp.now) \(level) \(name): \(message.oneLine)"
        return Array("\(line)\n".utf8)
    }
}

/// Moments as text, in UTC.
public enum Timestamp {
    /// RFC 3339 with milliseconds.
    public static var now: String {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return "\(text("%Y-%m-%dT%H:%M:%S", time.tv_sec)).\(String(time.tv_nsec / 1_000_000 + 1_000).dropFirst())Z"
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
