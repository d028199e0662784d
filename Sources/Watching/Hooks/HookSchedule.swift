/// Which hook runs when.
///
/// Each run waits for all that came before it, so that hooks run in the order of events and names; but a second at most
/// from its event on, so that one that hangs holds up no other. The same hook on the same kind of event never runs
/// twice at once.
struct HookSchedule {
    /// One hook on one event.
    struct Run: Equatable {
        let path: String
        let event: PublishedEvent
        let arrival: ContinuousClock.Instant
        let number: Int

        fileprivate func isLike(_ other: Run) -> Bool { path == other.path && event.event == other.event.event }
    }

    /// For how long a run waits for those before it.
    static let patience = Duration.seconds(1)
    /// How many events of one kind wait for one hook, at most; the oldest are dropped.
    static let limit = 64
    /// How many run at once, at most; a quarter of them is kept for a change of the master.
    static let places = 32
    /// How many descriptors one takes of ours, at most while it is being started: its pipes, and what tells of its end.
    static let descriptors = 6

    private var waiting: [Run] = []
    private var running: [Run] = []
    private var next = 0

    /// Adds the hooks of an event, in their order.
    /// - Returns: what was dropped for it.
    mutating func add(_ paths: [String], _ event: PublishedEvent, at now: ContinuousClock.Instant) -> [Run] {
        paths.compactMap { path in
            let run = Run(path: path, event: event, arrival: now, number: next)
            next += 1
            waiting.append(run)
            guard waiting.count(where: run.isLike) > Self.limit, let oldest = waiting.firstIndex(where: run.isLike)
            else {
                return nil
            }
            return waiting.remove(at: oldest)
        }
    }

    mutating func end(_ run: Run) { running.removeAll { $0.number == run.number } }

    /// What is to begin now.
    mutating func start(at now: ContinuousClock.Instant) -> [Run] {
        var (started, left): ([Run], [Run]) = ([], [])
        for run in waiting {
            let isInOrder = running.isEmpty && left.isEmpty
            let isOverdue = now - run.arrival >= Self.patience
            let places = run.event.isUrgent ? Self.places : Self.places * 3 / 4
            if isInOrder || isOverdue, running.count < places, !(running + left).contains(where: run.isLike) {
                running.append(run)
                started.append(run)
            } else {
                left.append(run)
            }
        }
        waiting = left
        return started
    }

    /// When one that waits need not wait any more for those before it; nil where none does.
    func nextTurn(after now: ContinuousClock.Instant) -> ContinuousClock.Instant? {
        waiting.map { $0.arrival + Self.patience }.filter { $0 > now }.min()
    }
}

extension PublishedEvent {
    /// Whether clients may be waiting for what a hook does.
    fileprivate var isUrgent: Bool { event == "master-changed" }
}
