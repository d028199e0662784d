import FoundationEssentials
import Glibc
import Runtime

/// A real ZooKeeper server on loopback, with a data folder of its own.
///
/// Debian's jar, started as Debian's own script does, tuned for a quick start: no fsync, a small heap, the first
/// compiler only. Servers that a test forgot are killed when the test process exits.
public final class ZooKeeperServer: Sendable {
    public let port: Int
    private let host: Network.Host?
    private let folder: TemporaryFolder
    private let process = Protected<ChildProcess?>(nil)

    public var connectString: String { "\(ip):\(port)" }
    private var ip: String { host?.ip ?? "127.0.0.1" }

    /// What the server wrote, for the message of a test that failed.
    public var log: String { contents(of: "\(folder.path)/log") }

    /// Starts a standalone server and waits until it serves. `tickTime` is in milliseconds: session timeouts are 2 to
    /// 20 of it; 0 connections means no limit per address; `extra` are lines of `zoo.cfg`.
    /// It listens on loopback, or on a host's address.
    public static func start(
        on host: Network.Host? = nil, tickTime: Int = 500, maxClientConnections: Int = 0, extra: [String] = []
    ) async throws -> ZooKeeperServer {
        let server = try ZooKeeperServer(
            port: freePort(), tickTime: tickTime, maxClientConnections: maxClientConnections, extra: extra, number: nil,
            host: host)
        try await server.serve()
        return server
    }

    /// One for all tests that only need a root path of their own: started once, ended at process exit.
    public static func shared() async throws -> ZooKeeperServer {
        let start = sharedStart.withLock { start in
            if let start { return start }
            let new = Task { try await ZooKeeperServer.start() }
            start = new
            return new
        }
        return try await start.value
    }

    init(port: Int, tickTime: Int, maxClientConnections: Int, extra: [String], number: Int?, host: Network.Host? = nil)
        throws
    {
        self.port = port
        self.host = host
        folder = try TemporaryFolder("zookeeper")
        let lines =
            [
                "tickTime=\(tickTime)", "initLimit=10", "syncLimit=4", "dataDir=\(folder.path)/data",
                "clientPort=\(port)", "clientPortAddress=\(host?.ip ?? "127.0.0.1")",
                "maxClientCnxns=\(maxClientConnections)",
                "admin.enableServer=false", "4lw.commands.whitelist=srvr",
            ] + extra
        mkdir("\(folder.path)/data", 0o700)
        if let number { try write("\(number)\n", to: "\(folder.path)/data/myid") }
        try write(lines.joined(separator: "\n") + "\n", to: "\(folder.path)/zoo.cfg")
    }

    deinit { process.value.map(end) }

    /// SIGSTOP; returns once it has stopped: until then it may answer yet.
    public func freeze() {
        guard let process = process.value else { return }
        process.signal(SIGSTOP)
        let threads = "/proc/\(process.pid)/task"
        for _ in 0..<2_000 where !entries(of: threads).allSatisfy({ hasStopped("\(threads)/\($0)") }) { usleep(1_000) }
    }

    /// A thread that has ended meanwhile has stopped, too.
    private func hasStopped(_ thread: String) -> Bool {
        let state = contents(of: "\(thread)/stat").split(separator: ")").last?.first { $0 != " " }
        return state.map { "TtZX".contains($0) } ?? true
    }

    public func thaw() { process.value?.signal(SIGCONT) }

    /// Ends it at once; connections are reset.
    public func kill() async throws {
        guard let running = process.withLock({ $0.take() }) else { return }
        end(running)
        try await running.wait()
    }

    /// Starts it again, with the same data on the same port, after ending it if it runs.
    public func restart() async throws {
        try await kill()
        try await serve()
    }

    /// Starts it again on the same port without any data: every session and every node is gone.
    public func restartWiped() async throws {
        try await kill()
        try? FileManager.default.removeItem(atPath: "\(folder.path)/data/version-2")
        try await serve()
    }

    public func stop() async throws { try await kill() }

