import Redis
import Succession

/// How long ZooKeeper takes to confirm a write, asked now and then by one of the watches for all: no server is changed on a word
/// that took longer than a fence lasts, and that has to be known before a master dies.
final class ZooKeeperPace: Sendable {
    /// Between two questions.
    private static let interval = Duration.seconds(5)
    /// What was slow is said to be well again only clearly below the limit.
    private static let well = Performer.fenceLife * 4 / 5

    private struct State {
        var asked: ContinuousClock.Instant?
        var isSlow = false
    }

    private let state = Protected(State())

    /// Asks, where it is time, and nobody does already; returns at once.
    /// - Parameters:
    ///   - ask: a write that changes nothing.
    ///   - tell: called where what is known has changed.
    func take(
        on executor: some TaskExecutor, _ ask: @escaping @Sendable () async throws -> Void,
        tell: @escaping @Sendable () async -> Void
    ) {
        let isDue = state.withLock { state in
            guard state.asked.map({ .now - $0 >= Self.interval }) ?? true else { return false }
            state.asked = .now
            return true
        }
        guard isDue else { return }
        Task(executorPreference: executor) { [state] in
            let start = ContinuousClock.now
            // One that fails is told of elsewhere; how long it took counts.
            try? await ask()
            let time = ContinuousClock.now - start
            let hasChanged = state.withLock { state in
                let wasSlow = state.isSlow
                state.isSlow = time >= (wasSlow ? Self.well : Performer.fenceLife)
                return state.isSlow != wasSlow
            }
            if hasChanged { await tell() }
        }
    }

    var alert: Alert? {
        guard state.withLock({ $0.isSlow }) else { return nil }
        return Alert(
            "slow-zookeeper", about: "ZooKeeper",
            "ZooKeeper takes longer than \(Performer.fenceLife) to confirm a write, so no failover of ours is quick: only "
                + "Sentinel's own is left; check ZooKeeper's load and disks, and the network to it")
    }
}
