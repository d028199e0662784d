import Glibc

/// A pipe that nobody reads, full to the last byte, under a name: a log collector that hangs.
public final class FullPipe: Sendable {
    public let path: String
    private let folder: TemporaryFolder
    private let descriptor: Int32
    /// What it was filled with.
    private let filling: Int

    public init() throws {
        folder = try TemporaryFolder("pipe")
        path = "\(folder.path)/pipe"
        guard mkfifo(path, 0o600) == 0 else { throw TestFailure("no pipe: \(errno)") }
        // Both ends, so that opening waits for nobody; non-blocking for this opening of it alone.
        descriptor = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC)
        guard descriptor >= 0 else { throw TestFailure("no pipe: \(errno)") }
        var count = 0
        for size in [4_096, 1] {
            let bytes = [UInt8](repeating: UInt8(ascii: "\n"), count: size)
            while write(descriptor, bytes, size) == size { count += size }
        }
        filling = count
    }

    deinit { close(descriptor) }

    /// What makes a program write its standard error here: a shell and its arguments, before the program's own.
    public var wrapper: [String] { ["sh", "-c", "exec \"$@\" 2>'\(path)'", "sh"] }

    /// How many bytes were written beyond its filling, and are not read.
    public var unread: Int {
        var count: Int32 = 0
        _ = ioctl(descriptor, UInt(FIONREAD), &count)
        return Int(count) - filling
    }

    /// Reads all that is there.
    public func drain() -> String {
        var (all, buffer) = ([UInt8](), [UInt8](repeating: 0, count: 65_536))
        while true {
            let count = read(descriptor, &buffer, buffer.count)
            guard count > 0 else { break }
            all += buffer.prefix(count)
        }
        return String(decoding: all, as: UTF8.self)
    }
}
