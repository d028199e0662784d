import Glibc

/// Processes that wait at a gate and are let go at the same moment.
public final class StartingGate: Sendable {
    private let folder: TemporaryFolder
    private let path: String
    private let descriptor: Int32

    public init() throws {
        folder = try TemporaryFolder("gate")
        path = "\(folder.path)/gate"
        guard mkfifo(path, 0o600) == 0 else { throw TestFailure("mkfifo: \(String(cString: strerror(errno)))") }
        // Open for both, so that nobody blocks in opening it.
        descriptor = Glibc.open(path, O_RDWR | O_CLOEXEC)
    }

    deinit { close(descriptor) }

    /// A shell that reads one line from the gate and then becomes the program whose command line follows.
    public var wrapper: [String] { ["/bin/sh", "-c", "read -r _ < \"$0\" && exec \"$@\"", path] }

    /// Waits until all of them stand at the gate, and opens it.
    public func open(for processes: [ChildProcess]) async throws {
        try await eventually("\(processes.count) processes stand at the gate", within: .seconds(30)) {
            processes.allSatisfy { ProcessFiles($0.pid).descriptors[0] == self.path }
        }
        let lines = [UInt8](repeating: UInt8(ascii: "\n"), count: processes.count)
        guard Glibc.write(descriptor, lines, lines.count) == lines.count else { throw TestFailure("the gate is stuck") }
    }
}
