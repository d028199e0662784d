import Glibc
import Runtime
public import Vocabulary

/// One connection to a Redis or Sentinel server: commands in, replies out, in order, each with a limit of its own.
///
/// Any task may send commands at any time: they are written at once, one behind the other (pipelining). A command whose
/// limit is over keeps its place in the queue, and its reply is dropped when it comes: the connection stays usable, and
/// no command ever gets another's reply. Dropping the last reference closes it.
///
/// Not for commands that break the rule of one reply each: `MONITOR`, `PSYNC`, `CLIENT REPLY`, `HELLO 3`, and
/// `SUBSCRIBE` (see `Subscription`).
public actor Connection {
    /// What one reply may cost by default: 2 MiB. That is the list of some six hundred replicas; `INFO` has some KiB.
    /// Whoever answers may be anybody.
    public static let defaultReplyLimit = 2_097_152

    /// nil where it was opened by a name that no address has.
    public nonisolated let address: Address?
    public nonisolated var unownedExecutor: UnownedSerialExecutor { loop.asUnownedSerialExecutor() }

    /// A command that was written and whose reply is still to come.
    private struct Pending {
        var name: String
        /// Whether it bears a secret: then nothing of what is answered is repeated.
        var isSecret: Bool
        var deadline: ContinuousClock.Instant
        var promise: Promise<Result<Reply, RedisError>>
    }

    private enum Phase {
        case connecting(Promise<RedisError?>)
        case open
        case over(RedisError)
    }

    nonisolated let loop: EventLoop
    private let replyLimit: Int
    /// For a server that asks who we are, and only then.
    let credentials: Credentials?
    /// Whether they were sent: the server has asked for them.
    public private(set) var hasAuthenticated = false
    /// What this server's commands are called.
    private let names: CommandNames
    private var phase: Phase
    private var socket: Socket?
    private var parser: ReplyParser?
    private var pending = Queue<Pending>()
    /// Commands that the system has not taken yet, from `sent` on.
    private var unsent: [UInt8] = []
    private var sent = 0
    /// Whether the loop watches for room to write.
    private var awaitsRoom = false
    /// The one timer for all deadlines, and when it rings: never later than the earliest of them.
    private var timer: (alarm: EventLoop.Alarm, at: ContinuousClock.Instant)?
    private var watchers: [Promise<RedisError>] = []
    private var hasAnswered = false
    /// Takes messages, then how the connection ended; nil unless subscribed.
    private var subscriber: (@Sendable (Result<Message, RedisError>) -> Void)?

    init(_ address: Address?, credentials: Credentials?, on loop: EventLoop, replyLimit: Int, names: CommandNames) {
        self.address = address
        self.credentials = credentials
        self.loop = loop
        self.replyLimit = replyLimit
        self.names = names
        phase = .connecting(Promise())
    }

    /// Returns once it is connected. To be called once.
    func connect(to socketAddress: SocketAddress, until deadline: ContinuousClock.Instant) async throws(RedisError) {
        guard case .connecting(let promise) = phase else { return }
        do {
            socket = try Socket(connectingTo: socketAddress, on: loop) { [weak self] readiness in
                self?.assumeIsolated { $0.handle(readiness) }
            }
        } catch {
            let error = RedisError(connecting: error, address)
            finish(error)
            throw error
        }
        arm(deadline)
        guard let error = await promise.value(ifCancelled: .cancelled(address)) else { return }
        finish(error)
        throw error
    }

    /// For how long the first reply that is still to come has been late; zero where none is.
    public var overdue: Duration { pending.first { _ in true }.map { max(.zero, .now - $0.deadline) } ?? .zero }

    /// Ends the connection; pending commands fail with `.closed`.
    public func close() { finish(RedisError(.closed, address: address, message: "closed by us")) }

    /// Returns why the connection is over as soon as it is: within milliseconds where the peer's host answers for it. A
    /// silent host is noticed by commands only. Returns `.cancelled` when the waiting task is.
    public func ended() async -> RedisError {
        if case .over(let error) = phase { return error }
        watchers.removeAll { $0.isFulfilled }
        let promise = Promise<RedisError>()
        watchers.append(promise)
        return await promise.value(ifCancelled: .cancelled(address))
    }

    nonisolated func cancelled(_ arguments: [String]) -> RedisError {
        .cancelled(address).during(commandName(arguments))
    }

    /// Has our kernel ask the peer's whether it is still there, once nothing has come for `interval`; the connection
    /// ends where it is silent.
    func keepAlive(after interval: Duration) { socket?.keepAlive(after: interval) }

    // MARK: Commands and replies

    /// The command that says who we are, the one time that it is sent.
    /// - Parameter again: it was sent, and the server did not take that password.
    func authentication(again: Bool = false) -> [String]? {
        guard let credentials, again || !hasAuthenticated else { return nil }
        hasAuthenticated = true
        return ["AUTH"] + (credentials.username.map { [$0] } ?? []) + [credentials.password.text]
    }

    func submit(
        _ commands: [[String]], until deadline: ContinuousClock.Instant, renaming: Bool = true
    ) throws(RedisError) -> [Promise<Result<Reply, RedisError>>] {
        if case .over(let error) = phase { throw commands.first.map { error.during(commandName($0)) } ?? error }
        if Task.isCancelled { throw commands.first.map { cancelled($0) } ?? .cancelled(address) }
        // One call may be of any size; what is bounded is how many calls wait behind a peer that takes nothing.
        if unsent.count - sent > replyLimit {
            let message = "the peer takes no commands: more than \(replyLimit) bytes wait to be sent"
            let error = RedisError(.timedOut, address: address, message: message)
            finish(error)
            throw error
        }
        let promises = commands.map { arguments in
            precondition(!arguments.isEmpty, "a command has a name")
            unsent.append(command: renaming ? names.renamed(arguments) : arguments)
            return expect(commandName(arguments), isSecret: bearsSecret(arguments), until: deadline)
        }
        flush()
        return promises
    }

    /// Hands every message, and at last how the connection ended, to `subscriber` from here on.
    func listen(_ subscriber: @escaping @Sendable (Result<Message, RedisError>) -> Void) throws(RedisError) {
        if case .over(let error) = phase { throw error }
        self.subscriber = subscriber
    }

    /// Writes commands each of whose arguments is answered by a reply of its own, as those of `SUBSCRIBE` are.
    func submit(
        each commands: [(name: String, arguments: [String])], until deadline: ContinuousClock.Instant
    ) -> [Promise<Result<Reply, RedisError>>] {
        var promises: [Promise<Result<Reply, RedisError>>] = []
        for (name, arguments) in commands {
            unsent.append(command: [name] + arguments)
            for _ in arguments { promises.append(expect(name, until: deadline)) }
        }
        flush()
        return promises
    }

    /// Queues a place for one reply, whose deadline is watched from now on.
    private func expect(
        _ name: String, isSecret: Bool = false, until deadline: ContinuousClock.Instant
    ) -> Promise<Result<Reply, RedisError>> {
        let promise = Promise<Result<Reply, RedisError>>()
        pending.append(Pending(name: name, isSecret: isSecret, deadline: deadline, promise: promise))
        arm(deadline)
        return promise
    }

    private func handle(_ readiness: Readiness) {
        if readiness.contains(.closing) { return finish(.loopClosed(address)) }
        guard let socket else { return }
        if case .connecting(let promise) = phase {
            guard readiness.contains(.writable) else { return }
            let code = socket.connected()
            if code == ECONNRESET { return finishUnopened(promise) }
            guard code == 0 else { return finish(RedisError(errno: code, address: address, connecting: true)) }
            // A connect that was cancelled in this very moment is ended by its waiter.
            phase = .open
            socket.watch(.readable)
            promise.fulfil(nil)
            return
        }
        if readiness.contains(.readable) { _ = receive() }
        if readiness.contains(.writable) { flush() }
    }

    /// The peer took the connection and reset it before we saw it open.
    private func finishUnopened(_ promise: Promise<RedisError?>) {
        phase = .open
        finishWithLastWords(ECONNRESET)
        if case .over(let error) = phase { promise.fulfil(error) }
    }

    private func flush() {
        guard let socket, !unsent.isEmpty else { return }
        let result = unsent.withUnsafeBytes { socket.send(UnsafeRawBufferPointer(rebasing: $0[sent...])) }
        switch result {
        case .success(let count):
            sent += count
            let isDone = sent == unsent.count
            if isDone {
                unsent = []
                sent = 0
            } else if sent > unsent.count / 2 {
                unsent.removeFirst(sent)
                sent = 0
            }
            guard isDone == awaitsRoom else { return }
            awaitsRoom = !isDone
            socket.watch(isDone ? .readable : [.readable, .writable])
        case .failure(let error):
            finishWithLastWords(error.number)
        }
    }

    /// A server that turns a client away says why, then closes: that line came before the failure.
    private func finishWithLastWords(_ code: Int32) {
        while receive() {}
        finish(RedisError(errno: code, address: address, connecting: false))
    }

    /// Reads at most 16 KiB, so that a flood on one connection doesn't hold up the others: the loop comes back for the
    /// rest. Returns whether there may be more.
    private func receive() -> Bool {
        guard let socket else { return false }
        switch socket.receive() {
        case .success(nil): return false
        case .success(let bytes?) where bytes.isEmpty:
            finish(RedisError(.closed, address: address, message: "the peer ended the connection"))
        case .success(let bytes?): parse(bytes)
        case .failure(let error):
            finish(RedisError(errno: error.number, address: address, connecting: false))
        }
        return self.socket != nil
    }

    private func parse(_ bytes: UnsafeRawBufferPointer) {
        let parser = parser ?? ReplyParser(limit: replyLimit)
        self.parser = parser
        parser.feed(bytes)
        while socket != nil {
            switch parser.next() {
            case .reply(let reply): deliver(reply)
            case .needMore: return
            case .failure(let reason):
                finish(RedisError(.notRedis, address: address, message: printable(reason)))
            }
        }
    }

    private func deliver(_ reply: Reply) {
        if let subscriber, let message = Message(reply) { return subscriber(.success(message)) }
        guard let entry = pending.popFirst() else { return finish(unasked(reply)) }
        hasAnswered = true
        if case .error(let line) = reply {
            var error = RedisError(line: line, address: address, command: entry.name)
            if error.code == .denied { error.user = user }
            entry.promise.fulfil(.failure(entry.isSecret ? error.withoutText : error))
        } else {
            entry.promise.fulfil(.success(reply))
        }
    }

    /// As whom the server knows us: until it is told, that is the default user.
    private var user: String { (hasAuthenticated ? credentials?.username : nil) ?? "default" }

    /// Redis turns a client away (protected mode, too many clients) with an error line before any command; nothing else
    /// comes unasked.
    private func unasked(_ reply: Reply) -> RedisError {
        if case .error(let line) = reply, !hasAnswered {
            let error = RedisError(line: line, address: address, command: nil)
            if error.code == .denied { return error }
        }
        return RedisError(.notRedis, address: address, message: "a reply that nobody asked for")
    }

    // MARK: Deadlines and the end

    /// Makes the timer ring at `deadline` or earlier. It is left alone when it rings early enough as it is: a command
    /// then costs no timer of its own.
    private func arm(_ deadline: ContinuousClock.Instant) {
        if let timer {
            if timer.at <= deadline { return }
            timer.alarm.cancel()
        }
        timer = (loop.at(deadline) { [weak self] in self?.assumeIsolated { $0.expire() } }, deadline)
    }

    private func expire() {
        timer = nil
        if case .connecting = phase { return finish(late("no connection")) }
        let now = ContinuousClock.now
        var next: ContinuousClock.Instant?
        for entry in pending where !entry.promise.isFulfilled {
            if entry.deadline > now {
                next = min(next ?? entry.deadline, entry.deadline)
            } else {
                entry.promise.fulfil(.failure(late("no reply").during(entry.name)))
            }
        }
        if let next { arm(next) }
    }

    /// Ends the connection once: closes the socket, fails whatever waits.
    func finish(_ error: RedisError) {
        let before = phase
        if case .over = before { return }
        phase = .over(error)
        socket = nil
        parser = nil
        unsent = []
        timer?.alarm.cancel()
        timer = nil
        if case .connecting(let promise) = before { promise.fulfil(error) }
        for entry in pending.removeAll() { entry.promise.fulfil(.failure(error.during(entry.name))) }
        for watcher in watchers { watcher.fulfil(error) }
        watchers = []
        subscriber?(.failure(error))
        subscriber = nil
    }

    private func late(_ what: String) -> RedisError {
        RedisError(.timedOut, address: address, message: "\(what) within the limit")
    }
}
