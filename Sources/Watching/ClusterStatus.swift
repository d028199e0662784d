import Succession
import Vocabulary

/// What one cluster's watch last saw: all that the HTTP endpoints and the metrics show.
struct ClusterStatus: Sendable {
    /// The cluster's root in ZooKeeper, for example `/redis`.
    var root: String
    /// The last complete look; nil before the first.
    var snapshot: Snapshot?
    /// When it was made.
    var seen: ContinuousClock.Instant?
    /// Whether ZooKeeper answered in that look; where not, only servers and sentinels were asked.
    var isConnected = false
    /// The HTTP address of the watcher that leads; nil where none is registered.
    var leader: Address?
    /// What is wrong and not mended, in the order of the plan.
    var alerts: [Alert] = []
    var pause: Pause?
    /// Newest last.
    var history: [HistoryEntry] = []
    /// What is not wrong by itself, and should be known.
    var warnings: [String] = []

    /// Why nobody would replace the master if it failed now, as far as is known; empty where somebody would.
    var failoverObstacles: [String] {
        guard let snapshot else { return ["\(root) has not been looked at yet"] }
        guard !isStale else { return ["\(root) was last looked at more than 30 s ago"] }
        return snapshot.failoverObstacles
    }

    /// A look with ZooKeeper, not an old one, that found the master up, somebody to take its place, and nothing that
    /// needs a hand.
    var isHealthy: Bool {
        guard let snapshot, isConnected else { return false }
        return alerts.isEmpty && snapshot.recordedMasterIsUp && failoverObstacles.isEmpty
    }

    /// Whether the last look is so old that it tells nothing any more.
    var isStale: Bool { seen.map { $0.duration(to: .now) > .seconds(30) } ?? true }

    /// Why this watcher watches nothing here; nil where there is something, or it may be about to come.
    var emptiness: String? { alerts.first { $0.kind == .emptyRoot }?.text }
}
