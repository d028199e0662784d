import Cluster
import Redis
import Vocabulary

/// How long a lease waits before it asks its server again that would not do what it was asked: a moment where the
/// server is only not there yet; where it refuses, ever longer, with a line when that begins and one when it is over.
struct Patience {
    private static let longest = Duration.seconds(5)

    private let shortest: Duration
    private let task: String
    private var next: Duration
    /// Who refuses, and to whom; nil where nobody does.
    private var refused: String?

    /// - Parameter task: what is tried, for people: `to know ...`.
    init(for task: String, shortest: Duration) {
        (self.task, self.shortest, next) = (task, shortest, shortest)
    }

    /// Returns how long to wait.
    mutating func failed(_ error: any Error) -> Duration {
        guard let error = error as? RedisError, error.isRefusal || error.isLockout else {
            return shortest
        }
        if refused == nil {
            let server = error.address?.description ?? "the server"
            let user = error.user.map { "the user \($0.clipped)" } ?? "anybody"
            refused = "\(server) (asked as \(user))"
            let what =
                error.isLockout
                ? "\(server) does not let its lease in as \(user) (\(error.prefix ?? "")), which it needs \(task): were its "
                    + "password or users changed since it started? change them back, or start it again with its new REDIS_PASSWORD"
                : "\(server) refuses \(error.command ?? "a command") to its lease (\(user)), which needs it \(task): see "
                    + "REDIS_USERNAME, its ACL and RENAMED_COMMANDS"
            Log.warn("\(what); trying again, more and more seldom")
        }
        defer { next = min(next * 2, Self.longest) }
        return next
    }

    mutating func succeeded() {
        if let refused { Log.info("\(refused) lets its lease do again what it needs \(task)") }
        (refused, next) = (nil, shortest)
    }
}
