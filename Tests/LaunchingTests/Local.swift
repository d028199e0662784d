import Glibc
import Support
import Testing

/// A running `interrex local`, in a folder of its own and with a temporary folder of its own.
///
/// Verbose, unless it is on a terminal: its output then has the whole topology whenever that changes, and its errors
/// what the processes say.
final class Local: Sendable {
    let process: ChildProcess
    let temporary: TemporaryFolder
    private let here: TemporaryFolder
    private let said: TemporaryFolder
    private let terminal: Terminal?
    private let variable: String

    /// - Parameter session: on a terminal, whether it is the process that the terminal belongs to, which gets SIGHUP.
    init(
        _ arguments: [String], root: String? = nil, _ more: [String: String] = [:], on terminal: Terminal? = nil,
        session: Bool = true
    ) async throws {
        temporary = try TemporaryFolder("local-temporary")
        here = try TemporaryFolder("local-here")
        said = try TemporaryFolder("local-said")
        self.terminal = terminal
        variable = "INTERREX_TEST_LOCAL=\(temporary.path)"
        var variables = ["TMPDIR": temporary.path, "INTERREX_TEST_LOCAL": temporary.path]
        variables["ZK_ROOT"] = root
        variables.merge(more) { $1 }
        process = try ChildProcess(
            interrexBinary(), ["local"] + (terminal == nil ? ["--verbose"] : []) + arguments,
            environment: environment(variables), folder: here.path,
            output: terminal?.path ?? "\(said.path)/output", errors: terminal?.path ?? "\(said.path)/errors",
            input: terminal?.path ?? "/dev/null", processGroup: true, session: terminal != nil && session)
    }

    var output: String { terminal?.text ?? contents(of: "\(said.path)/output") }
    var errors: String { terminal?.text ?? contents(of: "\(said.path)/errors") }
    var topology: ShownTopology { ShownTopology(output) }
    /// The HTTP port of the watcher that was named last.
    var watcher: Int {
        get throws {
            try #require(topology.watchers.first)
        }
    }

    /// The first topology under which everything is up.
    func complete(redis: Int = 3, sentinels: Int = 3) async throws -> ShownTopology {
        try await eventually("everything is up: \(output) \(errors.suffix(2_000))", within: .seconds(90)) {
            if let code = self.process.exitCode { throw TestFailure("ended with \(code): \(self.errors)") }
            guard self.output.contains("everything is up") else { return nil }
            let topology = self.topology
            return topology.isWhole(redis: redis, sentinels: sentinels) ? topology : nil
        }
    }

    /// Where it has all its files, without --folder.
    var cluster: String {
        get throws { try "\(temporary.path)/\(#require(names(in: temporary.path).first))" }
    }

    func killServer(at port: Int) async throws {
        for pid in try await servers(at: [port]) { kill(pid, SIGKILL) }
    }

    /// The processes that listen on these ports.
    func servers(at ports: [Int]) async throws -> [Int32] {
        var processes: [Int32] = []
        for port in ports {
            let info = try await redis(port, "INFO", "server").split(whereSeparator: \.isNewline)
            let line = try #require(info.first { $0.hasPrefix("process_id:") })
            processes.append(try #require(Int32(line.dropFirst("process_id:".count))))
        }
        return processes
    }

    func killAll(where isVictim: (ProcessFiles) -> Bool) {
        for process in children where isVictim(process) { kill(process.pid, SIGKILL) }
    }

    /// Kills the process that ends everything where this one can't, and returns once it is gone.
    func killGuard() async throws {
        let guards = children.filter { contents(of: "/proc/\($0.pid)/cmdline").contains("local-guard") }
        try #require(guards.count == 1)
        kill(guards[0].pid, SIGKILL)
        try await eventually("the guard is gone") { !guards[0].isRunning }
    }

    /// Ends it, and expects that no process and no file of it is left.
    func end(_ signal: Int32) async throws { try await end { process.signal(signal) } }

    /// The same, however it is ended.
    func end(
        code: Int32 = 0, within limit: Duration = .seconds(60), gone: Duration = .seconds(60),
        by body: () throws -> Void
    ) async throws {
        let descendants = children
        try body()
        #expect(try await process.wait(within: limit) == code)
        let left = descendants + ProcessFiles.all(withVariables: [variable])
        // A lease leaves by itself, once ZooKeeper has ended its session.
        try await eventually("nothing of it runs: \(left.map { "\($0.pid) \($0.program)" })", within: gone) {
            !left.contains(where: \.isRunning)
        }
        #expect(names(in: temporary.path) == [] && names(in: here.path) == [])
        for port in topology.servers { await #expect(throws: TestFailure.self) { try await redis(port, "PING") } }
    }

    /// All processes below one, whichever of its threads started them.
    private func tree(_ pid: Int32) -> [ProcessFiles] {
        let processes = entries(of: "/proc").compactMap { Int32($0) }.map(ProcessFiles.init)
        let children = processes.filter { $0["PPid"] == "\(pid)" }
        return children.flatMap { [$0] + tree($0.pid) }
    }

    var children: [ProcessFiles] { tree(process.pid) }
}

/// The ports in the last topology that was shown.
struct ShownTopology: Equatable {
    var masters: [Int] = []
    var replicas: [Int] = []
    var sentinels: [Int] = []
    var watchers: [Int] = []
    private var isLinked = true

    var servers: [Int] { masters + replicas + sentinels }

    init(_ output: String) {
        guard let start = output.ranges(of: "\nrole ").last?.upperBound else { return }
        for line in output[start...].split(separator: "\n").dropFirst() {
            let fields = line.split(separator: " ")
            guard fields.count > 2, let port = fields[1].split(separator: ":").last.flatMap({ Int($0) }) else { break }
            switch fields[0] {
            case "master": masters.append(port)
            case "replica": replicas.append(port)
            case "sentinel": sentinels.append(port)
            case "watcher": watchers.append(port)
            default: break
            }
            if line.contains("not linked") { isLinked = false }
        }
    }

    func isWhole(redis: Int, sentinels: Int) -> Bool {
        masters.count == 1 && replicas.count == redis - 1 && self.sentinels.count == sentinels && isLinked
    }
}
