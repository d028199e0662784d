import Glibc

/// Why a file can't be read: a few words for a line about it.
public struct FileProblem: Error, Equatable, Sendable, CustomStringConvertible {
    public let description: String
    /// `errno`, or the nearest to it.
    let number: Int32
}

/// The bytes of a file, or nil with `errno` set: as `readWholeFile`.
public func readFile(_ path: String, limit: Int = 1_048_576) -> [UInt8]? {
    do throws(FileProblem) {
        return try readWholeFile(path, limit: limit)
    } catch {
        errno = error.number
        return nil
    }
}

/// The bytes of a regular file, or of a device that comes to its end at once, as `/dev/null` does. Never waits: a FIFO,
/// whose other end nobody may ever open, is refused.
///
/// - Parameter limit: in bytes; a longer file counts as unreadable.
public func readWholeFile(_ path: String, limit: Int = 1_048_576) throws(FileProblem) -> [UInt8] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY)
    guard descriptor >= 0 else { throw FileProblem(description: lastError(), number: errno) }
    defer { close(descriptor) }
    var info = stat()
    guard fstat(descriptor, &info) == 0 else { throw FileProblem(description: lastError(), number: errno) }
    switch info.st_mode & S_IFMT {
    case S_IFREG, S_IFCHR: break
    case S_IFDIR: throw FileProblem(description: "it is a folder", number: EISDIR)
    case S_IFIFO: throw FileProblem(description: "it is a pipe, and no file", number: ESPIPE)
    default: throw FileProblem(description: "it is no regular file", number: EINVAL)
    }
    guard let bytes = readToEnd(descriptor, limit: limit) else {
        let number = errno
        switch number {
        case EFBIG: throw FileProblem(description: "it is larger than \(limit) bytes", number: number)
        case EAGAIN: throw FileProblem(description: "it is a device, and no file", number: number)
        default: throw FileProblem(description: lastError(number), number: number)
        }
    }
    return bytes
}

/// What comes out of a descriptor until its end, or nil with `errno` set; more than `limit` bytes are EFBIG.
public func readToEnd(_ descriptor: Int32, limit: Int = 1_048_576) -> [UInt8]? {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 16_384)
    while true {
        let count = read(descriptor, &chunk, chunk.count)
        if count == 0 { return bytes }
        guard count > 0 else {
            if errno == EINTR { continue }
            return nil
        }
        bytes += chunk[0..<count]
        guard bytes.count <= limit else {
            errno = EFBIG
            return nil
        }
    }
}

/// Writes all of it. Where it can't, `errno` says why.
package func writeWhole(_ bytes: some Sequence<UInt8>, to descriptor: Int32) -> Bool {
    var rest = Array(bytes)[...]
    while !rest.isEmpty {
        let count = rest.withUnsafeBytes { write(descriptor, $0.baseAddress, $0.count) }
        guard count >= 0 || errno == EINTR else { return false }
        rest = rest.dropFirst(max(count, 0))
    }
    return true
}
