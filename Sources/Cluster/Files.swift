import Glibc

/// The bytes of a file, or nil with `errno` set; a longer file counts as unreadable (EFBIG).
public func readFile(_ path: String, limit: Int = 1_048_576) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    return readToEnd(descriptor, limit: limit)
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

/// What `errno` says, in words.
public func lastError() -> String { lastError(errno) }

public func lastError(_ number: Int32) -> String { String(cString: strerror(number)) }
