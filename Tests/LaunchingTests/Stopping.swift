import Glibc
import Support
import Testing

/// A launcher that a test stops: started with the test's own log beside its folder.
struct Stopping {
    let process: ChildProcess
    let folder: TemporaryFolder
    private let said: TemporaryFolder

    init(
        _ arguments: [String], _ variables: [String: String], by program: String? = nil, folder: TemporaryFolder? = nil
    ) throws {
        self.folder = try folder ?? TemporaryFolder()
        said = try TemporaryFolder("said")
        process = try ChildProcess(
            program ?? interrexBinary(), arguments, environment: environment(variables), folder: self.folder.path,
            output: "\(said.path)/output", processGroup: true)
    }

    /// Waits until it says `text`.
    func says(_ text: String) async throws {
        try await eventually("it says \"\(text)\": \(process.text)") {
            if let code = process.exitCode { throw TestFailure("it ended with \(code): \(process.text)") }
            return process.text.contains(text)
        }
    }

    /// Sends the signal and expects an end within a second, with 128+n, no file left, and no word of it in the log.
    func expectStop(
        _ number: Int32, to pid: Int32? = nil, within limit: Duration = .seconds(1),
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let start = ContinuousClock.now
        kill(pid ?? process.pid, number)
        let code = try await process.wait(within: .seconds(20))
        // Grace for two busy cores; the launcher's own limit is 0.85 s, and what it would wait for otherwise takes
        // longer.
        #expect(
            ContinuousClock.now - start < limit + .milliseconds(1_500), "\(process.text)",
            sourceLocation: sourceLocation)
        #expect(code == 128 + number, "\(process.text)", sourceLocation: sourceLocation)
        #expect(names(in: folder.path) == [], "\(process.text)", sourceLocation: sourceLocation)
        #expect(!process.text.contains(" error "), "\(process.text)", sourceLocation: sourceLocation)
    }

    func end() async { await process.end() }
}
