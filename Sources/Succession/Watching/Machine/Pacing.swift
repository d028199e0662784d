import Vocabulary

/// How soon to look again, and how: by what is under way, and for how long it has been.
struct Pacing: Equatable, Sendable {
    /// When the first sign of what is under way came.
    private(set) var disturbed: Duration?
    /// Since when nobody would take the master's place.
    private var obstructed: Duration?
    /// Whether nothing was going on in the last pass.
    private(set) var wasCalm = false

    mutating func begin(_ wakes: [WakeUp]) {
        if disturbed == nil { disturbed = wakes.first(where: \.event.isSign)?.at }
    }

    mutating func saw(_ seen: Snapshot, since began: Duration) {
        if seen.isUnderway, disturbed == nil { disturbed = began }
    }

    /// The time of the first sign of what was recorded now.
    func sign(among wakes: [WakeUp]) -> Duration? { wakes.first(where: \.event.isSwitch)?.at ?? disturbed }

    /// The pass is over.
    /// - Parameters:
    ///   - snapshot: as it was looked at.
    ///   - isLimited: whether our node is missing, and waits to be made again.
    mutating func pause(
        after snapshot: Snapshot, hasActed: Bool, isLimited: Bool, alerts: (areOpen: Bool, newest: Duration?),
        clusters: Int, began: Duration, at now: Duration
    ) -> WatcherEffect {
        let seen = snapshot.asLastSeen
        if !seen.isUnderway, !hasActed { disturbed = nil }
        wasCalm = false
        if hasActed { return .pause(.milliseconds(1), isSpread: false) }
        let pace = seen.nextLook(unsettledFor: disturbed.map { now - $0 } ?? .zero, clusters: clusters)
        if isLimited { return .pause(min(pace, Standing.entryDelay), isSpread: false) }
        if pace < Snapshot.quietInterval(clusters: clusters) { return .pause(pace, isSpread: false) }
        obstructed = snapshot.failoverObstacles.isEmpty ? nil : obstructed ?? began
        // What stands in the way of a failover may end any moment, or be meant so.
        let isStarting = obstructed.map { began - $0 < Snapshot.mendingTime } ?? false
        wasCalm = snapshot.isSettled && !alerts.areOpen && !isStarting
        return .pause(Snapshot.rest(clusters: clusters, isOpen: alerts.areOpen, newest: alerts.newest), isSpread: true)
    }
}

extension Event {
    /// Whether it may be the first sign of a failover.
    var isSign: Bool {
        switch self {
        case .timer: false
        case .sentinel(_, let name, _): name != "+sentinel" && name != "+slave"
        case .masterLinkEnded, .nodeChanged: true
        }
    }

    /// A sentinel's word that there is a new master.
    fileprivate var isSwitch: Bool { if case .sentinel(_, "+switch-master", _) = self { true } else { false } }
}
