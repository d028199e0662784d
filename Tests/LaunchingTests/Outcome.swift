import Cluster
import Glibc
import Support
import Testing

/// A run of `interrex` that came to its end, and what it said.
struct Outcome: CustomStringConvertible {
    let code: Int32
    let output: String
    let errors: String

    /// The lines of standard error.
    var lines: [String] { errors.split(separator: "\n").map(String.init) }

    var description: String { "exit \(code): \(errors.prefix(2_000)) \(output.prefix(300))" }

    /// Runs the program with these variables only (and `PATH`), in `folder`, and waits for its end.
    static func of(
        _ arguments: [String], _ variables: [String: String] = [:], in folder: TemporaryFolder,
        within limit: Duration = .seconds(30)
    ) async throws -> Outcome {
        try await of(interrexBinary(), arguments, variables, in: folder, within: limit)
    }

    /// The same for any program, such as a shell that starts ours.
    static func of(
        _ program: String, _ arguments: [String], _ variables: [String: String] = [:], in folder: TemporaryFolder,
        within limit: Duration = .seconds(30)
    ) async throws -> Outcome {
        // What it says stays out of the folder that it works in, so that this can be compared.
        let said = try TemporaryFolder("said")
        let process = try ChildProcess(
            program, arguments, environment: environment(variables), folder: folder.path, output: "\(said.path)/output",
            errors: "\(said.path)/errors", processGroup: true)
        do {
            let code = try await process.wait(within: limit)
            return Outcome(
                code: code, output: contents(of: "\(said.path)/output"), errors: contents(of: "\(said.path)/errors"))
        } catch {
            // The whole group: the program may be a shell that started ours.
            kill(-process.pid, SIGKILL)
            try await process.wait(within: .seconds(5))
            throw TestFailure("\(error): \(contents(of: "\(said.path)/errors"))")
        }
    }
}

/// These variables and `PATH`, and nothing of the test's own.
func environment(_ variables: [String: String]) -> [String: String] {
    ["PATH": currentEnvironment()["PATH"] ?? "/usr/bin:/bin"].merging(variables) { $1 }
}

/// The names in a folder, sorted; those of the test's own logs left out, and the lock file, which stays on purpose.
func names(in folder: String) -> [String] {
    guard let stream = opendir(folder) else { return [] }
    defer { closedir(stream) }
    var names: [String] = []
    while let entry = readdir(stream) {
        let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
            pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
        }
        if name != ".", name != "..", name != "interrex.lock", !name.hasPrefix("output-") { names.append(name) }
    }
    return names.sorted()
}

/// Expects an end with `code`, one line on standard error that holds all of `words`, and nothing on standard output.
func expectRefusal(
    _ outcome: Outcome, _ code: Int32, _ words: String..., sourceLocation: SourceLocation = #_sourceLocation
) {
    #expect(outcome.code == code, "\(outcome)", sourceLocation: sourceLocation)
    // What it waited for before is told once a second.
    let lines = outcome.lines.filter { !$0.contains(": waiting, ") }
    #expect(lines.count == 1, "\(outcome)", sourceLocation: sourceLocation)
    #expect(outcome.output.isEmpty, "\(outcome)", sourceLocation: sourceLocation)
    // With the time, the level and the command before it.
    #expect(lines.joined().utf8.count <= longestLine + 60, "\(outcome)", sourceLocation: sourceLocation)
    for word in words { #expect(lines.joined().contains(word), "\(outcome)", sourceLocation: sourceLocation) }
}
