import Cluster
import Succession

/// What one watch tells the world: log lines, notices, metrics and what the HTTP endpoints show.
struct Journal {
    /// What is gone sooner than this was part of a failover, and no cause to wake anybody.
    private static let alertDelay = Duration.seconds(3)
    /// For how long a repair that failed is an alert, unless it fails again.
    private static let failureTime = Duration.seconds(30)

    private let root: String
    private let desk: Desk
    private let metrics: WatcherMetrics
    private var status: ClusterStatus
    private var seen: [Alert: ContinuousClock.Instant] = [:]
    /// Repairs that failed lately.
    private var failures: [Alert: ContinuousClock.Instant] = [:]
    private var isUnreached = false
    private var historyVersion: Record?
    private var led = false
    private var wasPaused = false
    private var duty = HookDuty()
    private var sight = MasterSight()

    init(root: String, desk: Desk) {
        self.root = root
        self.desk = desk
        metrics = WatcherMetrics(factory: desk.metrics, cluster: root)
        status = ClusterStatus(root: root)
        desk.board.put(status)
    }

    func remove() {
        desk.board.remove(root: root)
        metrics.remove()
    }

    /// Alerts that are not raised yet.
    var hasPendingAlerts: Bool { seen.count > status.alerts.count }

    /// Whether the master has changed since the history was shown.
    var lacksHistory: Bool { historyVersion != status.snapshot?.record }

    mutating func show(_ history: [HistoryEntry]) {
        historyVersion = status.snapshot?.record
        status.history = history
        desk.board.put(status)
    }

    /// A look that is acted upon next.
    /// - Parameter isFresh: Whether ZooKeeper answered in it.
    mutating func saw(_ snapshot: Snapshot, isFresh: Bool) {
        duty.leads = snapshot.leads
        duty.patience = snapshot.sessionTimeout * 2
        runHooks()
        if isFresh, let notice = sight.saw(snapshot.record?.address) { say(notice) }
    }

    mutating func show(_ snapshot: Snapshot, view: WatcherView?, isConnected: Bool, alerts: [Alert]) {
        status.snapshot = snapshot
        status.seen = .now
        status.isConnected = isConnected
        status.leader = isConnected ? view?.watchers.first?.address : nil
        status.pause = view.flatMap { $0.isPaused ? $0.pause ?? Pause() : nil }
        raise(alerts)
        if snapshot.leads != led {
            led = snapshot.leads
            say(
                Notice(
                    led ? "leading" : "not-leading", led ? "this watcher leads" : "this watcher does not lead any more")
            )
        }
        if snapshot.isPaused != wasPaused {
            wasPaused = snapshot.isPaused
            let who = status.pause.map { " by \($0.who ?? "somebody"): \($0.why ?? "no reason given")" } ?? ""
            say(Notice(wasPaused ? "paused" : "resumed", wasPaused ? "paused\(who)" : "not paused any more"))
        }
        desk.board.put(status)
        metrics.show(status)
    }

    func passed(in time: Duration, isComplete: Bool) {
        if isComplete { metrics.passed(in: time) } else { metrics.failedPass() }
    }

    mutating func failed() {
        status.isConnected = false
        desk.board.put(status)
        metrics.show(status)
        metrics.failedPass()
    }

    mutating func reached() {
        if isUnreached { Log.info("\(root): ZooKeeper answers again") }
        isUnreached = false
    }

    /// - Parameter isConnected: a connection that is lost is told of once, not for each cluster.
    mutating func unreached(_ error: any Error, isConnected: Bool) {
        guard isConnected else { return }
        if !isUnreached { Log.warn("\(root): \(error); nothing is written until it answers") }
        isUnreached = true
    }

    /// Our node below `/redis/watchers` had to be made again.
    func entered(again node: String) {
        Log.warn("\(root): this watcher's node in ZooKeeper was deleted or written to; it has \(node) from here on")
    }

    func recorded(after time: Duration?) { if let time { metrics.recorded(after: time) } }

    /// What an action has done.
    mutating func note(_ result: Performer.Result, of action: Action) {
        if let recorded = result.recorded { sight.wrote(recorded) }
        if let cause = result.cause { metrics.failover(cause: cause) }
        if let repair = action.repair { metrics.repaired(repair) }
        if let notice = result.notice { say(notice) }
        if let switchover = result.switchover { tell(of: switchover) }
    }

    private mutating func tell(of switchover: Switchover) {
        guard let state = switchover.state else { return }
        metrics.switchover(state)
        let who = switchover.who.map { " of \($0)" } ?? ""
        say(
            Notice(
                "switchover", old: switchover.from.flatMap { Address($0) }, new: switchover.to.flatMap { Address($0) },
                "switchover \(switchover.id)\(who): \(state.rawValue): \(switchover.why ?? "")"))
    }

    mutating func couldNot(_ action: Action, _ error: any Error) {
        let alert = Alert("failed-\(action.repair ?? "write")", "could not \(action.repair ?? "write"): \(error)")
        if failures[alert] == nil { Log.warn("\(root): \(alert.text); looking again") }
        failures[alert] = .now
    }

    mutating func publish(_ notice: Notice) {
        let event = PublishedEvent(notice, cluster: root)
        desk.feed.send(event)
        duty.add(event, at: .now)
        runHooks()
    }

    private mutating func runHooks() { for event in duty.due(at: .now) { desk.hookFeed.send(event) } }

    private mutating func say(_ notice: Notice) {
        Log.info("\(root): \(notice.text)")
        publish(notice)
    }

    /// Raises what has lasted, and takes back what is over.
    private mutating func raise(_ alerts: [Alert]) {
        let now = ContinuousClock.now
        failures = failures.filter { now - $0.value < Self.failureTime }
        let alerts = alerts + failures.keys.sorted { $0.text < $1.text }
        seen = seen.filter { alerts.contains($0.key) }
        for alert in alerts where seen[alert] == nil { seen[alert] = now }
        let lasting = alerts.filter { seen[$0].map { now - $0 >= Self.alertDelay } ?? false }
        for alert in lasting where !status.alerts.contains(alert) {
            Log.warn("\(root): \(alert.text)")
            publish(Notice("alert", alert.text))
        }
        for alert in status.alerts where !lasting.contains(alert) {
            Log.info("\(root): over: \(alert.text)")
            publish(Notice("alert-over", alert.text))
        }
        status.alerts = lasting
    }
}

extension Action {
    /// What it is called in the log and in the metrics; nil where it repairs nothing.
    fileprivate var repair: String? {
        switch self {
        case .succeed: "succeed"
        case .force: "force"
        case .announce: "announce"
        case .promote: "promote"
        case .repoint: "repoint"
        case .reset: "forget"
        case .attach: "attach"
        case .configure: "configure"
        case .remove: "remove"
        case .switchOver: "switch-over"
        case .record, .keep, .answer, .alert, .publish: nil
        }
    }
}
