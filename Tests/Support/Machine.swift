import FoundationEssentials
import Glibc
import Runtime

/// A folder of a test's own, removed with everything in it when the last reference goes.
public final class TemporaryFolder: Sendable {
    public let path: String

    /// - Parameter onDisk: for folders that `interrex hand-over` gives to a user: it leaves alone what is below `/dev`.
    public init(_ name: String = "interrex", onDisk: Bool = false) throws {
        var template = Array("\(onDisk ? "/tmp" : Self.memory ?? "/tmp")/\(name)-XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { throw TestFailure("mkdtemp: \(String(cString: strerror(errno)))") }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }

    /// A folder in memory, where there is room: Redis and Sentinel wait for the disk, and one that others use too keeps
    /// them for longer than a test's deadline. A container's may be small (64 MB by default with Docker) and closed to
    /// programs.
    private static let memory: String? = {
        var facts = statvfs()
        // ST_NOEXEC of <sys/statvfs.h>, which Glibc's module does not have.
        let (path, closedToPrograms) = ("/dev/shm", UInt(8))
        guard access(path, W_OK) == 0, statvfs(path, &facts) == 0, facts.f_flag & closedToPrograms == 0,
            UInt64(facts.f_bavail) * UInt64(facts.f_frsize) >= 4 << 30
        else { return nil }
        return path
    }()
}

/// A loopback TCP port that was free a moment ago: never given out twice by this process, and taken below the range
/// that the kernel gives to outgoing connections, so that no connection of another test sits on it.
public func freePort() throws -> Int {
    for _ in 0..<5_000 {
        let port = nextPort.withLock { next in
            next = next >= 31_999 ? 10_240 : next + 1
            return next
        }
        if isFree(port) { return port }
    }
    throw TestFailure("no free port")
}

private let nextPort = Protected(Int.random(in: 10_240..<31_000))

public func isFree(_ port: Int) -> Bool {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    defer { close(descriptor) }
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = in_port_t(port).bigEndian
    address.sin_addr.s_addr = inet_addr("127.0.0.1")
    return withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
    } == 0
}

public func contents(of path: String) -> String {
    guard let file = fopen(path, "r") else { return "" }
    defer { fclose(file) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while case let count = fread(&chunk, 1, chunk.count, file), count > 0 { bytes += chunk[0..<count] }
    return String(decoding: bytes, as: UTF8.self)
}

public func write(_ text: String, to path: String) throws {
    guard let file = fopen(path, "w") else { throw TestFailure("\(path): \(String(cString: strerror(errno)))") }
    defer { fclose(file) }
    fputs(text, file)
}

public func currentEnvironment() -> [String: String] {
    var result: [String: String] = [:]
    var entry = environ
    while let text = entry.pointee {
        let line = String(cString: text)
        if let equals = line.firstIndex(of: "=") {
            result[String(line[..<equals])] = String(line[line.index(after: equals)...])
        }
        entry += 1
    }
    return result
}
