import Glibc
import Support
import Testing

/// A running `interrex local`, in a folder of its own and with a temporary folder of its own.
final class Local: Sendable {
    let process: ChildProcess
    let temporary: TemporaryFolder
    private let here: TemporaryFolder
    private let said: TemporaryFolder
    private let variable: String

    init(_ arguments: [String], root: String? = nil, _ more: [String: String] = [:]) async throws {
        temporary = try TemporaryFolder("local-temporary")
        here = try TemporaryFolder("local-here")
        said = try TemporaryFolder("local-said")
        variable = "INTERREX_TEST_LOCAL=\(temporary.path)"
        var variables = ["TMPDIR": temporary.path, "INTERREX_TEST_LOCAL": temporary.path]
        variables["ZK_ROOT"] = root
        variables.merge(more) { $1 }
        process = try ChildProcess(
            interrexBinary(), ["local"] + arguments, environment: environment(variables), folder: here.path,
            output: "\(said.path)/output", errors: "\(said.path)/errors", processGroup: true)
    }

    var output: String { contents(of: "\(said.path)/output") }
    var errors: String { contents(of: "\(said.path)/errors") }
    var topology: ShownTopology { ShownTopology(output) }
    /// The HTTP port of the watcher that was named last.
    var watcher: Int {
        get throws {
            let start = try #require(output.ranges(of: "curl http://127.0.0.1:").last).upperBound
            return try #require(Int(output[start...].prefix { $0.isNumber }))
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

    /// Ends it, and expects that no process and no file of it is left.
    func end(_ signal: Int32) async throws {
        let descendants = children
        process.signal(signal)
        #expect(try await process.wait(within: .seconds(60)) == 0)
        let left = descendants + ProcessFiles.all(withVariables: [variable])
        // A lease leaves by itself, once ZooKeeper has ended its session.
        try await eventually("nothing of it runs: \(left.map { "\($0.pid) \($0.program)" })", within: .seconds(3)) {
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
    private var isLinked = true

    var servers: [Int] { masters + replicas + sentinels }

    init(_ output: String) {
        for line in output.split(separator: "\n") {
            if line.hasPrefix("master ") {
                masters = ports(line)
            }
            if line.hasPrefix("replicas ") {
                replicas = ports(line)
                isLinked = !line.contains("not linked")
            }
            if line.hasPrefix("sentinels ") { sentinels = ports(line) }
        }
    }

    func isWhole(redis: Int, sentinels: Int) -> Bool {
        masters.count == 1 && replicas.count == redis - 1 && self.sentinels.count == sentinels && isLinked
    }

    private func ports(_ line: Substring) -> [Int] {
        let part = line.prefix { $0 != "Z" }
        return part.split(separator: "127.0.0.1:").dropFirst().compactMap { Int($0.prefix(while: \.isNumber)) }
    }
}
