import Cluster
import Glibc
import Succession

/// One data file, seen from its two ends: it may be as large as the memory.
struct DataFile {
    let path: String
    /// In bytes.
    let size: Int
    /// When it was last written, in milliseconds since 1970.
    let modified: Int64
    let inode: UInt64
    let head: [UInt8]
    private let descriptor: Descriptor

    /// Opens a file; nil where there is none.
    /// - Throws: `Unloadable` where it is no regular file or can't be read: a server ends there.
    init?(_ path: String) throws(Unloadable) {
        var info = stat()
        guard stat(path, &info) == 0 else {
            if errno == ENOENT || errno == ENOTDIR { return nil }
            throw .unreadable(path, errno)
        }
        // Opening a FIFO would wait for its other end.
        guard info.st_mode & S_IFMT == S_IFREG else { throw .noFile(path) }
        guard let descriptor = Descriptor(path) else { throw .unreadable(path, errno) }
        guard let head = descriptor.bytes(from: 0, RDBHeader.length) else { throw .unreadable(path, errno) }
        self.path = path
        size = Int(info.st_size)
        modified = milliseconds(info.st_mtim)
        inode = UInt64(info.st_ino)
        self.head = head
        self.descriptor = descriptor
    }

    /// Nil where it doesn't begin as an RDB file.
    var header: RDBHeader? { RDBHeader(head) }

    /// Whether it is more than an empty file or an RDB file without a key.
    var holdsData: Bool { size > 0 && header?.isEmpty != true }

    /// Whether it begins as one that a server loads as an RDB file, and not as commands.
    var isRDB: Bool { RDBHeader.isBegun(head) }

    /// - Parameter newest: the newest version that the server loads.
    func damageAsRDB(newest: RDBLimit, isPreamble: Bool = false) -> DataDamage? {
        .ofRDB(
            head: head, tail: tail(RDBHeader.tailLength), size: size,
            newest: header.map { newest.limit(for: $0.version) } ?? .max, isPreamble: isPreamble)
    }

    /// How the commands in it end.
    var commands: AOFCommands {
        guard head.isEmpty || head[0] == UInt8(ascii: "*") || head[0] == UInt8(ascii: "#") else { return .malformed }
        let tail = tail(AOFCommands.tailLength)
        return tail.count == size ? AOFCommands(tail) : AOFCommands(tail: tail)
    }

    private func tail(_ length: Int) -> [UInt8] { descriptor.bytes(from: max(0, size - length), length) ?? [] }

    private final class Descriptor {
        private let number: Int32

        init?(_ path: String) {
            number = open(path, O_RDONLY | O_CLOEXEC)
            if number < 0 { return nil }
        }

        deinit { close(number) }

        /// At most `length` bytes; nil with `errno` set where they can't be read.
        func bytes(from offset: Int, _ length: Int) -> [UInt8]? {
            var bytes = [UInt8](repeating: 0, count: length)
            var filled = 0
            while filled < length {
                let count = bytes.withUnsafeMutableBytes {
                    pread(number, $0.baseAddress! + filled, length - filled, off_t(offset + filled))
                }
                if count == 0 { break }
                guard count > 0 else {
                    if errno == EINTR { continue }
                    return nil
                }
                filled += count
            }
            return Array(bytes.prefix(filled))
        }
    }
}

/// The newest RDB version that a server loads. To ask the server takes as long as half a launch, so it is done only for
/// a file that not every server loads which takes these settings.
struct RDBLimit {
    /// Whether a server before Redis 7.0 would end at the settings.
    let isForRedis7: Bool
    /// `rdb-version-check relaxed` of Valkey.
    let isRelaxed: Bool
    let ask: () -> Int

    func limit(for version: Int) -> Int {
        if isRelaxed { return .max }
        let assured = isForRedis7 ? RDBVersion.redis7 : RDBVersion.redis7 - 1
        return RDBVersion.loads(version, newest: assured) ? assured : ask()
    }
}
