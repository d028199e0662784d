import Cluster
import Logging
import Succession
import Vocabulary

/// What one watch tells the world: log lines, notices, metrics and what the HTTP endpoints show.
struct Journal {
    /// For how long a repair that failed is an alert, unless it fails again.
    private static let failureTime = Duration.seconds(30)

    private let root: String
    private let watcher: WatcherContext
    private let metrics: WatcherMetrics
    private var status: ClusterStatus
    private var book = AlertBook()
    /// Repairs that failed lately, and when last.
    private var failures: [(alert: Alert, at: ContinuousClock.Instant)] = []
    private var isUnreached = false
    private var historyVersion: Record?
    /// When the history is to be read once more: whoever made the change may put its cause right.
    private var historyDue: ContinuousClock.Instant?
    private var led = false
    private var wasPaused = false
    private var duty = HookDuty()
    private var sight = MasterSight()

    init(root: String, watcher: WatcherContext) {
        self.root = root
        self.watcher = watcher
        metrics = WatcherMetrics(factory: watcher.metrics, cluster: root)
        status = ClusterStatus(root: root)
        watcher.board.put(status)
    }

    func remove() {
        watcher.board.remove(root: root)
        metrics.remove()
    }

    /// Whether something may be wrong, or over, that nobody was told of yet.
    var hasOpenAlerts: Bool { book.isOpen }

    /// How long ago the newest alert was raised that somebody may be mending; nil where there is none.
    var newestAlert: Duration? { book.newest.map { .now - $0 } }

    /// Whether the master has changed since the history was shown, or did so right before.
    var lacksHistory: Bool { historyVersion != status.snapshot?.record || historyDue.map { $0 <= .now } ?? false }

    mutating func show(_ history: [HistoryEntry]) {
        historyDue = historyVersion == status.snapshot?.record ? nil : .now + .seconds(2)
        historyVersion = status.snapshot?.record
        status.history = history
        watcher.board.put(status)
    }

    /// A look that is acted upon next.
    /// - Parameter isFresh: Whether ZooKeeper answered in it.
    mutating func saw(_ snapshot: Snapshot, isFresh: Bool) {
        duty.leads = snapshot.leads
        duty.patience = snapshot.sessionTimeout * 2
        runHooks()
        guard isFresh, let notice = sight.saw(snapshot.record?.address) else { return }
        say(notice, [.master(notice.new), .epoch(snapshot.cluster?.epoch)])
    }

    mutating func show(_ snapshot: Snapshot, view: WatcherView?, isConnected: Bool, alerts: [Alert]) {
        status.snapshot = snapshot
        status.seen = .now
        status.isConnected = isConnected
        status.leader = isConnected ? view?.watchers.first?.address : nil
        status.pause = view.flatMap { $0.isPaused && !$0.isPauseOver ? $0.pause ?? Pause() : nil }
        status.warnings = watcher.redis.openDoors(of: snapshot)
        raise(alerts, isWhole: snapshot.unasked.isEmpty)
        if snapshot.leads != led {
            led = snapshot.leads
            say(
                Notice(
                    led ? "leading" : "not-leading", led ? "this watcher leads" : "this watcher does not lead any more"),
                [.master(snapshot.record?.address)])
        }
        if snapshot.isPaused != wasPaused {
            wasPaused = snapshot.isPaused
            let who = status.pause.map { " by \($0.who ?? "somebody"): \($0.why ?? "no reason given")" } ?? ""
            say(
                Notice(wasPaused ? "paused" : "resumed", wasPaused ? "paused\(who)" : "not paused any more"),
                [.who(status.pause?.who)])
        }
        watcher.board.put(status)
        metrics.show(status)
    }

    func passed(in time: Duration, isComplete: Bool) {
        if isComplete { metrics.passed(in: time) } else { metrics.failedPass() }
    }

    mutating func failed() {
        status.isConnected = false
        watcher.board.put(status)
        metrics.show(status)
        metrics.failedPass()
    }

    mutating func reached() {
        if isUnreached { log(.info, "ZooKeeper answers again") }
        isUnreached = false
    }

    /// - Parameter isConnected: a connection that is lost is told of once, not for each cluster.
    mutating func unreached(_ error: any Error, isConnected: Bool) {
        guard isConnected else { return }
        if !isUnreached { log(.warning, "\(error); nothing is written until it answers") }
        isUnreached = true
    }

    /// Our node below `/redis/watchers` had to be made again.
    func entered(again node: String) {
        log(.warning, "this watcher's node in ZooKeeper was deleted or written to; it has \(node) from here on")
    }

