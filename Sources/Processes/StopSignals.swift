import CLinux
import Cluster
import Glibc
package import Runtime
import Vocabulary

/// SIGTERM or SIGINT ended the launcher before it had become the server.
package struct Stopped: Error {
    package let signal: Int32

    package init(signal: Int32) { self.signal = signal }
}

/// SIGTERM and SIGINT until the server takes over: they wake the loop, and a timer ends the process where waking is not
/// enough (a blocking name look-up, a frozen ZooKeeper). Installed handlers also work at PID 1, where the kernel drops
/// signals of default action.
package enum StopSignals {
    // Unsafe by the compiler's lights only: all of them are word-sized, and written before a handler is installed or by
    // one.

    /// Readable once a signal has come.
    nonisolated(unsafe) package fileprivate(set) static var descriptor: Int32 = -1

    /// The signal that came; 0 where none has.
    nonisolated(unsafe) package fileprivate(set) static var received: Int32 = 0
    /// How many have come: who waits for an end may be asked to hasten.
    nonisolated(unsafe) package fileprivate(set) static var count = 0
    /// How long the process may go on after a signal, in microseconds; 0 where it may take its time.
    nonisolated(unsafe) fileprivate static var limit = 0

    /// - Parameter limit: when the process is ended after a signal, whatever it is doing; a launcher has promised to be
    ///   gone within a second.
    /// - Parameter more: further signals that mean the same, unless whoever started us has them ignored (nohup).
    package static func install(limit: Duration? = .milliseconds(850), alsoOn more: [Int32] = []) {
        self.limit = Self.microseconds(limit)
        descriptor = eventfd(0, Int32(EFD_CLOEXEC) | Int32(EFD_NONBLOCK))
        signal(SIGPIPE, SIG_IGN)
        signal(SIGALRM, endNow)
        signal(SIGTERM, noteStop)
        signal(SIGINT, noteStop)
        for number in more {
            var action = sigaction()
            sigaction(number, nil, &action)
            let isIgnored = unsafeBitCast(action.__sigaction_handler.sa_handler, to: Int.self) == 1
            if !isIgnored { signal(number, noteStop) }
        }
        var stops = sigset_t()
        sigemptyset(&stops)
        for number in [SIGTERM, SIGINT, SIGALRM] + more { sigaddset(&stops, number) }
        // A parent may have left them blocked; that would be inherited.
        sigprocmask(SIG_UNBLOCK, &stops, nil)
    }

    /// Runs what must not be cut in two: a signal that comes meanwhile ends the process after `limit` at the earliest.
    /// - Throws: `Stopped` where one has come already, and nothing is begun.
    package static func withGrace<Value>(_ limit: Duration, _ body: () async -> Value) async throws -> Value {
        let usual = self.limit
        self.limit = microseconds(limit)
        defer {
            self.limit = usual
            // What is left to do gets the usual time.
            if received != 0 { endLater() }
        }
        // Behind the change: one that comes between the two is either seen here, or grants the time.
        if received != 0 { throw Stopped(signal: received) }
        return await body()
    }

    private static func microseconds(_ limit: Duration?) -> Int {
        limit.map { Int($0.wholeMilliseconds) * 1_000 } ?? 0
    }
}

/// Runs `body` on `loop` until it ends or a stop signal comes, whichever is first.
package func unlessStopped<Value: Sendable>(
    on loop: EventLoop, _ body: @escaping @Sendable () async throws -> Value
) async throws -> Value {
    try await withThrowingTaskGroup(of: Value.self) { group in
        group.addTask { try await body() }
        group.addTask {
            try await loop.readable(StopSignals.descriptor)
            throw Stopped(signal: StopSignals.received)
        }
        defer { group.cancelAll() }
        return try await group.next()!
    }
}

// Only what is safe in a signal handler: no allocation, no Swift runtime beyond globals of plain integers.
private func noteStop(_ number: Int32) {
    StopSignals.received = number
    StopSignals.count += 1
    var one: UInt64 = 1
    _ = write(StopSignals.descriptor, &one, 8)
    // The time runs from the first one: who asks again must not wait longer for it.
    if StopSignals.count == 1 { endLater() }
}

private func endLater() {
    var timer = itimerval()
    timer.it_value.tv_sec = StopSignals.limit / 1_000_000
    timer.it_value.tv_usec = StopSignals.limit % 1_000_000
    setitimer(__itimer_which_t(ITIMER_REAL.rawValue), &timer, nil)
}

private func endNow(_: Int32) { _exit(128 + StopSignals.received) }
