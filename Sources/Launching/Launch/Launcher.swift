import Cluster
import Processes
import Runtime
import Succession
import Vocabulary
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

/// Waits for so long, or until a watch of the session fires.
/// - Returns: whether that has ended it.
@discardableResult
func pause(for length: Duration, watching session: Session?, on loop: EventLoop) async throws -> Bool {
    try await withThrowingTaskGroup(of: Bool.self) { group in
        group.addTask {
            // What servers and sentinels answer is asked again: of that no event tells.
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

extension LaunchSettings {
    /// Of our cluster, whose id is not known before somebody is asked.
    var mark: Mark { Mark(root: registry.root, masterName: redis.masterName, clusterID: nil) }
}

extension Failure {
    init(_ refusal: Refusal) {
        switch refusal {
        case .noMaster(let line): self.init(.noMaster, line)
        case .unusableData(let line): self.init(.badConfiguration, line)
        }
    }
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
