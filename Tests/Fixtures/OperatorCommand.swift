import FoundationEssentials
import Support

/// A command for operators that was run to its end.
package struct OperatorCommand: Sendable, CustomStringConvertible {
    /// The exit code, or 128+n after signal n.
    package let code: Int32
    package let output: String
    package let errors: String
    package let took: Duration

    package init(code: Int32, output: String, errors: String, took: Duration) {
        self.code = code
        self.output = output
        self.errors = errors
        self.took = took
    }

    package var description: String { "exit \(code): \(errors.prefix(2_000)) \(output.prefix(2_000))" }

    package var lines: [String] { output.split(separator: "\n").map(String.init) }

    /// The words of each line of standard output.
    package var rows: [[String]] { lines.map { $0.split(separator: " ").map(String.init) } }

    /// Runs `interrex` with these arguments.
    /// - Parameters:
    ///   - input: the terminal or file that it reads.
    ///   - limit: it has to end by then.
    package static func run(
        _ arguments: [String], _ variables: [String: String] = [:], input: String = "/dev/null",
        within limit: Duration = .seconds(30)
    ) async throws -> OperatorCommand {
        let folder = try TemporaryFolder("operator")
        let environment = ["PATH": currentEnvironment()["PATH"] ?? "/usr/bin:/bin"].merging(variables) { $1 }
        let start = ContinuousClock.now
        let process = try ChildProcess(
            try interrexBinary(), arguments, environment: environment, folder: folder.path,
            output: "\(folder.path)/output", errors: "\(folder.path)/errors", input: input)
        let code = try await process.wait(within: limit)
        return OperatorCommand(
            code: code, output: contents(of: "\(folder.path)/output"), errors: contents(of: "\(folder.path)/errors"),
            took: .now - start)
    }

    /// What `status --json` says.
    package struct Status: Decodable, Sendable {
        package struct Finding: Decodable, Sendable {
            package var name: String
            package var about: String?
            package var weight: String
            package var text: String
            package var commands: [String]
        }

        package struct Server: Decodable, Sendable {
            package var address: String
            package var role: String
            package var zookeeper: String?
            package var disagreement: String?
            package var link: String?
        }

        package struct Master: Decodable, Sendable {
            package var address: String
            package var answers: Bool
            package var cause: String?
        }

        package var root: String
        package var state: String
        package var verdict: String
        package var master: Master?
        package var servers: [Server]
        package var findings: [Finding]

        package func finding(_ name: String) -> Finding? { findings.first { $0.name == name } }
    }

    /// What `--json` printed; a name there `of_two` words is `ofTwo` here.
    /// - Throws: where the output is not one JSON value of that form.
    package func decoded<Value: Decodable>(_ type: Value.Type) throws -> Value {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(type, from: Data(output.utf8))
    }

    /// Runs `interrex` as an operator of a cluster would; `variables` go before those of the cluster.
    package static func of(
        _ arguments: [String], on cluster: TestCluster, _ variables: [String: String] = [:],
        within limit: Duration = .seconds(60)
    ) async throws -> OperatorCommand {
        try await run(
            arguments, ["ZK_HOSTS": cluster.servers, "ZK_ROOT": cluster.root].merging(variables) { $1 }, within: limit)
    }
}

extension TestCluster {
    /// Runs `interrex` as an operator of this cluster would.
    package func interrex(
        _ arguments: String..., variables: [String: String] = [:], within limit: Duration = .seconds(30)
    ) async throws -> OperatorCommand {
        try await OperatorCommand.of(arguments, on: self, variables, within: limit)
    }

    /// What `interrex status --json` says, with its exit code.
    package func status(_ variables: [String: String] = [:]) async throws -> (OperatorCommand.Status, code: Int32) {
        let told = try await interrex("status", "--json", variables: variables)
        return (try told.decoded(OperatorCommand.Status.self), told.code)
    }
}
