import CLinux
import Cluster
import Glibc
import Processes
import Runtime

/// A real server that is started only to see what it makes of its settings, and never outlives this process.
///
/// It reads them from a file without a name (memfd_create(2)): they hold passwords, and nothing of them stays.
final class TrialProcess {
    enum End: Equatable {
        case exited(Int32)
        case killed
    }

    /// More than this of what it says is left out.
    private static let outputLimit = 65_536

    /// `MFD_CLOEXEC` of linux/memfd.h.
    private static let closeOnExec: UInt32 = 1

    /// Where it reads them.
    private static let settingsPath = "/proc/self/fd/3"

    private let pid: pid_t
    private let pidfd: Int32
    private let output: Int32
    private var bytes: [UInt8] = []
    private var end: End?

    /// What keeps the program from being tried, which says nothing about it or its settings.
    struct Untried: Error {
        let why: String
    }

    /// - Parameters:
    ///   - argument: its only one; nil: the file of its settings.
    /// - Throws: `SystemFailure` with which the program can't be executed; `Untried`.
    init(_ path: String, _ argument: String? = nil, settings text: String = "") throws {
        let settings = memfd_create("settings", Self.closeOnExec)
        guard settings >= 0 else { throw Untried(why: lastError()) }
        defer { close(settings) }
        var ends: [Int32] = [0, 0]
        guard pipe2(&ends, O_CLOEXEC | O_NONBLOCK) == 0 else { throw Untried(why: lastError()) }
        defer { close(ends[1]) }
        guard writeWhole(text.utf8, to: settings) else {
            let why = lastError()
            close(ends[0])
            throw Untried(why: why)
        }
        // It holds passwords; and a wrapper that runs whatever may be executed must not run it.
        fchmod(settings, 0o400)
        lseek(settings, 0, SEEK_SET)
        // Its own end of the pipe must block: a server does not expect that its log can't be written at the moment.
        _ = fcntl(ends[1], F_SETFL, 0)
        let argv = [strdup(path), strdup(argument ?? Self.settingsPath), nil]
        defer { for argument in argv { free(argument) } }
        var isTried: Int32 = 0
        pid = argv.withUnsafeBufferPointer { linux_start_bound(path, $0.baseAddress!, settings, ends[1], &isTried) }
        guard pid > 0 else {
            close(ends[0])
            throw isTried != 0 ? SystemFailure(number: -pid) : Untried(why: lastError(-pid)) as any Error
        }
        output = ends[0]
        pidfd = linux_pidfd_open(pid)
    }

    /// Ends it in any case, with all that it has started.
    deinit {
        if end == nil {
            kill(-pid, SIGKILL)
            kill(pid, SIGKILL)
            while waitpid(pid, nil, 0) < 0, errno == EINTR {}
        }
        close(output)
        if pidfd >= 0 { close(pidfd) }
    }

    /// Whether what it says is about the way in which it got its settings, and not about them.
    var couldNotReadSettings: Bool { text.contains(Self.settingsPath) }

    /// What it has said so far.
    var text: String { String(decoding: bytes, as: UTF8.self) }

    /// Waits until it has ended, or until `deadline`.
    /// - Returns: how it ended; nil where it has not.
    /// - Throws: `Stopped`.
    func wait(until deadline: ContinuousClock.Instant) throws -> End? {
        while end == nil {
            let rest = deadline - .now
            guard rest > .zero else { break }
            var waited = [
                pollfd(fd: StopSignals.descriptor, events: Int16(POLLIN), revents: 0),
                pollfd(fd: pidfd, events: Int16(POLLIN), revents: 0),
                pollfd(fd: output, events: Int16(POLLIN), revents: 0),
            ]
            // Whoever has taken over its output may keep it open; the process itself tells of its end.
            if isOutputOver { waited[2].fd = -1 }
            // Rounded up: a wait of nothing would keep a processor busy.
            let count = poll(&waited, 3, Int32(clamping: Int64(rest / .milliseconds(1)) + 1))
            if StopSignals.received != 0 { throw Stopped(signal: StopSignals.received) }
            if count > 0, waited[2].revents != 0 { read() }
            if count > 0, waited[1].revents != 0 { reap() }
        }
        return end
    }

    private var isOutputOver = false

    /// Takes one piece of what it says: a program that never stops to speak must not keep us here.
    /// - Returns: whether there was any.
    @discardableResult
    private func read() -> Bool {
        var chunk = [UInt8](repeating: 0, count: 16_384)
        let count = Glibc.read(output, &chunk, chunk.count)
        if count == 0 { isOutputOver = true }
        guard count > 0 else { return false }
        if bytes.count < Self.outputLimit { bytes += chunk.prefix(count) }
        return true
    }

    private func reap() {
        // As long as it is not reaped its number is its group's: what it has started ends with it.
        kill(-pid, SIGKILL)
        var status: Int32 = 0
        guard waitpid(pid, &status, WNOHANG) == pid else { return }
        // Who was started by it may go on speaking.
        while bytes.count < Self.outputLimit, read() {}
        end = status & 0x7f == 0 ? .exited(status >> 8 & 0xff) : .killed
    }
}

extension String {
    /// The lines as Redis reads them: CR and LF together are one character, and no line end of Swift's.
    var fileLines: [String] {
        utf8.split(separator: UInt8(ascii: "\n")).map { String(Substring($0)) }
    }
}
