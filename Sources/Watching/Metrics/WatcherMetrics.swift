import Metrics
import Succession

/// The metrics of one cluster's watch, through whatever swift-metrics backend there is.
struct WatcherMetrics: Sendable {
    /// The causes of `HistoryEntry`: shown as 0 from the start, so that `rate()` sees the first one.
    static let causes = ["forced"] + Recording.Evidence.allCases.map(\.rawValue)
    /// The repairs, as the driver names them.
    static let repairs = [
        "succeed", "force", "announce", "promote", "repoint", "forget", "attach", "configure", "remove",
        "switch-over",
    ]

    /// How a request for another master ends.
    static let outcomes = Switchover.State.allCases.filter { $0 != .running }.map(\.rawValue)

    private let handlers: MetricHandlers

    init(factory: any MetricsFactory, cluster: String) {
        handlers = MetricHandlers(factory: factory, cluster: cluster)
        for cause in Self.causes { handlers.count(MetricName.failovers, ("cause", cause), by: 0) }
        for kind in Self.repairs { handlers.count(MetricName.repairs, ("kind", kind), by: 0) }
        handlers.setAll(
            MetricName.alerts, label: "alert", to: Dictionary(Alert.names.map { ($0, 0) }) { one, _ in one })
        for outcome in Self.outcomes { handlers.count(MetricName.switchovers, ("outcome", outcome), by: 0) }
        handlers.count(MetricName.passes, by: 0)
        handlers.count(MetricName.failedPasses, by: 0)
        handlers.prepare(timers: [MetricName.recordSeconds, MetricName.passSeconds])
    }

    /// A new master was recorded by this watcher.
    func failover(cause: String) { handlers.count(MetricName.failovers, ("cause", cause)) }

    /// How long after the event that woke the watcher up the record was written.
    func recorded(after duration: Duration) { handlers.time(MetricName.recordSeconds, duration) }

    /// A complete look, and how long it took.
    func passed(in duration: Duration) {
        handlers.count(MetricName.passes)
        handlers.time(MetricName.passSeconds, duration)
    }

    func failedPass() { handlers.count(MetricName.failedPasses) }

    func switchover(_ outcome: Switchover.State) {
        handlers.count(MetricName.switchovers, ("outcome", outcome.rawValue))
    }

    func repaired(_ kind: String) { handlers.count(MetricName.repairs, ("kind", kind)) }

    /// Sets the gauges to what was last seen.
    func show(_ status: ClusterStatus) {
        let snapshot = status.snapshot
        show(status.isConnected, MetricName.sessionConnected)
        show(status.pause != nil || snapshot?.isPaused ?? false, MetricName.paused)
        show(snapshot?.leads ?? false, MetricName.leader)
        show(snapshot?.recordedMasterIsUp ?? false, MetricName.masterUp)
        handlers.set(MetricName.sentinels, ("state", "known"), snapshot?.sentinels.electorate ?? 0)
        handlers.set(MetricName.sentinels, ("state", "registered"), snapshot?.listedSentinels.count ?? 0)
        handlers.set(MetricName.sentinels, ("state", "reachable"), snapshot?.answeringSentinels.count ?? 0)
        let replicas = snapshot?.replicasOfRecordedMaster ?? []
        handlers.set(MetricName.replicas, ("state", "known"), replicas.count)
        let reachable = replicas.count { snapshot?.answersAsRedis($0) ?? false && snapshot?.isStranger($0) == false }
        handlers.set(MetricName.replicas, ("state", "reachable"), reachable)
        let members = snapshot?.liveMembers ?? []
        handlers.set(MetricName.members, ("state", "live"), members.count)
        let answering = members.count { snapshot?.answersAsRedis($0) ?? false && snapshot?.isStranger($0) == false }
        handlers.set(MetricName.members, ("state", "reachable"), answering)
        let disks = snapshot?.notableDisks ?? []
        handlers.set(MetricName.asideBytes, ("", ""), disks.reduce(0) { $0 + Int(clamping: $1.asideBytes) })
        handlers.set(MetricName.asideCopies, ("", ""), disks.reduce(0) { $0 + $1.asideCopies })
        show(status.isHealthy, MetricName.healthy)
        show(snapshot != nil && status.failoverObstacles.isEmpty, MetricName.failoverPossible)
        handlers.set(MetricName.replicas, ("state", "expected"), snapshot?.expectedReplicas ?? 0)
        handlers.set(MetricName.replicas, ("state", "linked"), snapshot?.linkedReplicas.count ?? 0)
        handlers.set(MetricName.replicas, ("state", "promotable"), snapshot?.heirs.count ?? 0)
        handlers.set(MetricName.withoutLease, ("kind", "redis"), snapshot?.membersWithoutLease.count ?? 0)
        handlers.set(MetricName.withoutLease, ("kind", "sentinel"), snapshot?.sentinelsWithoutLease.count ?? 0)
        handlers.set(MetricName.differingSettings, ("", ""), snapshot?.differingSettings.count ?? 0)
        var alerts: [String: Int] = [:]
        for alert in status.alerts { alerts[alert.name, default: 0] += 1 }
        handlers.setAll(MetricName.alerts, label: "alert", to: alerts)
    }

    /// Takes all series of the cluster away; what is called later is not counted.
    func remove() { handlers.remove() }

    private func show(_ value: Bool, _ name: String) { handlers.set(name, ("", ""), value ? 1 : 0) }
}
