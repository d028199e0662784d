/// One connection to a Redis or Sentinel server: commands in, replies out, in order, each with a limit of its own.
///
/// Any task may send commands at any time: they are written at once, one behind the other (pipelining). A command whose
/// limit is over keeps its place in the queue, and its reply is dropped when it comes: the connection stays usable, and no
/// command ever gets another's reply. Dropping the last reference closes it.
///
/// Not for commands that break the rule of one reply each: `MONITOR`, `PSYNC`, `CLIENT REPLY`, `HELLO 3`, and `SUBSCRIBE`
/// (see `Subscription`).
public actor Connection {
    /// What one reply may cost by default: 2 MiB. That is the list of some six hundred replicas; `INFO` has some KiB. Whoever
    /// answers may be anybody.
    public static let defaultReplyLimit = 2_097_152

    public nonisolated let endpoint: Endpoint
    public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    /// A command that was written and whose reply is still to come.
    struct Pending {
        var name: String
        /// Whether it bears a secret: then nothing of what is answered is repeated.
        var isSecret: Bool
        var deadline: ContinuousClock.Instant
        var promise: Promise<Result<Reply, RedisError>>
    }

    enum Phase {
        case connecting(Promise<RedisError?>)
        case open
        case over(RedisError)
    }

    nonisolated let loop: EventLoop
    let replyLimit: Int
    /// For a server that asks who we are, and only then.
    let credentials: Credentials?
    /// Whether they were sent: the server has asked for them.
    public internal(set) var hasAuthenticated = false
    /// What this server's commands are called.
    let names: CommandNames
    var phase: Phase
    var socket: Socket?
    var parser: ReplyParser?
    var pending = Queue<Pending>()
    /// Commands that the system has not taken yet, from `sent` on.
    var unsent: [UInt8] = []
    var sent = 0
    /// Whether the loop watches for room to write.
    var awaitsRoom = false
    /// The one timer for all deadlines, and when it rings: never later than the earliest of them.
    var timer: (id: UInt64, at: ContinuousClock.Instant)?
    var watchers: [Promise<RedisError>] = []
    var hasAnswered = false
    /// Takes messages, then how the connection ended; nil unless subscribed.
    var subscriber: (@Sendable (Result<Message, RedisError>) -> Void)?

    init(_ endpoint: Endpoint, credentials: Credentials?, on loop: EventLoop, replyLimit: Int, names: CommandNames) {
        self.endpoint = endpoint
        self.credentials = credentials
        self.loop = loop
        self.replyLimit = replyLimit
        self.names = names
        phase = .connecting(Promise())
    }

    /// Sends one command (name and arguments; never empty) and returns its reply. A server that asks who we are is told, as
    /// `pipeline` does.
    ///
    /// Throws `.denied`, `.loading` or `.server` for an error reply, and `.timedOut`, `.closed`, `.notRedis` or
    /// `.cancelled` when there is none: the command may have been carried out all the same.
    ///
    /// - Parameter renaming: whether it is sent under the name that it has on this connection's server; false for a command
    ///   to a sentinel, whose names nobody can change.
    public func command(
        _ arguments: [String], within limit: Duration, renaming: Bool = true
    ) async throws(RedisError) -> Reply {
        try await pipeline([arguments], within: limit, renaming: renaming)[0].get()
    }

    /// Sends several commands in one write, and returns their replies in order, an error reply as that command's failure.
    ///
    /// Where the server asks who we are, and there are credentials that it has not been given yet, it gets them, and the
    /// commands from the first that it refused on once more, in one write: those behind it may be carried out twice.
    ///
    /// Throws only when nothing was written, because the connection is over or the task cancelled; a connection that ends
    /// meanwhile fails the commands that had no reply by then.
    ///
    /// - Parameter renaming: as for `command`.
    public func pipeline(
        _ commands: [[String]], within limit: Duration, renaming: Bool = true
    ) async throws(RedisError) -> [Result<Reply, RedisError>] {
        let deadline = ContinuousClock.now + limit
        let wasAuthenticated = hasAuthenticated
        let results = try await exchange(commands, until: deadline, renaming: renaming)
        guard !wasAuthenticated, let first = results.firstIndex(where: { isQuestion($0) }) else { return results }
        let rest = Array(commands[first...])
        do {
            return results[..<first] + (try await authenticated(rest, until: deadline, renaming: renaming))
        } catch {
            return results[..<first] + rest.map { .failure(error.during(commandName($0))) }
        }
    }

    /// For how long the first reply that is still to come has been late; zero where none is.
    public var overdue: Duration { pending.first { _ in true }.map { max(.zero, .now - $0.deadline) } ?? .zero }

    /// Ends the connection; pending commands fail with `.closed`.
    public func close() { finish(RedisError(.closed, endpoint: endpoint, message: "closed by us")) }

    /// Returns why the connection is over as soon as it is: within milliseconds where the peer's host answers for it. A
    /// silent host is noticed by commands only. Returns `.cancelled` when the waiting task is.
    public func ended() async -> RedisError {
        if case .over(let error) = phase { return error }
        watchers.removeAll { $0.isFulfilled }
        let promise = Promise<RedisError>()
        watchers.append(promise)
        return await promise.value(ifCancelled: .cancelled(endpoint))
    }

    nonisolated func cancelled(_ arguments: [String]) -> RedisError {
        .cancelled(endpoint).during(commandName(arguments))
    }
}
