import Glibc

/// Starts a detached thread that blocks every signal; returns whether the system gave one.
///
/// Signals are blocked so that they reach the threads of whoever handles them, never one of ours.
package func startThread(stack: Int? = nil, _ body: @escaping @Sendable () -> Void) -> Bool {
    var attributes = pthread_attr_t()
    pthread_attr_init(&attributes)
    defer { pthread_attr_destroy(&attributes) }
    pthread_attr_setdetachstate(&attributes, CInt(PTHREAD_CREATE_DETACHED))
    if let stack { pthread_attr_setstacksize(&attributes, stack) }

    var all = sigset_t()
    var before = sigset_t()
    sigfillset(&all)
    pthread_sigmask(SIG_SETMASK, &all, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }

    // Retained for the one call of the entry; taken back here if the thread never starts.
    let box = Unmanaged.passRetained(ThreadBody(run: body))
    var thread = pthread_t()
    guard pthread_create(&thread, &attributes, enterThread, box.toOpaque()) == 0 else {
        box.release()
        return false
    }
    return true
}

private final class ThreadBody: Sendable {
    let run: @Sendable () -> Void
    init(run: @escaping @Sendable () -> Void) { self.run = run }
}

private func enterThread(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    Unmanaged<ThreadBody>.fromOpaque(context!).takeRetainedValue().run()
    return nil
}
