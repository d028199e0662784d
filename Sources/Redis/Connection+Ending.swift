/// Deadlines and the end, on the loop's thread.
extension Connection {
    /// Makes the timer ring at `deadline` or earlier. It is left alone when it rings early enough as it is: a command
    /// then costs no timer of its own.
    func arm(_ deadline: ContinuousClock.Instant) {
        guard let poll = loop.openPoll else { return }
        if let timer {
            if timer.at <= deadline { return }
            poll.timers.cancel(timer.id)
        }
        let id = poll.newID()
        timer = (id, deadline)
        poll.timers.add(id, at: deadline) { [weak self] isDue in
            if isDue { self?.assumeIsolated { $0.expire() } }
        }
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
        if let timer { loop.openPoll?.timers.cancel(timer.id) }
        timer = nil
        if case .connecting(let promise) = before { promise.fulfil(error) }
        for entry in pending.removeAll() { entry.promise.fulfil(.failure(error.during(entry.name))) }
        for watcher in watchers { watcher.fulfil(error) }
        watchers = []
        subscriber?(.failure(error))
        subscriber = nil
    }

    private func late(_ what: String) -> RedisError {
        RedisError(.timedOut, endpoint: endpoint, message: "\(what) within the limit")
    }
}
