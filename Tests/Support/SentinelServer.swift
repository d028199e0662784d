import Glibc

/// A real redis-sentinel on a loopback port, in a folder of its own; killed with the last reference.
public final class SentinelServer: Sendable {
    public let port: Int
    public let process: ChildProcess
    public let folder: TemporaryFolder

    private init(port: Int, process: ChildProcess, folder: TemporaryFolder) {
        self.port = port
        self.process = process
        self.folder = folder
    }

    deinit { killAndReap(process) }

    /// Starts one that monitors `monitor`, a port on loopback (nothing, where it is nil), and waits until it answers.
    /// `extra`: more lines for its file. `identity`: a UUID whose digits and eight zeros are its id; Redis chooses one
    /// otherwise.
    public static func start(
        monitor: Int? = nil, name: String = "mymaster", quorum: Int = 2, downAfter: Duration = .seconds(5),
        failoverTimeout: Duration = .seconds(10), identity: String? = nil,
        extra: [String] = [], port: Int? = nil, folder: TemporaryFolder? = nil
    ) async throws -> SentinelServer {
        let port = try port ?? freePort()
        let folder = try folder ?? TemporaryFolder("sentinel")
        var lines = ["port \(port)", "bind 127.0.0.1", "dir \(folder.path)"]
        if let identity { lines.append("sentinel myid \(identity.filter { $0 != "-" })00000000") }
        if let monitor {
            lines += [
                "sentinel monitor \(name) 127.0.0.1 \(monitor) \(quorum)",
                "sentinel down-after-milliseconds \(name) \(downAfter / .milliseconds(1))",
                "sentinel failover-timeout \(name) \(failoverTimeout / .milliseconds(1))",
            ]
        }
        let file = "\(folder.path)/sentinel-\(port).conf"
        try write((lines + extra).map { $0 + "\n" }.joined(), to: file)
        let process = try ChildProcess("redis-sentinel", [file], output: "\(folder.path)/sentinel-\(port).log")
        try await answers(port, process)
        return SentinelServer(port: port, process: process, folder: folder)
    }

    /// SIGSTOP: it keeps its connections and answers nothing.
    public func freeze() { process.signal(SIGSTOP) }
    public func thaw() { process.signal(SIGCONT) }
    /// SIGKILL; the kernel ends its connections.
    public func kill9() { process.signal(SIGKILL) }
    /// An orderly end; returns once it is gone.
    public func stop() async { await process.end() }
}
