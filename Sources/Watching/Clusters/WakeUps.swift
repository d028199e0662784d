import Runtime
import Succession

/// What has happened since the last pass; a pass takes all of it at once.
actor WakeUps {
    nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    /// Events are hints: beyond this many, the rest of a storm says nothing new.
    private static let capacity = 256

    private nonisolated let loop: EventLoop
    private var events: [(event: Event, at: ContinuousClock.Instant)] = []
    private var waiter: CheckedContinuation<Void, Never>?
    /// Counts the waits, so that a timer ends only its own.
    private var turn = 0

    init(loop: EventLoop) { self.loop = loop }

    func add(_ event: Event, at time: ContinuousClock.Instant) {
        if events.count < Self.capacity { events.append((event, time)) }
        waiter?.resume()
        waiter = nil
    }

    /// Waits for an event, at most for `limit`, and takes what is there. Empty when the time was over or the task was
    /// cancelled.
    func next(within limit: Duration) async -> [(event: Event, at: ContinuousClock.Instant)] {
        if events.isEmpty, !Task.isCancelled {
            turn += 1
            let alarm = loop.after(limit) { [turn] in self.assumeIsolated { $0.stopWaiting(in: turn) } }
            await withTaskCancellationHandler {
                await withCheckedContinuation { waiter = $0 }
            } onCancel: { [turn] in
                Task(executorPreference: loop) { await self.stopWaiting(in: turn) }
            }
            alarm.cancel()
        }
        defer { events = [] }
        return events
    }

    private func stopWaiting(in turn: Int) {
        guard turn == self.turn else { return }
        waiter?.resume()
        waiter = nil
    }
}
