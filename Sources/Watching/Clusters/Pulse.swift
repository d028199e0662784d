import Cluster
import Glibc
import Runtime

/// Whether this watcher does its work: its event loop turns, and the looks at its clusters come to an end.
///
/// A watcher that is stuck must not keep the lead: its session lives on, because ZooKeeper's client has threads of its
/// own. So it ends itself; whoever runs it starts it again, and its session ends without it.
final class Pulse: Sendable {
    /// How long a turn of the loop may take for `/livez`: all that is done in one takes milliseconds.
    private static let longestTurn = Duration.seconds(3)
    /// A look has limits of its own; all of them together are far below this.
    static let longestLook = Duration.seconds(60)
    /// How often it is checked whether the process is to be ended, and after how many failures in a row: a machine that
    /// stood still counts once.
    private let (interval, patience): (UInt32, Int)
    private let loop: EventLoop
    private let due = Protected<[String: ContinuousClock.Instant]>([:])

    /// - Parameter interval: In whole seconds.
    init(loop: EventLoop, interval: UInt32 = 5, patience: Int = 6) {
        self.loop = loop
        (self.interval, self.patience) = (interval, patience)
    }

    /// The next look at this cluster is due after `pause`, and over within `longestLook` then.
    func expect(_ root: String, within pause: Duration) {
        due.withLock { $0[root] = .now + pause + Self.longestLook }
    }

    func forget(_ root: String) { due.withLock { $0[root] = nil } }

    /// What is stuck; nil where nothing is.
    func complaint() async -> String? {
        if let root = overdue(by: .zero) { return Self.complaint(of: root) }
        return await loop.turns(within: Self.longestTurn)
            ? nil : "the event loop has not turned for \(Self.longestTurn)"
    }

    /// The root of a cluster whose look should have been over for `time`.
    private func overdue(by time: Duration) -> String? {
        let now = ContinuousClock.now
        return due.withLock { $0.filter { now - $0.value > time }.keys.min() }
    }

    private static func complaint(of root: String) -> String {
        "\(root): the look at this cluster does not come to an end"
    }

    /// Ends the process where it is stuck, from a thread of its own. Returns false where there is none to be had.
    func watch() -> Bool {
        startThread(stack: 262_144) { [self] in
            var failures = 0
            while true {
                let hasTurned = loop.hasTurned()
                // The time that the loop is given; on this thread nothing else is done.
                sleep(interval)
                let turns = hasTurned()
                let root = turns ? overdue(by: Self.longestLook) : nil
                failures = turns && root == nil ? 0 : failures + 1
                guard failures >= patience else { continue }
                Self.end(root.map(Self.complaint) ?? "the event loop has not turned for some time", root)
            }
        }
    }

    /// Without the libraries' own end: one of them may be what is stuck. The line may be, too.
    private static func end(_ complaint: String, _ root: String?) {
        _ = startThread {
            Log.fail(
                "\(complaint): ending this process, so that another watcher leads; it is to be started again",
                .cluster(root))
            _exit(ExitCode.unavailable.rawValue)
        }
        // For the line to be written, where that is possible.
        sleep(1)
        _exit(ExitCode.unavailable.rawValue)
    }
}
