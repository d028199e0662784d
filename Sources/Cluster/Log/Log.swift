import Glibc
public import Logging
import Runtime

/// What a process says of itself: one line a message on standard error, as text or JSON. Saying something never waits:
/// see `LogQueue`.
///
/// What each level means is in `docs/reference.md`.
public enum Log {
    private static let state = LogState()

    /// Reads `LOG_LEVEL` and `LOG_FORMAT`; called once, first of all.
    /// - Throws: `Failure` (78) for a level or format that there isn't.
    public static func start(_ environment: Environment, command: String) throws(Failure) {
        let format = try environment.text("LOG_FORMAT", default: "text")
        let level = try environment.text("LOG_LEVEL", default: "info")
        state.set(command: command, json: format == "json", level: Logger.Level(rawValue: level) ?? .info)
        guard ["text", "json"].contains(format) else {
            throw environment.bad("LOG_FORMAT", "is \"\(format.prefix(40))\"; it must be text or json")
        }
        guard Logger.Level(rawValue: level) != nil else {
            let names = Logger.Level.allCases.map(\.rawValue).joined(separator: ", ")
            throw environment.bad("LOG_LEVEL", "is \"\(level.prefix(40))\"; it must be one of \(names)")
        }
    }

    /// Whether the level and the format are known.
    public static var isStarted: Bool { state.isSet }

    /// From here on every line bears these, and only these, in JSON, unless it has others of their names.
    public static func always(_ fields: LogField...) { state.always.withLock { $0 = fields } }

    /// Why something is done, or not.
    public static func debug(_ message: @autoclosure () -> String, _ fields: LogField...) {
        state.say(.debug, message, fields)
    }

    /// What was done, has changed, or is waited for.
    public static func info(_ message: @autoclosure () -> String, _ fields: LogField...) {
        state.say(.info, message, fields)
    }

    /// Who is master, what a process becomes, and what somebody has asked for.
    public static func notice(_ message: @autoclosure () -> String, _ fields: LogField...) {
        state.say(.notice, message, fields)
    }

    public static func notice(_ message: String, with fields: [LogField]) {
        state.say(.notice, { message }, fields)
    }

    /// What goes on, and somebody should look at.
    public static func warn(_ message: @autoclosure () -> String, _ fields: LogField...) {
        state.say(.warning, message, fields)
    }

    /// The same for whoever chooses the level by what has happened.
    public static func say(_ level: Logger.Level, _ message: String, _ fields: [LogField]) {
        state.say(level, { message }, fields)
    }

    /// The line that a command's failure is, whatever the level.
    public static func fail(_ failure: Failure) { state.write(.error, failure.description, [.code(failure.code)]) }

    /// The same where it is none of ours, or no exit code goes with it.
    public static func fail(_ message: String, _ fields: LogField...) { state.write(.error, message, fields) }

    /// What a person at the terminal is told or asked: as it is, in its turn among our own lines.
    public static func show(_ line: String) { state.queue.add(Array("\(line)\n".utf8)) }

    /// A line of a process that this one has started, in its turn among our own: in JSON one of ours, else as `shown`.
    public static func show(_ line: String, of process: String, as shown: @autoclosure () -> String) {
        if state.isJSON {
            state.write(.info, line, [.process(process)])
        } else {
            state.queue.add(Array("\(shown())\n".utf8))
        }
    }

    /// Calls `observe` with the number of lines whenever some are dropped, because nobody reads standard error.
    public static func observeDrops(_ observe: @escaping @Sendable (Int) -> Void) {
        state.queue.observeDrops(observe)
    }

    /// Waits until what was said is written, a tenth of a second at most where nobody reads it: such a log holds nobody
    /// up. Where it takes more, the thread that writes has not had its turn on a busy machine, and is waited for, two
    /// seconds at most.
    public static func flush() {
        for _ in 0..<20 {
            if state.queue.flush(within: .milliseconds(100)) || !state.queue.takesMore { return }
        }
    }

    static func line(ofDropped count: Int) -> [UInt8] {
        let lines = count == 1 ? "1 line was" : "\(count) lines were"
        return state.line(.warning, "\(lines) dropped because standard error was not read")
    }

    /// Ends the process, with what was said before.
    public static func exit(_ code: Int32) -> Never {
        flush()
        Glibc.exit(code)
    }

    /// The decision of `--render-only`: asked for, so it is said whatever the level.
    public static func result(_ message: String, _ fields: LogField...) { state.write(.notice, message, fields) }

    /// A swift-log logger with our handler, for what takes one.
    public static var logger: Logger { Logger(label: "interrex") { _ in LineHandler(state) } }

    /// The same for libraries: their warnings and errors only.
    public static var quietLogger: Logger {
        var logger = logger
        logger.logLevel = max(logger.logLevel, .warning)
        return logger
    }
}