    /// Gives `/` to an administrator alone: nobody else may read it, or create anything there.
    public func lockTop() async throws {
        let output = "\(folder.path)/client"
        let client = try ChildProcess(
            "java",
            [
                "-XX:TieredStopAtLevel=1", "-cp", "/etc/zookeeper/conf:/usr/share/java/zookeeper.jar",
                "org.apache.zookeeper.ZooKeeperMain", "-server", connectString, "setAcl", "/",
                "digest:admin:D/InIHSb7yEEbrWz8b9l71RjZJU=:cdrwa",
            ], output: output)
        let code = try await client.wait(within: .seconds(30))
        guard code == 0 else { throw TestFailure("setAcl ended with \(code): \(contents(of: output))") }
    }

    func launch() throws {
        let command = (host?.prefix ?? []) + ["java"]
        let child = try ChildProcess(
            command[0],
            command.dropFirst() + [
                "-Xmx128m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto", "-XX:-UsePerfData",
                "-Dzookeeper.forceSync=no", "-Dzookeeper.jmx.log4j.disable=true",
                "-Dzookeeper.root.logger=INFO,CONSOLE",
                // A server that was alone asks the others for a vote ever more rarely: every minute otherwise.
                "-Dzookeeper.fastleader.maxNotificationInterval=1000",
                "-cp", "/etc/zookeeper/conf:/usr/share/java/zookeeper.jar",
                "org.apache.zookeeper.server.quorum.QuorumPeerMain", "\(folder.path)/zoo.cfg",
            ],
            output: "\(folder.path)/log")
        process.withLock { $0 = child }
        runningServers.withLock { pids in
            pids[child.pid] = folder.path
        }
        isExitHandled.withLock { isHandled in
            if !isHandled { atexit(endForgottenServers) }
            isHandled = true
        }
    }

    func serve() async throws {
        try launch()
        do {
            try await eventually("ZooKeeper serves on port \(port)", within: .seconds(30)) {
                if let code = self.process.value?.exitCode { throw TestFailure("ZooKeeper ended with \(code)") }
                return await self.mode != nil
            }
        } catch {
            throw TestFailure("\(error)\n\(log)")
        }
    }

    /// `standalone`, `leader` or `follower`; nil while it doesn't serve. Waits 0.3 s for an answer at most.
    public var mode: String? {
        get async {
            // On a thread of its own: waiting for a server must not hold one of the few threads that all tests share.
            let answer = await withCheckedContinuation { (answer: CheckedContinuation<String, Never>) in
                let started = startThread { [ip, port] in answer.resume(returning: ask("srvr", ip, port)) }
                if !started { answer.resume(returning: "") }
            }
            guard let line = answer.split(separator: "\n").first(where: { $0.hasPrefix("Mode: ") }) else { return nil }
            return String(line.dropFirst(6))
        }
    }

    private func end(_ child: ChildProcess) {
        child.signal(SIGKILL)
        child.signal(SIGCONT)
        runningServers.withLock { _ = $0.removeValue(forKey: child.pid) }
    }
}

private let sharedStart = Protected<Task<ZooKeeperServer, any Error>?>(nil)
/// Process ids, each with its folder.
private let runningServers = Protected<[Int32: String]>([:])
private let isExitHandled = Protected(false)

private func endForgottenServers() {
    for (pid, folder) in runningServers.value {
        kill(pid, SIGKILL)
        waitpid(pid, nil, 0)
        try? FileManager.default.removeItem(atPath: folder)
    }
}

/// ZooKeeper's four-letter words: one word in, one text out.
private func ask(_ word: String, _ ip: String, _ port: Int) -> String {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    defer { close(descriptor) }
    var limit = timeval(tv_sec: 0, tv_usec: 300_000)
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    var address = loopback(port)
    address.sin_addr.s_addr = inet_addr(ip)
    let code = withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
            connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
    }
    guard code == 0, send(descriptor, word, word.utf8.count, Int32(MSG_NOSIGNAL)) > 0 else { return "" }
    var answer: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 4_096)
    while case let count = recv(descriptor, &chunk, chunk.count, 0), count > 0 { answer += chunk[0..<count] }
    return String(decoding: answer, as: UTF8.self)
}
