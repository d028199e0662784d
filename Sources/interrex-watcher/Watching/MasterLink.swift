import Cluster
import Redis
import Succession

/// The watcher's own connection to the recorded master: how it hears within milliseconds that the master's process is gone.
///
/// Only refusals count as a crash, two of them, 50 ms apart, after the connection was up: a host that is silent or
/// unreachable may be cut off from us alone.
actor MasterLink {
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    private static let pause = Duration.milliseconds(50)
    private static let limit = Duration.seconds(1)

    private nonisolated let loop: EventLoop
    private let tell: @Sendable (Event) -> Void
    private var task: Task<Void, Never>?
    private var master: Address?
    private(set) var hasCrashed = false

    init(loop: EventLoop, tell: @escaping @Sendable (Event) -> Void) {
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
        hasCrashed = false
    }

    private func follow(_ master: Address, isUp: Bool) async {
        var (wasUp, refusals) = (isUp, 0)
        while !Task.isCancelled {
            do {
                // Without a password: whether the process lives is all that this connection tells.
                let connection = try await Connection.open(
                    Endpoint(host: master.host.description, port: master.port), on: loop, within: Self.limit)
                if !Task.isCancelled { hasCrashed = false }
                (wasUp, refusals) = (true, 0)
                _ = await connection.ended()
                await connection.close()
                guard !Task.isCancelled else { return }
                tell(.masterLinkEnded(master))
                // At once: only the second try waits.
                continue
            } catch {
                guard !Task.isCancelled else { return }
                refusals = error.code == .refused ? refusals + 1 : 0
                if refusals == 2, wasUp, !hasCrashed {
                    hasCrashed = true
                    tell(.masterLinkEnded(master))
                }
            }
            // No event tells of a port that is listened on again. Two refusals are enough to know; later tries take turns
            // with what mends it. A cancelled sleep ends the watch.
            guard (try? await loop.sleep(for: refusals > 2 ? Self.pause * 4 : Self.pause)) != nil else { return }
        }
    }
}
