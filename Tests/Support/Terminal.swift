import Glibc
import Runtime

/// A terminal of 80 columns and 24 lines, as its person sees it: a process is started on its `path`.
public final class Terminal: Sendable {
    /// What a process on it opens.
    public let path: String
    private let shown = Protected<[UInt8]>([])
    private let descriptor: Protected<Int32>

    public init() throws {
        // `posix_openpt`, `unlockpt` and `ptsname`, which Swift's Glibc leaves out, by what they do: TIOCSPTLCK and
        // TIOCGPTN of asm-generic/ioctls.h.
        let master = open("/dev/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC)
        var (lock, number) = (Int32(0), Int32(0))
        guard master >= 0, ioctl(master, 0x4004_5431, &lock) == 0, ioctl(master, 0x8004_5430, &number) == 0 else {
            throw TestFailure("no pseudo-terminal: \(String(cString: strerror(errno)))")
        }
        var size = winsize(ws_row: 24, ws_col: 80, ws_xpixel: 0, ws_ypixel: 0)
        _ = ioctl(master, UInt(TIOCSWINSZ), &size)
        _ = fcntl(master, F_SETFL, O_NONBLOCK)
        path = "/dev/pts/\(number)"
        descriptor = Protected(master)
    }

    deinit { close() }

    /// Everything that was shown up to now, with the control sequences of its colours, and line ends as in files.
    public var text: String {
        shown.withLock { shown in
            var bytes = [UInt8](repeating: 0, count: 65_536)
            while true {
                let count = read(descriptor.value, &bytes, bytes.count)
                guard count > 0 else { break }
                shown += bytes.prefix(count)
            }
            return String(decoding: shown.filter { $0 != UInt8(ascii: "\r") }, as: UTF8.self)
        }
    }

    /// The same without colours, line by line.
    public var lines: [String] {
        text.replacing(/\u{1b}\[[0-9;]*m/, with: "").split(separator: "\n", omittingEmptySubsequences: false)
            .map(String.init)
    }

    /// What its person types; `\u{3}` is Ctrl-C.
    public func type(_ text: String) { _ = write(descriptor.value, text, text.utf8.count) }

    /// Closes its window.
    public func close() {
        descriptor.withLock { descriptor in
            if descriptor >= 0 { Glibc.close(descriptor) }
            descriptor = -1
        }
    }
}
