import Fixtures
import FoundationEssentials
import Succession
import Support
import Testing
import ZooKeeper

/// A command for operators, as a script gives it.
struct Steering {
    let process: ChildProcess
    private let folder: TemporaryFolder
    private let errorPath: String
    private let start = ContinuousClock.now

    init(_ arguments: [String], _ variables: [String: String], terminal: Terminal? = nil) throws {
        folder = try TemporaryFolder("steering")
        errorPath = "\(folder.path)/errors"
        let environment = ["PATH": "/usr/bin:/bin", "USER": "ops"].merging(variables) { $1 }.filter {
            !$0.value.isEmpty
        }
        process = try ChildProcess(
            interrexBinary(), arguments, environment: environment, folder: folder.path,
            output: terminal?.path ?? "\(folder.path)/output", errors: terminal?.path ?? errorPath,
            input: terminal?.path ?? "/dev/null", session: terminal != nil)
    }

    var output: String { process.text }
    var errors: String { contents(of: errorPath) }

    /// Waits until standard error says so.
    func says(_ text: String) async throws {
        try await eventually("it says \(text)") {
            if let code = process.exitCode, !errors.contains(text) {
                throw TestFailure("ended with \(code): \(errors)\(output)")
            }
            return errors.contains(text)
        }
    }

    /// Waits for the end.
    func end(within limit: Duration = .seconds(120)) async throws -> OperatorCommand {
        let code = try await process.wait(within: limit)
        return OperatorCommand(code: code, output: output, errors: errors, took: .now - start)
    }
}

extension WatchedCluster {
    /// Begins a command; `variables` go before those of the cluster.
    func begin(
        _ arguments: String..., with variables: [String: String] = [:], on terminal: Terminal? = nil
    ) throws -> Steering {
        let own = ["ZK_HOSTS": cluster.servers, "ZK_ROOT": cluster.root]
        return try Steering(arguments, own.merging(variables) { $1 }, terminal: terminal)
    }

    /// Runs a command to its end.
    func steer(_ arguments: String..., with variables: [String: String] = [:]) async throws -> OperatorCommand {
        let own = ["ZK_HOSTS": cluster.servers, "ZK_ROOT": cluster.root]
        return try await Steering(arguments, own.merging(variables) { $1 }).end()
    }

    /// The same, with the words in a list.
    func run(_ arguments: [String]) async throws -> OperatorCommand {
        try await Steering(arguments, ["ZK_HOSTS": cluster.servers, "ZK_ROOT": cluster.root]).end()
    }

    /// What `/redis/switchover` holds.
    func request() async throws -> Switchover? {
        guard let node = try await node("switchover") else { return nil }
        return try JSONDecoder().decode(Switchover.self, from: Data(node.data))
    }
}
