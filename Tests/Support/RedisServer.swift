import Glibc

/// A real redis-server, in a folder of its own; killed with the last reference.
public final class RedisServer: Sendable {
    public let port: Int
    public let process: ChildProcess
    public let folder: TemporaryFolder

    private init(port: Int, process: ChildProcess, folder: TemporaryFolder) {
        self.port = port
        self.process = process
        self.folder = folder
    }

    deinit { killAndReap(process) }

    /// Starts one with `extra` arguments (without snapshots, unless they ask for some) and waits until it answers: on
    /// `host`, without a password, or on a loopback port.
    public static func start(
        _ extra: [String] = [], on host: Network.Host? = nil, port: Int? = nil, folder: TemporaryFolder? = nil
    ) async throws -> RedisServer {
        let port = try port ?? freePort()
        let folder = try folder ?? TemporaryFolder("redis")
        let arguments =
            ["--port", "\(port)", "--bind", host?.ip ?? "127.0.0.1", "--dir", folder.path]
            + (host == nil ? [] : ["--protected-mode", "no"]) + (extra.contains("--save") ? [] : ["--save", ""]) + extra
        let command = (host?.prefix ?? []) + ["redis-server"] + arguments
        let process = try ChildProcess(command[0], Array(command[1...]), output: "\(folder.path)/redis-\(port).log")
        try await answers(port, process, at: host?.ip ?? "127.0.0.1")
        return RedisServer(port: port, process: process, folder: folder)
    }

    /// SIGSTOP: it keeps its connections and answers nothing.
    public func freeze() { process.signal(SIGSTOP) }
    public func thaw() { process.signal(SIGCONT) }
    /// SIGKILL; the kernel ends its connections.
    public func kill9() { process.signal(SIGKILL) }
    /// An orderly end; returns once it is gone.
    public func stop() async { await process.end() }
}

/// Waits until `PING` is answered on `port`, also with "authentication required"; throws with the log when the process
/// ends.
func answers(_ port: Int, _ process: ChildProcess, at host: String = "127.0.0.1") async throws {
    try await eventually("the server on port \(port) answers: \(process.text)") {
        if let code = process.exitCode {
            throw TestFailure("the server on \(port) ended with \(code): \(process.text)")
        }
        guard let answer = try? await redis(port, "PING", at: host) else { return false }
        return answer == "PONG" || answer.hasPrefix("-NOAUTH")
    }
}

/// Kills the process and takes its status. A zombie of this process must not stay: the monitor of exit tests waits for
/// any child, and spins on one that is not its own.
func killAndReap(_ process: ChildProcess) {
    process.signal(SIGKILL)
    for _ in 0..<5_000 where process.exitCode == nil { usleep(1_000) }
}
