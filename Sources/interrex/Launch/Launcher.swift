import Cluster
import Redis
import Succession
import ZooKeeper

/// What the two launchers have in common: they observe and decide until they may become their server.
protocol Launcher: Sendable {
    /// Finds the role, registers, and renders the file. Throws `Failure`, or whatever cancellation made of it.
    func prepare() async throws -> Prepared
    /// The file's text as `prepare` would write it, and nothing written anywhere.
    func preview() async throws -> String
    /// Ends the session and so takes back every node that this process made.
    func giveBack() async
}

/// Runs a launcher on a loop of the calling thread. A signal or a failure takes back what was registered.
func prepare<L: Launcher>(on make: @escaping @Sendable (EventLoop) -> L) throws -> Prepared {
    try runUntilStopped(make) { try await $0.prepare() }
}

/// The same for `--render-only`, whose session ends in any case.
func preview<L: Launcher>(on make: @escaping @Sendable (EventLoop) -> L) throws -> String {
    try runUntilStopped(make) { launcher in
        let text = try await launcher.preview()
        await launcher.giveBack()
        return text
    }
}

/// Runs `body` on `loop` until it ends or a stop signal comes, whichever is first.
func unlessStopped<Value: Sendable>(
    on loop: EventLoop, _ body: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    try await withThrowingTaskGroup(of: Value.self) { group in
        group.addTask { try await body() }
        group.addTask {
            try await loop.readable(StopSignals.descriptor)
            throw Stopped(signal: StopSignals.received)
        }
        defer { group.cancelAll() }
        return try await group.next()!
    }
}

private func runUntilStopped<L: Launcher, Value: Sendable>(
    _ make: @escaping @Sendable (EventLoop) -> L, _ body: @escaping @Sendable (L) async throws -> Value
) throws -> Value {
    try EventLoop.run { loop in
        let launcher = make(loop)
        do {
            return try await unlessStopped(on: loop) { try await body(launcher) }
        } catch {
            await launcher.giveBack()
            throw StopSignals.received == 0 ? error : Stopped(signal: StopSignals.received)
        }
    }
}

/// Waits between two observations: until `/redis/master` changes, else 10 ms, doubling up to a limit.
struct Pauses {
    private let loop: EventLoop
    private let longest: Duration
    private var next = Duration.milliseconds(10)

    init(on loop: EventLoop, longest: Duration = .milliseconds(200)) {
        self.loop = loop
        self.longest = longest
    }

    /// Returns whether a watch has fired.
    @discardableResult
    mutating func pause(watching session: Session?, atMost most: Duration = .seconds(60)) async throws -> Bool {
        let (loop, length) = (loop, max(min(next, most), .milliseconds(1)))
        next = min(next * 2, longest)
        return try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                try await loop.sleep(for: length)
                return false
            }
            if let session {
                group.addTask {
                    for await _ in session.changes() { break }
                    return true
                }
            }
            defer { group.cancelAll() }
            return try await group.next()!
        }
    }

    mutating func reset() { next = .milliseconds(10) }
}

/// Says on standard error, once a second at most, what is waited for and how long still.
struct WaitingLine {
    private var last: ContinuousClock.Instant?

    mutating func say(_ reason: some CustomStringConvertible, remaining: Duration) {
        let now = ContinuousClock.now
        if let last, now - last < .seconds(1) { return }
        last = now
        Log.info("waiting, \(max(0, remaining.components.seconds)) s still: \(reason)")
    }
}
