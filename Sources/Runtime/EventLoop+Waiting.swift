import Glibc

extension EventLoop {
    /// Sleeps on the loop's own timers (millisecond steps, never early). Throws when cancelled or when the loop is
    /// closed.
    public func sleep(for duration: Duration) async throws(CancellationError) {
        let deadline = ContinuousClock.now + duration
        let promise = Promise<Bool>()
        let timer = Protected<UInt64?>(nil)
        perform {
            guard let poll = self.openPoll else {
                promise.fulfil(false)
                return
            }
            let id = poll.newID()
            timer.withLock { $0 = id }
            poll.timers.add(id, at: deadline) { promise.fulfil($0) }
        }
        guard await promise.value(ifCancelled: false) else {
            perform { timer.withLock { $0 }.map { self.openPoll?.timers.cancel($0) } }
            throw CancellationError()
        }
    }

    /// Calls `action` once, on the loop's thread, when `duration` is over: a wait that costs no task. Left out when it
    /// is cancelled before, or the loop closes. To be called on the loop's thread.
    public func after(_ duration: Duration, _ action: @escaping @Sendable () -> Void) -> Alarm {
        at(.now + duration, action)
    }

    /// The same at a point in time.
    package func at(_ time: ContinuousClock.Instant, _ action: @escaping @Sendable () -> Void) -> Alarm {
        guard let poll = openPoll else { return Alarm(loop: self, id: nil) }
        let id = poll.newID()
        poll.timers.add(id, at: time) { isDue in if isDue { action() } }
        return Alarm(loop: self, id: id)
    }

    /// What `after` or `at` is going to do.
    public struct Alarm: Sendable {
        fileprivate let loop: EventLoop
        fileprivate let id: UInt64?

        /// To be called on the loop's thread; does nothing once it has rung.
        public func cancel() { if let id { loop.openPoll?.timers.cancel(id) } }
    }

    /// Whether the loop takes its turn within `limit`, measured off the loop.
    public func turns(within limit: Duration) async -> Bool {
        let promise = Promise<Bool>()
        perform { promise.fulfil(true) }
        return await withTaskGroup(of: Bool.self) { group in
            group.addTask { await promise.value(ifCancelled: false) }
            group.addTask {
                // The limit itself: the loop's own timers would not end where it is stuck.
                try? await Task.sleep(for: limit)
                return false
            }
            defer { group.cancelAll() }
            return await group.next() ?? false
        }
    }

    /// Asks the loop for a turn; what is returned tells whether it has taken it meanwhile. For who must not wait.
    package func hasTurned() -> @Sendable () -> Bool {
        let turned = Protected(false)
        perform { turned.withLock { $0 = true } }
        return { turned.withLock(\.self) }
    }

    /// Waits until `descriptor` is readable or hung up (a pidfd, a pipe, an eventfd). Throws when cancelled or when the
    /// loop is closed.
    ///
    /// The descriptor stays the caller's; the loop watches a duplicate, so several tasks may wait for one, and closing
    /// it meanwhile does no harm. What can't be watched (a regular file, a bad descriptor) counts as readable: reading
    /// tells.
    ///
    /// Where this process may open no more files, the descriptor is looked at now and then instead: our own lack must
    /// not count as an event.
    public func readable(_ descriptor: Int32) async throws(CancellationError) {
        while true {
            switch try await watched(descriptor) {
            case .isReadable: return
            case .isOutOfReach: if isReadableNow(descriptor) { return }
            }
            // There is no room to watch it, and nothing tells when there is.
            try await sleep(for: .milliseconds(200))
        }
    }

    private enum Watched { case isReadable, isOutOfReach }

    private func isReadableNow(_ descriptor: Int32) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        return poll(&entry, 1, 0) > 0
    }

    private func watched(_ descriptor: Int32) async throws(CancellationError) -> Watched {
        let copy = fcntl(descriptor, F_DUPFD_CLOEXEC, 3)
        guard copy >= 0 else { return isLack(errno) ? .isOutOfReach : .isReadable }
        let promise = Promise<Bool>()
        let lacks = Protected(false)
        let source = Protected<UInt64?>(nil)
        perform {
            guard let poll = self.openPoll else {
                promise.fulfil(false)
                return
            }
            let id = poll.watch(copy, .readable) { promise.fulfil(!$0.contains(.closing)) }
            source.withLock { $0 = id }
            if id == nil {
                lacks.withLock { [number = errno] in $0 = isLack(number) }
                promise.fulfil(true)
            }
        }
        let isReadable = await promise.value(ifCancelled: false)
        // Closed on the loop, after the watch began there.
        perform {
            source.withLock { $0 }.map { self.openPoll?.unwatch($0, openDuplicate: copy) }
            Glibc.close(copy)
        }
        guard isReadable else { throw CancellationError() }
        return lacks.withLock(\.self) ? .isOutOfReach : .isReadable
    }
}
