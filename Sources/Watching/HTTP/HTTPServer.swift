import Cluster
import Glibc
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import Runtime
import ServiceLifecycle
import Succession
import Vocabulary

/// The watcher's HTTP port.
struct HTTPServer: Service {
    /// What is still being sent when the watcher ends has so long to be taken.
    private static let grace = Duration.milliseconds(400)

    private let host: String
    private let port: Int
    private let endpoints: Endpoints
    private let ledger: ConnectionLedger
    /// How many descriptors are open when clients are first let in; nil until then.
    private let openAtStart: Protected<Int?>
    private let whenListening: @Sendable () -> Void

    /// - Parameters:
    ///   - expectedRoots: How many clusters there should be; nil: not known.
    ///   - probe: Asks a server, within a second or so; nil where our own machine keeps us from it.
    ///   - stuck: Why the watcher does not do its work; nil where it does.
    ///   - hasHooks: Whether hooks run beside it.
    ///   - limits: What HTTP may use; those of the process and of the clusters on the board where it is nil.
    ///   - commentInterval: How often an event stream sends a comment.
    ///   - whenListening: Called once, as soon as clients are let in.
    init(
        host: String, port: Int, board: StatusBoard, feed: EventFeed, metrics: PrometheusBackend, expectedRoots: Int?,
        probe: @escaping @Sendable (Address) async -> Instance?, commentInterval: Duration = .seconds(10),
        hasHooks: Bool = false, limits: HTTPLimits? = nil, stuck: @escaping @Sendable () async -> String? = { nil },
        whenListening: @escaping @Sendable () -> Void = {}
    ) {
        self.host = host
        self.port = port
        self.whenListening = whenListening
        let descriptors = HTTPLimits.descriptors
        let openAtStart = Protected<Int?>(nil)
        self.openAtStart = openAtStart
        let ledger = ConnectionLedger {
            limits
                ?? HTTPLimits(
                    descriptors: descriptors,
                    reserve: HTTPLimits.reserve(
                        open: openAtStart.withLock { $0 } ?? HTTPLimits.open,
                        clusters: max(board.count, expectedRoots ?? 0), hasHooks: hasHooks))
        }
        self.ledger = ledger
        endpoints = Endpoints(
            board: board, feed: feed, metrics: metrics, expectedRoots: expectedRoots, probe: probe,
            commentInterval: commentInterval, ledger: ledger, stuck: stuck)
    }

    /// Serves until a graceful shutdown or a cancellation.
    /// - Throws: `Failure` (78) where it can't listen.
    func run() async throws {
        var logger = Log.logger
        logger.logLevel = .warning
        let isListening = Protected(false)
        let unserved = UnservedConnections()
        let application = Application(
            responder: endpoints, server: HTTPServerBuilder { [ledger] in GuardedChannel($0, ledger, unserved) },
            configuration: .init(
                address: .hostname(host, port: port), serverName: "interrex-watcher/\(OwnProgram.version)",
                availableConnectionsDelegate: AcceptGate(ledger)),
            onServerRunning: { [openAtStart] _ in
                openAtStart.withLock { $0 = HTTPLimits.open }
                isListening.withLock { $0 = true }
                whenListening()
            }, logger: logger)
        do {
            try await serve {
                do {
                    try await application.run()
                } catch {
                    await unserved.closeAll()
                    throw error
                }
                await unserved.closeAll()
            }
        } catch is CancellationError {
            return
        } catch let error where !isListening.withLock(\.self) {
            throw Failure(.badConfiguration, "PORT0 is \(port): can't listen on \(host):\(port) (\(reason(error)))")
        }
    }

    /// Runs `server`, and ends it where a graceful shutdown takes too long: a client that doesn't read must not hold up
    /// the watcher.
    private func serve(_ server: @escaping @Sendable () async throws -> Void) async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await server() }
            group.addTask {
                try await gracefulShutdown()
                try await Task.sleep(for: Self.grace)
            }
            try await group.next()
            group.cancelAll()
        }
    }

    private func reason(_ error: any Error) -> String {
        guard let failed = error as? IOError else { return "\(error)" }
        return lastError(failed.errnoCode) + (failed.errnoCode == EADDRINUSE ? "; choose another port" : "")
    }
}