    /// A word for whoever looks for a fault in this program.
    func remark(_ text: String) { log(.debug, text) }

    func recorded(after time: Duration?) { if let time { metrics.recorded(after: time) } }

    /// What an action has done.
    mutating func note(_ result: ActionResult, of action: Action) {
        if let recorded = result.recorded { sight.wrote(recorded) }
        // The first master that is recorded takes nobody's place.
        if let cause = result.cause, result.notice?.old != nil { metrics.failover(cause: cause) }
        if let repair = action.repair { metrics.repaired(repair) }
        if let notice = result.notice {
            let subject = action.tellsOfMaster ? nil : notice.new ?? notice.old
            say(
                notice,
                [
                    .master(action.tellsOfMaster ? notice.new : nil), .address(subject), .cause(result.cause),
                    .epoch(result.epoch), .took(result.took), .who(result.switchover?.who),
                ])
        }
        if let switchover = result.switchover { tell(of: switchover) }
    }

    private mutating func tell(of switchover: Switchover) {
        guard let state = switchover.state else { return }
        metrics.switchover(state)
        let who = switchover.who.map { " of \($0)" } ?? ""
        let (old, new) = (switchover.from.flatMap { Address($0) }, switchover.to.flatMap { Address($0) })
        say(
            Notice(
                "switchover", old: old, new: new,
                "switchover \(switchover.id)\(who): \(state.rawValue): \(switchover.why ?? "")"),
            [
                .master(state == .done ? new : nil), .pause(switchover.pause.map { .milliseconds($0) }),
                .who(switchover.who),
            ])
    }

    mutating func couldNot(_ action: Action, _ trouble: Trouble) {
        let repair = action.repair ?? "write"
        let alert = Alert("failed-\(repair)", "could not \(repair): \(trouble.text)")
        if !failures.contains(where: { $0.alert == alert }) {
            log(.warning, "\(alert.text); looking again", [.repair(repair), .address(trouble.refusal?.server)])
        }
        failures.removeAll { $0.alert == alert }
        failures.append((alert, .now))
    }

    mutating func publish(_ notice: Notice) {
        let event = PublishedEvent(notice, cluster: root)
        watcher.feed.send(event)
        duty.add(event, at: .now)
        runHooks()
    }

    private mutating func runHooks() { for event in duty.due(at: .now) { watcher.hookFeed.send(event) } }

    private mutating func say(_ notice: Notice, _ fields: [LogField] = []) {
        let level = Logger.Level.telling(of: notice.event)
        log(level, notice.text, [.event(notice.event), .old(notice.old), .new(notice.new)] + fields)
        publish(notice)
    }

    private func log(_ level: Logger.Level, _ text: String, _ fields: [LogField] = []) {
        Log.say(level, "\(root): \(text)", fields + [.cluster(root)])
    }

    /// Tells of what has lasted, and of what is over.
    private mutating func raise(_ alerts: [Alert], isWhole: Bool) {
        let now = ContinuousClock.now
        failures.removeAll { now - $0.at >= Self.failureTime }
        let failed = failures.map(\.alert).sorted { $0.text < $1.text }
        let change = book.note(alerts + failed, at: now, isWhole: isWhole, time: Timestamp.now)
        for alert in change.raised {
            log(alert.isUrgent ? .error : .warning, alert.text, alert.fields + [.event("alert")])
            publish(Notice("alert", alert.text))
        }
        for (alert, age) in change.over {
            let text = "over after \(age.inWords): \(alert.title)"
            log(.info, text, alert.fields + [.event("alert-over"), .took(age).inJSONOnly])
            publish(Notice("alert-over", text))
        }
        status.alerts = book.raised
    }
}

extension Alert {
    fileprivate var fields: [LogField] { [.alert(name), .address(subject.flatMap { Address($0) })] }
}

extension Logger.Level {
    /// Who is master, who leads, and what somebody has asked for, stand out from the small repairs of every day.
    fileprivate static func telling(of event: String) -> Logger.Level {
        let changes = [
            "master-changed", "failover-forced", "switchover", "leading", "not-leading", "paused", "resumed",
        ]
        return changes.contains(event) ? .notice : .info
    }
}

extension Action {
    /// Whether what is said of it is about who is master, and not about one server.
    fileprivate var tellsOfMaster: Bool {
        switch self {
        case .record, .succeed, .switchOver, .promote, .announce, .repoint: true
        case .force, .answer, .reset, .attach, .configure, .remove, .keep, .alert, .publish: false
        }
    }

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
