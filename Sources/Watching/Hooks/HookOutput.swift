import CLinux
import Cluster
import Glibc
import Runtime

/// What a hook writes on standard output and standard error: a pipe that is read as long as the hook runs, so that
/// writing never stops it. The first lines are kept.
final class HookOutput: Sendable {
    /// How much is kept of one run.
    static let limit = (lines: 20, bytes: 8_192)

    /// For the hook.
    let writeEnd: Int32
    private let readEnd: Int32
    private let loop: EventLoop
    private let kept = Protected<(bytes: [UInt8], count: Int)>(([], 0))

    /// Nil where no pipe is to be had.
    init?(on loop: EventLoop) {
        var ends: [Int32] = [0, 0]
        guard pipe2(&ends, O_CLOEXEC) == 0 else { return nil }
        (readEnd, writeEnd) = (ends[0], ends[1])
        // Of our end alone: the other is another open file.
        _ = fcntl(readEnd, F_SETFL, O_NONBLOCK)
        self.loop = loop
    }

    deinit { close(readEnd) }

    /// Closes the hook's end, once the hook has it.
    func handedOver() { close(writeEnd) }

    /// Reads until nobody can write any more, or the task is cancelled.
    func drain() async {
        while (try? await loop.readable(readEnd)) != nil, read() {
            // One that writes without end must not keep us busy.
            if kept.withLock({ $0.count > Self.limit.bytes }) { try? await loop.sleep(for: .milliseconds(10)) }
        }
    }

    /// The lines, once the hook has ended: what it left running may write on for ever, and is not waited for.
    func lines() -> [String] {
        while read() {}
        let (bytes, count) = kept.withLock { $0 }
        let all = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline).map { $0.oneLine }
            .filter { !$0.allSatisfy(\.isWhitespace) }
        let shown = Array(all.prefix(Self.limit.lines))
        guard all.count > shown.count || count > bytes.count else { return shown }
        return shown + ["(more was written; \(count) bytes in all)"]
    }

    /// Reads what is there; false where nothing is, or will be.
    private func read() -> Bool {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = Glibc.read(readEnd, &buffer, buffer.count)
        guard count > 0 else { return false }
        kept.withLock { kept in
            kept.bytes += buffer.prefix(min(count, Self.limit.bytes - kept.bytes.count))
            kept.count += count
        }
        return true
    }
}
