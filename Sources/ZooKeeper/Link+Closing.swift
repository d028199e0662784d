internal import CZooKeeper

extension Link {
    /// Begins to close the session, once, on a thread of its own: `zookeeper_close` waits for the server, seconds when
    /// it is frozen. Returns at once.
    func beginClosing() {
        let isFirst = status.withLock { status in
            defer { status.isClosing = true }
            return !status.isClosing
        }
        guard isFirst else { return }
        if !Threads.start({ self.shutDown() }) { shutDown() }
    }

    /// Waits until the session is closed, at most `limit`.
    nonisolated(nonsending) func closed(within limit: Duration) async {
        await withUnsafeContinuation { (continuation: UnsafeContinuation<Void, Never>) in
            let waiter = Locked<UnsafeContinuation<Void, Never>?>(continuation)
            let resume: @Sendable () -> Void = {
                waiter.withLock { waiter in
                    defer { waiter = nil }
                    return waiter
                }?.resume()
            }
            let isClosed = closing.withLock { closing in
                if !closing.isDone { closing.waiters.append(resume) }
                return closing.isDone
            }
            if isClosed { resume() } else { Alarm.shared.set(at: .now + limit, resume) }
        }
    }

    private func shutDown() {
        let pointer = handle.withLock { handle -> OpaquePointer? in
            defer { handle = .closed }
            guard case .open(let pointer) = handle else { return nil }
            return pointer
        }
        settle(.failure(Failure(code: .closed)))
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
        for resume in waiters { resume() }
    }
}
