import Cluster
import Processes

/// The time that a real server gets for all that is tried on it, until a launch goes on without its answer.
///
/// A trial takes some 20 ms. A server that needs longer than this is not known to be wrong.
struct TrialTime {
    static let limit = Duration.seconds(5)

    private let start = ContinuousClock.now

    var deadline: ContinuousClock.Instant { start + Self.limit }

    /// Half of it: what the first trial may take, so that some is left for the next.
    var half: ContinuousClock.Instant { start + Self.limit / 2 }

    var isOver: Bool { .now >= deadline }

    /// Does `body`, with a line where it takes long.
    static func spent<Value>(on server: ServerBinary, _ body: (TrialTime) throws -> Value) rethrows -> Value {
        let line =
            "waiting, \(limit.components.seconds) s at most: \(server.path.clipped) is asked what it makes of these settings, and "
            + "has not answered yet"
        return try sayingIfLong(line) { try body(TrialTime()) }
    }
}
