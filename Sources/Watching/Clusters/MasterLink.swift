import Cluster
import Redis
import Runtime
import Succession
import Vocabulary

/// The watcher's own connection to the recorded master: how it hears within milliseconds that the master's process is
/// gone.
///
/// Only refusals count as a crash, after the connection was up: two of them, 50 ms apart, or one where the master's
/// lease is gone too. A host that is silent or unreachable may be cut off from us alone.
actor MasterLink {
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private static let pause = Duration.milliseconds(50)
    /// A connection that ended sooner says nothing of a process that ended: a full server takes each connection only to
    /// turn it away, and is not to be asked ever faster. But a process that is being ended may take one more as well.
    private static let shortest = Duration.milliseconds(500)
    private static let (shortestRest, longestRest) = (Duration.milliseconds(2), pause * 4)
    private static let limit = Duration.seconds(1)

    private nonisolated let loop: EventLoop
    private let tell: @Sendable (Event) -> Void
    private let shortage: Shortage
    private var task: Task<Void, Never>?
    private var master: Address?
    private(set) var hasCrashed = false
    /// Whether the connection ended and a new one was refused, be it only once.
    private(set) var wasRefused = false

    init(loop: EventLoop, shortage: Shortage, tell: @escaping @Sendable (Event) -> Void) {
        self.shortage = shortage
        self.loop = loop
        self.tell = tell
    }

    /// Watches this master from now on.
    /// - Parameter answers: whether it has just answered us: it counts as up then, even if it ends before we connect.
    func watch(_ master: Address?, answers: Bool) {
        guard master != self.master else { return }
        end()
        self.master = master
        guard let master else { return }
        task = Task(executorPreference: loop) { await self.follow(master, isUp: answers) }
    }

    func end() {
        task?.cancel()
        task = nil
        master = nil
        (hasCrashed, wasRefused) = (false, false)
    }

    private func follow(_ master: Address, isUp: Bool) async {
        var (wasUp, refusals, rest) = (isUp, 0, Self.shortestRest)
        while !Task.isCancelled {
            var isTurnedAway = false
            switch await inChildTask({ await self.connect(to: master) }) {
            case .success(let connection):
                if !Task.isCancelled { (hasCrashed, wasRefused) = (false, false) }
                (wasUp, refusals) = (true, 0)
                let start = ContinuousClock.now
                _ = await connection.ended()
                await connection.close()
                guard !Task.isCancelled else { return }
                tell(.masterLinkEnded(master))
                isTurnedAway = .now - start < Self.shortest
                // At once: only the second try waits.
                if !isTurnedAway {
                    rest = Self.shortestRest
                    continue
                }
            case .failure(let error):
                guard !Task.isCancelled else { return }
                shortage.note(error)
                refusals = error.code == .refused ? refusals + 1 : 0
                if refusals > 0 { rest = Self.shortestRest }
                if wasUp, refusals == 1 || refusals == 2 {
                    (wasRefused, hasCrashed) = (true, hasCrashed || refusals == 2)
                    tell(.masterLinkEnded(master))
                }
            }
            // No event tells of a port that is listened on again. Two refusals are enough to know; later tries take
            // turns with what mends it. A cancelled sleep ends the watch.
            let pause = isTurnedAway ? rest : refusals > 2 ? Self.longestRest : Self.pause
            if isTurnedAway { rest = min(rest * 4, Self.longestRest) }
            guard (try? await loop.sleep(for: pause)) != nil else { return }
        }
    }

    /// Without a password: whether the process lives is all that this connection tells.
    private func connect(to master: Address) async -> Result<Connection, RedisError> {
        do throws(RedisError) {
            return .success(
                try await Connection.open(
                    master, on: loop, within: Self.limit))
        } catch {
            return .failure(error)
        }
    }
}
