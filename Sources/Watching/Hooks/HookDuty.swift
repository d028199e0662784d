/// Which events the hooks of this watcher run on: those of the time when it leads.
///
/// A leader that is gone stays registered until its session is over, and nobody leads meanwhile. So what another
/// watcher sees or does waits for as long: whoever leads next runs the hooks on it. After a change of leaders that may
/// be for the second time; never is it for the lack of a leader.
struct HookDuty {
    /// How many events wait for one cluster's next leader, at most; the oldest are dropped.
    static let limit = 64

    var leads = false
    /// How long an event waits: until a leader that was gone when it happened is surely not registered any more.
    var patience = Duration.seconds(12)
    private var waiting: [(event: PublishedEvent, at: ContinuousClock.Instant)] = []

    mutating func add(_ event: PublishedEvent, at now: ContinuousClock.Instant) {
        waiting.append((event, now))
        if waiting.count > Self.limit { waiting.removeFirst() }
    }

    /// What the hooks are to run on now, oldest first; each event once.
    mutating func due(at now: ContinuousClock.Instant) -> [PublishedEvent] {
        waiting.removeAll { now - $0.at > patience }
        guard leads else { return [] }
        defer { waiting = [] }
        return waiting.map(\.event)
    }
}
