import Succession

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
}
