import CLinux
import Glibc
import Succession

extension ServerBinary {
    /// The newest RDB version that this server loads, by what `--version` says; `Int.max` where that is not known.
    var newestRDB: Int { saidVersion.map { RDBVersion.newest(ofServer: $0) } ?? .max }

    /// The first line that the program writes within 2 s.
    private var saidVersion: String? {
        var ends: [Int32] = [0, 0]
        guard pipe2(&ends, O_CLOEXEC) == 0 else { return nil }
        defer { close(ends[0]) }
        let child = try? Spawn(path, [path, "--version"], streams: [.nothing, .of(ends[1]), .nothing]).start()
        close(ends[1])
        guard let child else { return nil }
        defer {
            kill(child, SIGKILL)
            waitpid(child, nil, 0)
        }
        var waited = pollfd(fd: ends[0], events: Int16(POLLIN), revents: 0)
        guard poll(&waited, 1, 2_000) == 1 else { return nil }
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = read(ends[0], &bytes, bytes.count)
        return count > 0 ? String(decoding: bytes.prefix(count), as: UTF8.self) : nil
    }
}
