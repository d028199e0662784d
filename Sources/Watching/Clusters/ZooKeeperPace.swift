import Runtime
import Succession

/// How long ZooKeeper takes to confirm a write, asked now and then by one of the watches for all: no server is changed
/// on a word that took longer than a fence lasts, and that has to be known before a master dies.
final class ZooKeeperPace: Sendable {
    private struct State {
        var asked: ContinuousClock.Instant?
        var isAsking = false
        var times = WriteTimes()
    }

    private let state = Protected(State())
    /// Between two questions.
    private let interval: Duration
    /// The same while the answers leave it open.
    private let pause: Duration

    init(interval: Duration = .seconds(5), pause: Duration = .seconds(1)) {
        self.interval = interval
        self.pause = pause
    }

    /// Asks, where it is time, and nobody does already; returns at once. After a slow answer it goes on asking by
    /// itself: no cluster is looked at for that.
    /// - Parameters:
    ///   - ask: a write that changes nothing.
    ///   - tell: called where what is known has changed.
    func take(
        on loop: EventLoop, _ ask: @escaping @Sendable () async throws -> Void,
        tell: @escaping @Sendable () async -> Void
    ) {
        let isDue = state.withLock { state in
            guard !state.isAsking, state.asked.map({ .now - $0 >= interval }) ?? true else { return false }
            state.isAsking = true
            return true
        }
        guard isDue else { return }
        Task(executorPreference: loop) { [state, pause] in
            while true {
                // One that fails, however long that took, is told of elsewhere.
                let time = await Self.time(ask) { await self.waitedFor(on: loop, tell) }
                let (hasChanged, isOpen) = state.withLock { ($0.times.note(time), $0.times.isOpen) }
                if hasChanged { await tell() }
                // Three answers decide, and the pause keeps them from being of one moment; it ends with the loop.
                guard time != nil, isOpen, (try? await loop.sleep(for: pause)) != nil else { break }
            }
            state.withLock { ($0.asked, $0.isAsking) = (.now, false) }
        }
    }

    /// What a write took; nil where it failed.
    /// - Parameter waiting: runs beside it, and is cancelled once it is over.
    private static func time(
        _ ask: @escaping @Sendable () async throws -> Void, _ waiting: @escaping @Sendable () async -> Void
    ) async -> Duration? {
        let start = ContinuousClock.now
        return await withTaskGroup(of: Void.self) { group in
            group.addTask { await waiting() }
            let hasAnswered = (try? await ask()) != nil
            let time = ContinuousClock.now - start
            group.cancelAll()
            return hasAnswered ? time : nil
        }
    }

    /// Takes note, for as long as a write is under way, that it is slow already: one that hangs would else tell nothing
    /// before it ends. Each further pause counts as one more.
    private func waitedFor(on loop: EventLoop, _ tell: @Sendable () async -> Void) async {
        var wait = WriteTimes.limit
        // By then it is slow; and the pause keeps two counts from being of one moment. It ends with the write.
        while (try? await loop.sleep(for: wait)) != nil, !Task.isCancelled {
            if state.withLock({ $0.times.noteWaiting() }) { await tell() }
            wait = pause
        }
    }

    /// It has lasted already, and no look at a cluster tells of it. While ZooKeeper can't be reached nothing is known
    /// of how fast it is: then it stays as it was.
    var alert: Alert? {
        guard state.withLock({ $0.times.areSlow }) else { return nil }
        var alert = Alert(
            "slow-zookeeper", about: "ZooKeeper", after: .zero,
            "ZooKeeper takes longer than \(Fence.life) to confirm a write, so no failover of ours is quick: only "
                + "Sentinel's own is left; check ZooKeeper's load and disks, and the network to it")
        alert.callsForLooks = false
        return alert
    }
}

/// Whether ZooKeeper is slow, by what its last writes took: one alone may be a disk that was busy, or our own machine.
struct WriteTimes {
    /// So many in a row decide.
    private static let deciding = 3
    static let limit = Fence.life
    /// What was slow is said to be well again only clearly below the limit.
    private static let well = limit * 4 / 5

    private(set) var areSlow = false
    /// How many of the last ones in a row speak against that.
    private var contrary = 0
    /// Whether the write that is under way was counted as slow already.
    private var isCounted = false

    /// Whether the next one is to be taken soon.
    var isOpen: Bool { areSlow || contrary > 0 }

    /// - Parameter time: nil where there was no answer: that says nothing of how fast one comes.
    /// - Returns: whether it has changed.
    mutating func note(_ time: Duration?) -> Bool {
        defer { isCounted = false }
        guard let time, !(isCounted && time >= Self.limit) else { return false }
        return count(areSlow ? time < Self.well : time >= Self.limit)
    }

    /// The write that is under way has taken longer than the limit, or for a while longer than when that was noted
    /// last.
    /// - Returns: whether it has changed.
    mutating func noteWaiting() -> Bool {
        isCounted = true
        return count(!areSlow)
    }

    private mutating func count(_ isContrary: Bool) -> Bool {
        contrary = isContrary ? contrary + 1 : 0
        guard contrary >= Self.deciding else { return false }
        (areSlow, contrary) = (!areSlow, 0)
        return true
    }
}
