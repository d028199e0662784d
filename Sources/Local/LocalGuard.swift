import CLinux
import Cluster
import Glibc
import Processes
import Runtime

/// A small process beside `interrex local` that ends what is left where that one could not: it was killed, or has
/// crashed.
///
/// It is told each process as it starts, and keeps a descriptor of it, which can't come to mean another one. The end of
/// the pipe through which it is told is what wakes it up.
package struct LocalGuard: Sendable {
    /// How `interrex` is told to be one; the path of a folder to remove follows, or nothing.
    package static let command = "local-guard"
    /// What is written behind a process that all others need until their end.
    private static let last = "last"

    private let pipe: Int32

    /// - Parameter folder: what is to be removed in the end; nil where all stays.
    /// - Throws: `Failure` (69) where the machine gives no more descriptors or processes.
    init(removing folder: String?) throws(Failure) {
        var ends: [Int32] = [0, 0]
        guard pipe2(&ends, O_CLOEXEC) == 0 else {
            throw Failure(.unavailable, "no pipe can be opened (\(lastError()))")
        }
        defer { close(ends[0]) }
        var process = Spawn(
            OwnProgram.path, ["interrex", Self.command, folder ?? ""], streams: [.of(ends[0]), .nothing, .nothing])
        (process.folder, process.group) = ("/", .ownSession)
        do throws(SystemFailure) { _ = try process.start() } catch {
            close(ends[1])
            throw Failure(.unavailable, "the guard, \(OwnProgram.file), can't be started (\(lastError(error.number)))")
        }
        pipe = ends[1]
    }

    /// Tells of a process that has just started. Where the guard itself is gone, nothing is lost but its care.
    func watch(_ pid: pid_t, isLast: Bool) {
        let line = Array("\(pid)\(isLast ? " \(Self.last)" : "")\n".utf8)
        _ = write(pipe, line, line.count)
    }

    /// The process itself: waits until its `interrex local` is gone.
    package static func main(_ folder: String) -> Int32 {
        for number in [SIGINT, SIGTERM, SIGHUP, SIGPIPE] { signal(number, SIG_IGN) }
        var (first, last) = ([Int32](), [Int32]())
        while let line = readLine() {
            let words = line.split(separator: " ")
            guard let pid = words.first.flatMap({ pid_t($0) }) else { continue }
            let handle = linux_pidfd_open(pid)
            if handle < 0 { continue }
            first = running(first)
            if words.count > 1 { last.append(handle) } else { first.append(handle) }
        }
        end(first)
        // A lease gives back its node in ZooKeeper once its server is gone.
        if !running(last).isEmpty, !first.isEmpty { usleep(500_000) }
        end(last)
        if !folder.isEmpty { Folder.remove(folder) }
        return 0
    }

    /// Asks them once a second, as one SIGTERM may be forgotten, and kills them after ten.
    private static func end(_ handles: [Int32]) {
        var left = running(handles)
        for second in 0..<11 where !left.isEmpty {
            for handle in left {
                _ = linux_pidfd_send_signal(handle, second < 10 ? SIGTERM : SIGKILL)
                _ = linux_pidfd_send_signal(handle, SIGCONT)
            }
            for _ in 0..<100 where !left.isEmpty {
                // There is no loop here, and several ends to wait for: ten looks cost nothing.
                usleep(10_000)
                left = running(left)
            }
        }
    }

    /// Those that have not ended; the descriptors of the others are closed.
    private static func running(_ handles: [Int32]) -> [Int32] {
        handles.filter { handle in
            var end = pollfd(fd: handle, events: Int16(POLLIN), revents: 0)
            guard poll(&end, 1, 0) == 1 else { return true }
            close(handle)
            return false
        }
    }
}
