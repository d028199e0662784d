import Logging
import Runtime
import Vocabulary

/// What all lines of a process have in common.
final class LogState: @unchecked Sendable {
    // Unchecked: these are written by `set` alone, which runs first of all in `main`, and only read afterwards.
    private var command = ""
    private(set) var isJSON = false
    private(set) var level = Logger.Level.info
    private(set) var isSet = false
    /// What every line from here on bears in JSON, unless it says something else.
    let always = Protected<[LogField]>([])
    let queue = LogQueue(to: 2) { Log.line(ofDropped: $0) }

    func set(command: String, json: Bool, level: Logger.Level) {
        (self.command, isJSON, self.level, isSet) = (command, json, level, true)
    }

    /// One line with its end, as `LOG_FORMAT` asks for.
    func line(_ level: Logger.Level, _ message: String, _ fields: [LogField] = []) -> [UInt8] {
        let line = LogLine(
            time: Timestamp.now, level: level.rawValue, source: command.isEmpty ? "interrex" : "interrex \(command)",
            message: message, fields: isJSON ? fields + always.withLock(\.self) : fields)
        return Array("\(isJSON ? line.json : line.text)\n".utf8)
    }

    /// Says it, whatever the level.
    func write(_ level: Logger.Level, _ message: String, _ fields: [LogField]) {
        queue.add(line(level, message, fields))
    }

    /// Nothing is made of what is not said.
    func say(_ level: Logger.Level, _ message: () -> String, _ fields: [LogField]) {
        if level >= self.level { write(level, message(), fields) }
    }
}

/// Makes each message of a library one line of standard error, with its metadata as fields.
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
        var values = metadata.merging(event.metadata ?? [:]) { $1 }.mapValues(\.description)
        if let error = event.error { values["error"] = "\(error)" }
        let fields = values.sorted { $0.key < $1.key }.map { LogField(ofLibrary: $0.key, $0.value) }
        state.write(event.level, event.message.description, fields)
    }
}
