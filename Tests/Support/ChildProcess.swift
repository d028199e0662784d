import CLinux
import Glibc
import Runtime

/// A real process that a test started and owns: its output is kept in a file, and it is ended by process id.
public final class ChildProcess: Sendable {
    public let pid: Int32
    public let log: String
    private let pidfd: Int32
    private let status = Protected<Int32?>(nil)

    /// Starts `executable`; standard output and error go to `output` (and, where given, standard error to `errors`).
    /// - Parameter session: in a session of its own, whose terminal is the one that `input` or `output` names.
    public init(
        _ executable: String, _ arguments: [String], environment: [String: String]? = nil, folder: String? = nil,
        output: String, errors: String? = nil, input: String = "/dev/null", processGroup: Bool = false,
        session: Bool = false
    ) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, input, O_RDONLY, 0)
        posix_spawn_file_actions_addopen(&actions, 1, output, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        if let errors {
            posix_spawn_file_actions_addopen(&actions, 2, errors, O_WRONLY | O_CREAT | O_TRUNC, 0o600)
        } else {
            posix_spawn_file_actions_adddup2(&actions, 1, 2)
        }
        if let folder { posix_spawn_file_actions_addchdir_np(&actions, folder) }
        posix_spawn_file_actions_addclosefrom_np(&actions, 3)

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        var all = sigset_t()
        sigfillset(&all)
        posix_spawnattr_setsigdefault(&attributes, &all)
        var flags = Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF)
        // `POSIX_SPAWN_SETSID` of spawn.h, which glibc shows under _GNU_SOURCE only; a session begins with a group.
        if session { flags |= 0x80 } else if processGroup { flags |= Int16(POSIX_SPAWN_SETPGROUP) }
        posix_spawnattr_setflags(&attributes, flags)

        let argv = ([executable] + arguments).map { strdup($0) } + [nil]
        let settings = environment?.merging(sanitizerOptions) { given, _ in given } ?? currentEnvironment()
        let envp = settings.map { strdup("\($0.key)=\($0.value)") } + [nil]
        defer { for text in argv + envp { free(text) } }
        var child: pid_t = 0
        let code = posix_spawnp(&child, executable, &actions, &attributes, argv, envp)
        guard code == 0 else { throw TestFailure("can't start \(executable): \(String(cString: strerror(code)))") }
        pid = child
        log = output
        pidfd = linux_pidfd_open(child)
        Watchdog.watch(child)
    }

    deinit {
        if status.value == nil {
            kill(pid, SIGKILL)
            // Waited for: a zombie of ours would confuse whoever else waits for children (Swift Testing's exit tests
            // do).
            reap(0)
        }
        close(pidfd)
    }

    public var text: String { contents(of: log) }

    public func signal(_ number: Int32) { if status.value == nil { kill(pid, number) } }

    /// The exit code, or 128+n after signal n; nil while it runs.
    public var exitCode: Int32? {
        reap(WNOHANG)
        return status.value
    }

    /// Waits for the end, at most `limit`, and returns the exit code (128+n after signal n).
    @discardableResult
    public func wait(within limit: Duration = .seconds(30)) async throws -> Int32 {
        try await eventually("\(pid) ends", within: limit) { self.exitCode }
    }

    /// SIGTERM, then SIGKILL after `grace`; returns once it is gone.
    public func end(grace: Duration = .seconds(5)) async {
        signal(SIGCONT)
        if (try? await stop(within: grace)) == nil {
            signal(SIGKILL)
            _ = try? await wait(within: .seconds(5))
        }
    }

    /// SIGTERM, once a second until it has ended: a redis-server that writes its first append-only log forgets one
    /// ("Writing initial AOF, can't exit"). Returns the exit code.
    @discardableResult
    public func stop(within limit: Duration = .seconds(30)) async throws -> Int32 {
        let end = ContinuousClock.now + limit
        while true {
            signal(SIGTERM)
            let rest = end - .now
            do {
                return try await wait(within: max(.zero, min(rest, .seconds(1))))
            } catch  where rest > .seconds(1) {
                continue
            }
        }
    }

    private func reap(_ options: Int32) {
        status.withLock { status in
            guard status == nil else { return }
            var raw: Int32 = 0
            guard waitpid(pid, &raw, options) == pid else { return }
            Watchdog.forget(pid)
            status = raw & 0x7f == 0 ? (raw >> 8) & 0xff : 128 + (raw & 0x7f)
        }
    }
}

/// Where a sanitized program puts its reports: every process needs it, whatever else a test lets it know.
private let sanitizerOptions = currentEnvironment().filter {
    ["ASAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS", "SWIFT_BACKTRACE"].contains($0.key)
}

/// What went wrong in a test's own machinery.
public struct TestFailure: Error, CustomStringConvertible {
    public let description: String
    public init(_ description: String) { self.description = description }
}
