import Glibc
public import Logging

/// What a process says of itself: one line a message on standard error, as text or JSON. Saying something never waits:
/// see `LogQueue`.
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

    public static func debug(_ message: String) { logger.debug("\(message)") }
    public static func info(_ message: String) { logger.info("\(message)") }
    public static func warn(_ message: String) { logger.warning("\(message)") }

    /// The line that a command's failure is, whatever the level.
    public static func fail(_ message: String) { LineHandler(state).write(.error, message) }

    /// Shows a line of somebody else's as it is, in its turn among our own.
    public static func show(_ line: String) { state.queue.add(Array("\(line)\n".utf8)) }

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
    public static func result(_ message: String) { LineHandler(state).write(.notice, message) }

    /// A swift-log logger with our handler, for what takes one.
    public static var logger: Logger { Logger(label: "interrex") { _ in LineHandler(state) } }

    /// The same for libraries: their warnings and errors only.
    public static var quietLogger: Logger {
        var logger = logger
        logger.logLevel = max(logger.logLevel, .warning)
        return logger
    }
}
