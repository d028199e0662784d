internal import CZooKeeper

/// Brings libzookeeper's log lines to the sessions that want them.
///
/// The C callback is told neither the handle nor a context, so with several sessions in one process that want lines, each
/// gets those of all.
final class LogRouter: Sendable {
    static let shared = LogRouter()

    private struct Target {
        var log: @Sendable (LogLevel, String) -> Void
        var limiter = LogLimiter()
    }

    private let targets = Locked<[ObjectIdentifier: Target]>([:])

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
        let now = Instant.now
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
