internal import CZooKeeper
import Runtime

/// How serious a line of libzookeeper is. Its debug lines are never switched on: in 3.8.0 they read freed memory at
/// close (ZOOKEEPER-4809).
public enum LogLevel: Equatable, Sendable {
    case error, warning, info
}

/// Brings libzookeeper's log lines to the sessions that want them.
///
/// The C callback is told neither the handle nor a context, so with several sessions in one process that want lines,
/// each gets those of all.
final class LogRouter: Sendable {
    static let shared = LogRouter()

    private struct Target {
        var log: @Sendable (LogLevel, String) -> Void
        var limiter = LogLimiter()
    }

    private let targets = Protected<[ObjectIdentifier: Target]>([:])

    /// The callback for a link's handle. Never nil: then lines would go to standard error.
    func callback(for link: Link) -> log_callback_fn {
        link.configuration.log == nil ? lineUnwanted : lineLogged
    }

    func add(_ link: Link) {
        guard let log = link.configuration.log else { return }
        targets.withLock { $0[ObjectIdentifier(link)] = Target(log: log) }
    }

    func remove(_ link: Link) {
        targets.withLock { _ = $0.removeValue(forKey: ObjectIdentifier(link)) }
    }

    fileprivate func write(_ line: LogLine) {
        let now = ContinuousClock.now
        let admitted = targets.withLock { targets in
            targets.keys.compactMap { key in
                targets[key]!.limiter.admit(line.text, at: now).map { (targets[key]!.log, $0) }
            }
        }
        for (log, text) in admitted { log(line.level, text) }
    }
}

private func lineUnwanted(_: UnsafePointer<CChar>?) {}

private func lineLogged(_ line: UnsafePointer<CChar>?) {
    guard let line else { return }
    LogRouter.shared.write(LogLine(String(cString: line)))
}

/// One line of libzookeeper's log, without its time, process, thread and place in the source:
/// `2024-11-22 15:33:01,123:4711(0x7f12):ZOO_INFO@check_events@2456: text`.
struct LogLine: Equatable {
    var level: LogLevel
    var text: String

    init(level: LogLevel, text: String) {
        self.level = level
        self.text = text
    }

    /// A line of another form is taken whole, as a warning.
    init(_ line: String) {
        level = .warning
        text = line
        for (name, level) in [("ERROR", LogLevel.error), ("WARN", .warning), ("INFO", .info)] {
            guard let mark = line.firstRange(of: ":ZOO_\(name)@") else { continue }
            self.level = level
            let rest = line[mark.upperBound...]
            if let end = rest.firstRange(of: ": ") { text = String(rest[end.upperBound...]) }
            return
        }
    }
}

/// Lets one line a second through, and says with the next one how many were left out: while a server is away
/// libzookeeper writes ten lines a second.
struct LogLimiter {
    static let pause = Duration.seconds(1)

    private var last: ContinuousClock.Instant?
    private var leftOut = 0

    /// The text to log, or nil.
    mutating func admit(_ text: String, at now: ContinuousClock.Instant) -> String? {
        if let last, now - last < Self.pause {
            leftOut += 1
            return nil
        }
        defer {
            last = now
            leftOut = 0
        }
        switch leftOut {
        case 0: return text
        case 1: return "\(text) (1 line left out)"
        default: return "\(text) (\(leftOut) lines left out)"
        }
    }
}
