/// How serious a line of libzookeeper is. Its debug lines are never switched on: in 3.8.0 they read freed memory at
/// close (ZOOKEEPER-4809).
public enum LogLevel: Equatable, Sendable {
    case error, warning, info
}
