import CLinux
import Glibc

/// One thread, one epoll: the actors that own connections run on it. It is a task executor as well, so that a short
/// program can run all its tasks on it.
///
/// Jobs must not block: all others wait meanwhile. A loop with a thread of its own lives until `close()`.
public final class EventLoop: SerialExecutor, TaskExecutor, Sendable {
    private enum Item {
        case job(UnownedJob)
        case action(@Sendable () -> Void)
    }

    private struct Inbox {
        var items: [Item] = []
        /// The thread that drives the loop now; compared, never used.
        var thread: pthread_t?
        /// Whether the driving thread looks at the inbox again before it sleeps: then nobody has to wake it.
        var awake = true
        var closing = false
        /// No thread drives the loop any more. Jobs that still come get a thread that lives until the inbox is empty,
        /// so that an actor of a closed loop answers (with an error) instead of never.
        var ended = false
        var draining = false
    }

    /// So often at most the inbox is emptied before descriptors and timers have their turn.
    private static let roundsPerTurn = 16

    private let inbox = Protected(Inbox())
    private let poll: EventPoll?

    /// A loop with a thread of its own, with all signals blocked in it.
    ///
    /// Where the system has no descriptor or thread left, the loop is born closed: what uses it fails with `.closed`.
    public convenience init() {
        self.init(poll: EventPoll())
        if startThread({ self.drive() }) { return }
        poll?.close()
        inbox.withLock { $0.ended = true }
    }

    /// A loop that its creator drives.
    private init(poll: EventPoll?) { self.poll = poll }

    /// Ends the thread soon: connections fail with `.closed`, sleepers and waiters are cancelled. Returns at once; any
    /// thread may call it, more than once.
    public func close() {
        inbox.withLock {
            $0.closing = true
            wake(&$0)
        }
    }

    /// Runs the loop on the calling thread until it is closed and nothing is left to do.
    private func drive() {
        inbox.withLock { $0.thread = pthread_self() }
        guard let poll else { return drain() }
        var rounds = 0
        while true {
            let (items, closing) = takeItems()
            run(items)
            // What a job makes runnable is run before the system is asked: most jobs are one step of many.
            rounds += 1
            if !items.isEmpty, !closing, rounds < Self.roundsPerTurn { continue }
            rounds = 0
            if closing, poll.isOpen {
                poll.close()
            } else if closing, items.isEmpty {
                if finish(poll) { return }
            } else {
                poll.turn(block: items.isEmpty) { inbox.withLock { $0.awake = true } }
            }
        }
    }

    private func takeItems() -> ([Item], closing: Bool) {
        inbox.withLock { inbox in
            // About to sleep only with nothing to do; while closing there is no sleep.
            inbox.awake = !inbox.items.isEmpty || inbox.closing
            defer { inbox.items = [] }
            return (inbox.items, inbox.closing)
        }
    }

    private func run(_ items: [Item]) {
        for item in items {
            switch item {
            // Both roles at once: an actor of this loop that a task of this loop calls needs no hop.
            case .job(let job):
                job.runSynchronously(isolatedTo: asUnownedSerialExecutor(), taskExecutor: asUnownedTaskExecutor())
            case .action(let action): action()
            }
        }
    }

    private func finish(_ poll: EventPoll) -> Bool {
        inbox.withLock { inbox in
            guard inbox.items.isEmpty else { return false }
            inbox.ended = true
            inbox.thread = nil
            poll.closeDescriptors()
            return true
        }
    }

    /// Runs what comes after the end, on a thread that lives until the inbox is empty.
    private func drain() {
        inbox.withLock { $0.thread = pthread_self() }
        while true {
            let items = inbox.withLock { inbox -> [Item] in
                defer { inbox.items = [] }
                if inbox.items.isEmpty {
                    inbox.thread = nil
                    inbox.ended = true
                    inbox.draining = false
                }
                return inbox.items
            }
            if items.isEmpty { return }
            run(items)
        }
    }

    private func add(_ item: Item, waking: Bool = true) {
        inbox.withLock { inbox in
            if inbox.ended, !waking { return }
            inbox.items.append(item)
            guard waking else { return }
            wake(&inbox)
        }
    }

    private func wake(_ inbox: inout Inbox) {
        if inbox.ended {
            guard !inbox.draining, !inbox.items.isEmpty else { return }
            inbox.draining = startThread { self.drain() }
        } else if !inbox.awake, let poll {
            inbox.awake = true
            eventfd_write(poll.wakeUp, 1)
        }
    }
}

extension EventLoop {
    public func enqueue(_ job: consuming ExecutorJob) { add(.job(UnownedJob(job))) }

    /// True on the thread that drives the loop.
    public func isIsolatingCurrentContext() -> Bool? {
        inbox.withLock { $0.thread.map { pthread_equal($0, pthread_self()) != 0 } ?? false }
    }

    public func checkIsolated() { precondition(isIsolatingCurrentContext() == true, "not on the loop's thread") }

    /// Runs `action` on the loop's thread, after what was added before. With `waking` false it may wait until something
    /// else wakes the loop, and is left out once the loop has ended.
    package func perform(waking: Bool = true, _ action: @escaping @Sendable () -> Void) {
        add(.action(action), waking: waking)
    }

    /// The loop's descriptors and timers, on the loop's thread only; nil once it is closed.
    var openPoll: EventPoll? {
        assert(isIsolatingCurrentContext() == true)
        return poll.flatMap { $0.isOpen ? $0 : nil }
    }
}

extension EventLoop {
    /// Runs `body` as a task on a loop driven by the calling thread (no other thread is started) and returns its
    /// result: what a synchronous `main` uses to be asynchronous without the cooperative pool.
    ///
    /// Every task that `body` starts in a structured way runs on the loop too. Tasks that it leaves behind have their
    /// waits cancelled. Host names are the exception to "no other thread": the system can only look them up blocking.
    /// `Task.sleep` would start the pool: use the loop's `sleep(for:)`. The main actor can't be used, its thread is
    /// busy.
    public static func run<Value: Sendable>(
        _ body: @escaping @Sendable (EventLoop) async throws -> Value
    ) throws -> Value {
        let loop = EventLoop(poll: EventPoll())
        let result = Protected<Result<Value, any Error>?>(nil)
        let task = Task(executorPreference: loop) {
            do {
                let value = try await body(loop)
                result.withLock { $0 = .success(value) }
            } catch {
                result.withLock { $0 = .failure(error) }
            }
            loop.close()
        }
        loop.drive()
        guard let result = result.withLock({ $0 }) else {
            // Only where the body itself closed the loop while it waited for another executor.
            task.cancel()
            throw Closed()
        }
        return try result.get()
    }

    /// The loop was closed before the task ended that `run` waits for.
    package struct Closed: Error, CustomStringConvertible {
        package var description: String { "the loop was closed before its task ended" }
    }
}
