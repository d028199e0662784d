import CLinux
import Cluster
import Glibc
import Runtime

/// Does `body`, which keeps this thread, and says `line` once where that takes long: nobody may wait for what they
/// aren't told.
package func sayingIfLong<Value>(_ line: String, _ body: () throws -> Value) rethrows -> Value {
    let done = eventfd(0, Int32(EFD_CLOEXEC))
    guard done >= 0 else { return try body() }
    // Ends with `body`, or with this process; 256 KiB are plenty for a line.
    let isStarted = startThread(stack: 262_144) {
        var waited = pollfd(fd: done, events: Int16(POLLIN), revents: 0)
        if poll(&waited, 1, quietMilliseconds) == 0 { Log.info(line) }
        // Until `body` is done: the descriptor must not come to mean another.
        poll(&waited, 1, -1)
        close(done)
    }
    defer {
        var one: UInt64 = 1
        if isStarted { _ = write(done, &one, 8) } else { close(done) }
    }
    return try body()
}

private let quietMilliseconds: Int32 = 800
