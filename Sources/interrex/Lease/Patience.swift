import Cluster
import Redis

/// How long a lease waits before it asks its server again that would not do what it was asked: a moment where the server is
/// only not there yet; where it refuses, ever longer, with a line when that begins and one when it is over.
struct Patience {
    private static let longest = Duration.seconds(5)

    private let shortest: Duration
    private let task: String
    private var next: Duration
    private var isRefused = false

    /// - Parameter task: what is tried, for people.
    init(for task: String, shortest: Duration) {
        (self.task, self.shortest, next) = (task, shortest, shortest)
    }

    /// Returns how long to wait.
    mutating func failed(_ error: any Error) -> Duration {
        guard let error = error as? RedisError, error.isRefusal else {
            return shortest
        }
        if !isRefused {
            Log.warn(
                "the server refuses \(error.command ?? "a command") of its lease, which needs it \(task): see "
                    + "REDIS_USERNAME, its ACL and RENAMED_COMMANDS; trying again, more and more seldom")
        }
        isRefused = true
        defer { next = min(next * 2, Self.longest) }
        return next
    }

    mutating func succeeded() {
        if isRefused {
            Log.info("the server lets its lease \(task.hasPrefix("to ") ? String(task.dropFirst(3)) : task) again")
        }
        (isRefused, next) = (false, shortest)
    }
}
