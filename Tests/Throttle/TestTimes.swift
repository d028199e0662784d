import Glibc
import Testing

/// How long tests took since their turns came: a line each, in the file that `INTERREX_TEST_TIMES` names. The times of
/// Swift Testing's own reports contain the wait for a turn.
enum TestTimes {
    static func add(_ test: Test, _ time: Duration) {
        guard let path = Environment.text("INTERREX_TEST_TIMES") else { return }
        let file = test.sourceLocation.fileID.split(separator: ".").first ?? ""
        let milliseconds = time / .milliseconds(1)
        let line = Array("\(Int(milliseconds))\t\(file)/\(test.name)\n".utf8)
        let descriptor = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0o644)
        defer { close(descriptor) }
        // One write a line: lines of several tests do not mix.
        _ = write(descriptor, line, line.count)
    }
}

enum Environment {
    static func text(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

    /// A number above zero; nil for anything else.
    static func number(_ name: String) -> Int? { text(name).flatMap(Int.init).flatMap { $0 > 0 ? $0 : nil } }
}
