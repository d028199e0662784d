internal import CZooKeeper  // its header brings pthread_attr_t along, which makes it the type's module
import Glibc

/// Threads for C calls that block, which must not hold one of Swift's few pool threads.
enum Threads {
    /// Runs `body` on a new detached thread that no signal interrupts; false when the system gives no thread.
    static func start(_ body: @escaping @Sendable () -> Void) -> Bool {
        withSignalsBlocked {
            var attributes = pthread_attr_t()
            pthread_attr_init(&attributes)
            defer { pthread_attr_destroy(&attributes) }
            pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
            // Reserved, not used: name servers' answers are taken apart on the stack.
            pthread_attr_setstacksize(&attributes, 1 << 20)
            let box = Unmanaged.passRetained(Body(run: body))
            var thread = pthread_t()
            let started = pthread_create(&thread, &attributes, threadMain, box.toOpaque()) == 0
            if !started { box.release() }
            return started
        }
    }

    /// Threads that are created in `body` inherit a full signal mask, so that a program's signal handlers run on its own
    /// threads.
    static func withSignalsBlocked<Result>(_ body: () -> Result) -> Result {
        var all = sigset_t()
        var before = sigset_t()
        sigfillset(&all)
        pthread_sigmask(SIG_SETMASK, &all, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        return body()
    }

    fileprivate final class Body: Sendable {
        let run: @Sendable () -> Void
        init(run: @escaping @Sendable () -> Void) { self.run = run }
    }
}

private func threadMain(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    Unmanaged<Threads.Body>.fromOpaque(context!).takeRetainedValue().run()
    return nil
}
