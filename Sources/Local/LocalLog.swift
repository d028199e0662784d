import Cluster
import Glibc
import Runtime

/// The file in which a process of a local cluster writes its lines, one a process, over all its restarts.
///
/// A file, not a pipe to us: a terminal that is held never stops a server, and what a process said last can be read
/// when it has ended.
struct LocalLog: Sendable {
    let name: String
    let path: String

    init(_ name: String, in folder: String) {
        self.name = name
        path = "\(folder)/\(name).log"
    }

    /// A descriptor to append to, close-on-exec.
    /// - Throws: `Failure` (78).
    func open() throws(Failure) -> Int32 {
        let descriptor = Glibc.open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            throw Failure(.badConfiguration, "the log \(path.clipped) can't be opened (\(lastError()))")
        }
        return descriptor
    }

    /// Its length in bytes.
    var size: Int {
        var info = stat()
        return stat(path, &info) == 0 ? Int(info.st_size) : 0
    }

    /// The last lines, at most `count`, of what stands in it from `start` on.
    func tail(_ count: Int, from start: Int) -> [String] {
        // Longer lines than that nobody wants on a screen.
        let bytes = read(from: max(start, size - 16_384), atMost: 16_384)
        let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
        return lines.filter { !$0.allSatisfy(\.isWhitespace) }.suffix(count).map(String.init)
    }

    fileprivate func read(from start: Int, atMost limit: Int) -> [UInt8] {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { return [] }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: limit)
        let count = pread(descriptor, &bytes, limit, off_t(start))
        return Array(bytes.prefix(max(0, count)))
    }
}

/// Shows what comes to a log, line by line.
struct LogFollower {
    let log: LocalLog
    let console: LocalConsole
    private var position: Int
    private var rest: [UInt8] = []

    /// From where the log ends now.
    init(_ log: LocalLog, console: LocalConsole) {
        self.log = log
        self.console = console
        position = log.size
    }

    /// Shows the whole lines that have come since.
    mutating func catchUp() {
        while true {
            let bytes = log.read(from: position, atMost: 65_536)
            guard !bytes.isEmpty else { return }
            position += bytes.count
            rest += bytes
            var lines = rest.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            rest = Array(lines.removeLast())
            // Complaints of ZooKeeper's about its own logging.
            for line in lines.map({ String(decoding: $0, as: UTF8.self) }) where !line.hasPrefix("SLF4J") {
                console.show(line, of: log.name)
            }
        }
    }
}
