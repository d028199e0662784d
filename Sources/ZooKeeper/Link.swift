internal import CZooKeeper
import Runtime

/// The one owner of a `zhandle_t`: opens it, lends it to calls, hands its callbacks on, and closes it once.
///
/// It is apart from `Session` because it must outlive the handle: libzookeeper's threads hold it unretained, and the
/// thread that closes the handle retains it until that is done, even when nobody holds the session any more.
final class Link: Sendable {
    typealias Outcome = Result<Reply, Failure>

    private enum Handle {
        case none
        case open(OpaquePointer)
        case closed
    }

    private struct Closing {
        var isDone = false
        var waiters: [Promise<Void>] = []
    }

    /// Bytes of stack for threads on which libzookeeper blocks. Reserved, not used: name servers' answers are taken
    /// apart there.
    static let threadStack = 1 << 20

    let configuration: Session.Configuration
    let acl: ACLVector
    /// Held while a call is submitted, so that no call uses the handle after `zookeeper_close` got it.
    private let handle = Protected(Handle.none)
    let calls = Protected(PendingCalls<UnsafeContinuation<Outcome, Never>, Outcome>())
    /// What libzookeeper holds pointers to.
    private let tickets = Protected<[UInt64: Ticket]>([:])
    /// When the next look at the deadlines is due.
    private let alarm = Protected<ContinuousClock.Instant?>(nil)
    let status: Protected<Status>
    /// What `establish` waits for.
    let opening = Promise<Result<Void, Failure>>()
    private let closing = Protected(Closing())
    let states = Broadcast<Session.State>(capacity: 64)
    let changes = Broadcast<WatchEvent>(capacity: 4_096)

    init(_ configuration: Session.Configuration) {
        self.configuration = configuration
        acl = ACLVector(configuration.acl)
        status = Protected(Status(isDigestTaken: configuration.digest == nil))
    }

    // MARK: Calls

    /// Submits a request and waits for its answer, until `deadline` or the end of the task.
    nonisolated(nonsending) func call(
        until deadline: ContinuousClock.Instant, results: MultiBuffers? = nil,
        _ submit: (_ handle: OpaquePointer, _ context: UnsafeRawPointer) -> Int32
    ) async -> Outcome {
        if Task.isCancelled { return .failure(Failure(code: .cancelled)) }
        let id = calls.withLock { $0.add(until: deadline) }
        watchDeadlines(deadline)
        if let failure = lend(Ticket(id, self, results), submit) { answer(id, .failure(failure)) }
        // Only now, because the reply may be there first, and is then taken without a pause. Besides, the thread
        // sanitizer doesn't see how a continuation is handed over that is resumed before its task pauses.
        return await withTaskCancellationHandler {
            await withUnsafeContinuation { continuation in
                let early = calls.withLock { $0.wait(id, continuation) }
                if let early { continuation.resume(returning: early) }
            }
        } onCancel: {
            answer(id, .failure(Failure(code: .cancelled)))
        }
    }

    /// The first answer counts; later ones are dropped.
    func answer(_ id: UInt64, _ outcome: Outcome) {
        calls.withLock { $0.answer(id, outcome) }?.resume(returning: outcome)
    }

    /// Lets `submit` use the handle; returns why nothing was sent.
    private func lend(_ ticket: Ticket, _ submit: (OpaquePointer, UnsafeRawPointer) -> Int32) -> Failure? {
        if let code = status.withLock({ $0.state.refusal }) { return Failure(code: code) }
        return handle.withLock { handle in
            guard case .open(let pointer) = handle else { return Failure(code: .closed) }
            // Before the request: its completion may be there first.
            tickets.withLock { $0[ticket.id] = ticket }
            let code = submit(pointer, Unmanaged.passUnretained(ticket).toOpaque())
            if code == ZOK.rawValue { return nil }
            settled(ticket)
            guard code == ZINVALIDSTATE.rawValue else { return Failure(code: .init(rawValue: code)) }
            // The handle knows of its end a moment before the watcher has told us.
            switch zoo_state(pointer) {
            case ZOO_EXPIRED_SESSION_STATE: return Failure(code: .sessionExpired)
            case ZOO_AUTH_FAILED_STATE: return Failure(code: .authFailed)
            default: return Failure(code: .invalidState)
            }
        }
    }

    /// libzookeeper has no more use for the ticket.
    func settled(_ ticket: Ticket) {
        tickets.withLock { _ = $0.removeValue(forKey: ticket.id) }
    }

    /// One alarm for all calls: set for the first, and set again only as long as calls wait.
    private func watchDeadlines(_ deadline: ContinuousClock.Instant) {
        let isNew = alarm.withLock { alarm in
            if let alarm, alarm <= deadline { return false }
            alarm = deadline
            return true
        }
        if isNew { TimerThread.shared.at(deadline) { [weak self] in self?.deadlinePassed(deadline) } }
    }

    private func deadlinePassed(_ deadline: ContinuousClock.Instant) {
        // Another alarm may have been set for an earlier time; it sees to the rest.
        let isCurrent = alarm.withLock { alarm in
            guard alarm == deadline else { return false }
            alarm = nil
            return true
        }
        guard isCurrent else { return }
        let outcome = Outcome.failure(Failure(code: .deadline))
        let (overdue, next) = calls.withLock { ($0.answerOverdue(at: .now, outcome), $0.nextDeadline) }
        for waiter in overdue { waiter.resume(returning: outcome) }
        if let next { watchDeadlines(next) }
    }

    // MARK: The handle's beginning and end

    /// Takes a new handle over; false when the session was closed meanwhile.
    func adopt(_ pointer: OpaquePointer) -> Bool {
        handle.withLock { handle in
            if case .closed = handle { return false }
            handle = .open(pointer)
            return true
        }
    }

    /// Begins to close the session, once, on a thread of its own: `zookeeper_close` waits for the server, seconds when
    /// it is frozen. Returns at once.
    func beginClosing() {
        let isFirst = status.withLock { status in
            defer { status.isClosing = true }
            return !status.isClosing
        }
        guard isFirst else { return }
        if !startThread(stack: Self.threadStack, { self.shutDown() }) { shutDown() }
    }

    /// Waits until the session is closed, at most `limit`, also in a task that is cancelled.
    nonisolated(nonsending) func closed(within limit: Duration) async {
        let promise = Promise<Void>()
        let isClosed = closing.withLock { closing in
            if !closing.isDone { closing.waiters.append(promise) }
            return closing.isDone
        }
        if isClosed { return }
        TimerThread.shared.at(.now + limit) { promise.fulfil(()) }
        await promise.value()
    }

    private func shutDown() {
        let pointer = handle.withLock { handle -> OpaquePointer? in
            defer { handle = .closed }
            guard case .open(let pointer) = handle else { return nil }
            return pointer
        }
        opening.fulfil(.failure(Failure(code: .closed)))
        move(to: .closed)
        changes.send(finish: true) { nil }
        // What waits may have been sent; libzookeeper would answer it at some time of the closing.
        let outcome = Outcome.failure(Failure(code: .closing))
        for waiter in calls.withLock({ $0.answerAll(outcome) }) { waiter.resume(returning: outcome) }
        if let pointer { zookeeper_close(pointer) }
        // Its threads have ended: what had no completion by now will have none.
        tickets.withLock { $0 = [:] }
        LogRouter.shared.remove(self)
        let waiters = closing.withLock { closing in
            closing.isDone = true
            defer { closing.waiters = [] }
            return closing.waiters
        }
        for waiter in waiters { waiter.fulfil(()) }
    }
}
