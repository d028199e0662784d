internal import CZooKeeper

/// The one owner of a `zhandle_t`: opens it, lends it to calls, hands its callbacks on, and closes it once.
///
/// It is apart from `Session` because it must outlive the handle: libzookeeper's threads hold it unretained, and the
/// thread that closes the handle retains it until that is done, even when nobody holds the session any more.
final class Link: Sendable {
    typealias Outcome = Result<Reply, Failure>

    enum Handle {
        case none
        case open(OpaquePointer)
        case closed
    }

    struct Closing {
        var isDone = false
        var waiters: [@Sendable () -> Void] = []
    }

    let configuration: Session.Configuration
    let acl: ACLVector
    /// Held while a call is submitted, so that no call uses the handle after `zookeeper_close` got it.
    let handle = Locked(Handle.none)
    let calls = Locked(PendingCalls<UnsafeContinuation<Outcome, Never>, Outcome>())
    /// What libzookeeper holds pointers to.
    let tickets = Locked<[UInt64: Ticket]>([:])
    /// When the next look at the deadlines is due.
    private let alarm = Locked<Instant?>(nil)
    let status: Locked<Status>
    let closing = Locked(Closing())
    let states = Broadcast<Session.State>(capacity: 64)
    let changes = Broadcast<WatchEvent>(capacity: 4_096)

    init(_ configuration: Session.Configuration) {
        self.configuration = configuration
        acl = ACLVector(configuration.acl)
        status = Locked(Status(isDigestTaken: configuration.digest == nil))
    }

    // MARK: Calls

    /// Submits a request and waits for its answer, until `deadline` or the end of the task.
    nonisolated(nonsending) func call(
        until deadline: Instant, results: MultiBuffers? = nil,
        _ submit: (_ handle: OpaquePointer, _ context: UnsafeRawPointer) -> Int32
    ) async -> Outcome {
        if Task.isCancelled { return .failure(Failure(code: .cancelled)) }
        let id = calls.withLock { $0.add(until: deadline) }
        watchDeadlines(deadline)
        if let failure = lend(Ticket(id, self, results), submit) { answer(id, .failure(failure)) }
        // Only now, because the reply may be there first, and is then taken without a pause. Besides, the thread sanitizer
        // doesn't see how a continuation is handed over that is resumed before its task pauses.
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
    private func watchDeadlines(_ deadline: Instant) {
        let isNew = alarm.withLock { alarm in
            if let alarm, alarm <= deadline { return false }
            alarm = deadline
            return true
        }
        if isNew { Alarm.shared.set(at: deadline) { [weak self] in self?.deadlinePassed(deadline) } }
    }

    private func deadlinePassed(_ deadline: Instant) {
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

    // MARK: What libzookeeper tells

    func fired(_ kind: WatchEvent.Kind, _ path: String) {
        let path = ZNodePath.relative(path, chroot: configuration.servers.chroot)
        changes.send { WatchEvent(path: path, kind: kind) }
    }
}
