import Glibc
import Runtime

/// A server that a test started through a launcher, or a watcher, as a scheduler would: a port, a folder and variables.
public final class Launched: Sendable {
    public enum Kind: String, Sendable { case redis, sentinel, watcher }

    public let kind: Kind
    public let port: Int
    /// Where it listens: loopback, unless it runs on a host of a `Network`.
    public let ip: String
    public let folder: TemporaryFolder
    public let process: ChildProcess

    /// - Parameter variables: put over `ZK_HOSTS`, `ZK_ROOT`, `BIND_IP`, `PORT0`, `DATA_DIR`; an empty value unsets
    ///   one.
    /// - Parameter host: where it runs; nil: here, on loopback.
    /// - Parameter wrapper: a program and its arguments that then becomes the launcher, such as a shell that waits
    ///   first.
    public init(
        _ kind: Kind, zookeeper: String, root: String, port: Int? = nil, folder: TemporaryFolder? = nil,
        on host: Network.Host? = nil, _ variables: [String: String] = [:], arguments: [String] = [],
        wrapper: [String] = []
    ) throws {
        self.kind = kind
        ip = host?.ip ?? "127.0.0.1"
        self.port = try port ?? freePort()
        self.folder = try folder ?? TemporaryFolder("interrex-\(kind)")
        var environment = [
            "PATH": currentEnvironment()["PATH"] ?? "/usr/bin:/bin", "ZK_HOSTS": zookeeper, "ZK_ROOT": root,
            "BIND_IP": ip, "PORT0": String(self.port), "DATA_DIR": self.folder.path,
        ]
        environment.merge(variables) { $1 }
        let program = try kind == .watcher ? [interrexBinary() + "-watcher"] : [interrexBinary(), kind.rawValue]
        let command = (host?.prefix ?? []) + wrapper + program + arguments
        process = try ChildProcess(
            command[0], Array(command.dropFirst()), environment: environment.filter { !$0.value.isEmpty },
            folder: self.folder.path, output: "\(self.folder.path)/output-\(self.port)-\(nextNumber())",
            processGroup: true)
    }

    /// The process ids of its children: the lease, once there is one.
    public var children: [Int32] {
        contents(of: "/proc/\(process.pid)/task/\(process.pid)/children").split(separator: " ").compactMap { Int32($0) }
    }

    /// The lines that the launcher itself wrote: those of the server begin with its process id.
    public var lines: [String] {
        process.text.split(separator: "\n").map(String.init).filter { $0.contains(" interrex ") }
    }

    /// One command to it; see `redis`.
    @discardableResult
    public func ask(_ arguments: String..., within limit: Duration = .seconds(5)) async throws -> String {
        try await send(arguments, to: port, at: ip, within: limit)
    }

    public func stop() async { await process.end() }
}

private let numbers = Protected(0)
private func nextNumber() -> Int {
    numbers.withLock { number in
        number += 1
        return number
    }
}

/// The program under test: `INTERREX_BIN` (the release build, in `make test`), else the one built beside the tests.
public func interrexBinary() throws -> String {
    if let path = currentEnvironment()["INTERREX_BIN"] { return path }
    var buffer = [CChar](repeating: 0, count: 4_096)
    let count = readlink("/proc/self/exe", &buffer, buffer.count - 1)
    let own = String(decoding: buffer.prefix(max(count, 0)).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    let path = String(own[..<(own.lastIndex(of: "/") ?? own.startIndex)]) + "/interrex"
    guard access(path, X_OK) == 0 else {
        throw TestFailure("interrex is neither beside the tests nor named by INTERREX_BIN")
    }
    return path
}
