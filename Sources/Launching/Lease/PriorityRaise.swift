import Cluster
import Redis
import Runtime

/// Gives a replica that started empty the user's `replica-priority` once it has synchronised for the first time.
///
/// Until then it runs with priority 0: Sentinel would promote a replica that never finished its first synchronisation,
/// and the data-holder that returns would then empty itself (docs/facts.md, a-never-synchronised-replica-is-promoted).
struct PriorityRaise: Sendable {
    private static let pause = Duration.milliseconds(20)
    /// A master that is not there after so long may not be there for days.
    private static let hurry = Duration.seconds(30)
    private static let longPause = Duration.milliseconds(200)

    private let order: LeaseOrder
    private let priority: Int
    private let loop: EventLoop

    init(_ order: LeaseOrder, to priority: Int, loop: EventLoop) {
        self.order = order
        self.priority = priority
        self.loop = loop
    }

    /// Asks again and again, because Redis publishes no event for a link that comes up, and until the lease ends.
    /// Returns once the priority is set.
    ///
    /// Often: a sentinel asks a replica whose link is down once a second, but one whose link is up only every ten. One
    /// that asks between the link and the priority promotes nobody in these ten seconds, not even when it is forced.
    func run() async throws {
        let prober = order.prober(on: loop)
        var patience = Patience(for: "to let this replica be promoted", shortest: Self.pause)
        while true {
            do {
                try await prober.connected(to: order.server, order.credentials) { connection in
                    let start = ContinuousClock.now
                    while try await !hasData(connection, prober.limit) {
                        // Only INFO tells how far a synchronisation is, and nobody is told of its end.
                        try await loop.sleep(for: .now - start < Self.hurry ? Self.pause : Self.longPause)
                    }
                    try await prober.givePriority(String(priority), over: connection)
                }
                return patience.succeeded()
            } catch let error as CancellationError {
                throw error
            } catch {
                // Not listening yet, or loading, of whose end no event tells: again, until the lease ends.
                try await loop.sleep(for: patience.failed(error))
            }
        }
    }

    private func hasData(_ connection: Connection, _ limit: Duration) async throws -> Bool {
        let info = try await connection.info(["replication"], within: limit)
        // A master needs no priority until it is a replica again, and then it holds data.
        if info["role"] == "master" { return true }
        return info["master_link_status"] == "up" && info["master_sync_in_progress"] != "1"
    }
}
