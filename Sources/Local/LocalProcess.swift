import CLinux
import Cluster
import Glibc
import Processes
import Runtime

/// One running process of a local cluster.
struct LocalProcess: Sendable {
    enum Ending: Equatable, Sendable {
        case exited(Int32)
        case signalled(Int32)

        var text: String {
            switch self {
            case .exited(let code): "ended with exit code \(code)"
            case .signalled(let signal): "ended by signal \(signal)"
            }
        }
    }

    let pid: pid_t
    /// A descriptor that can't come to mean another process.
    private let handle: Int32
    private let isOver = Protected(false)

    /// How long an orderly end may take before the process is killed.
    private static let patience = Duration.seconds(10)

    /// Starts it: input from nowhere, output to its log, in a group of its own. (Ctrl-C goes to the whole foreground
    /// group, and would end everything at once, in no order.)
    /// - Throws: `Failure` (69, 78).
    init(_ program: LocalPlan.Program, log: LocalLog) throws(Failure) {
        let output = try log.open()
        defer { close(output) }
        var process = Spawn(
            program.path, [program.path] + program.arguments, streams: [.nothing, .of(output), .of(output)])
        (process.folder, process.variables, process.group) = (program.folder, program.variables, .own)
        let child: pid_t
        do throws(SystemFailure) { child = try process.start() } catch {
            throw Failure(.unavailable, "\(program.path.clipped) can't be started (\(lastError(error.number)))")
        }
        pid = child
        // A child that is not waited for keeps its process id: no other can have come to it.
        handle = linux_pidfd_open(child)
        guard handle >= 0 else {
            let number = errno
            kill(child, SIGKILL)
            waitpid(child, nil, 0)
            throw Failure(.unavailable, "no pidfd can be opened (\(lastError(number))); Linux 5.3 or later is needed")
        }
    }

    /// Waits for its end; where the task is cancelled, brings it about. To be called once.
    func end(on loop: EventLoop) async -> Ending {
        let waiting = Task(executorPreference: loop) {
            try? await loop.readable(handle)
            var status: Int32 = 0
            while waitpid(pid, &status, 0) < 0, errno == EINTR {}
            isOver.withLock { $0 = true }
            close(handle)
            return status & 0x7f == 0 ? Ending.exited((status >> 8) & 0xff) : .signalled(status & 0x7f)
        }
        return await withTaskCancellationHandler {
            await waiting.value
        } onCancel: {
            Task(executorPreference: loop) { await stop(on: loop) }
        }
    }

    /// Asks once a second: redis-server forgets a SIGTERM that comes while it writes its first append-only log
    /// ("Writing initial AOF, can't exit"). Kills where that takes too long, or whoever waits has become impatient.
    private func stop(on loop: EventLoop) async {
        let limit = ContinuousClock.now + Self.patience
        var next = ContinuousClock.now
        while !isOver.withLock({ $0 }) {
            let isLate = ContinuousClock.now >= limit || StopSignals.count > 1
            if isLate {
                signal(SIGKILL)
            } else if ContinuousClock.now >= next {
                signal(SIGTERM)
                // One that is stopped can't hear.
                signal(SIGCONT)
                next = .now + .seconds(1)
            }
            // Between two signals the end is noticed this soon; whoever waits for it has its own event.
            try? await loop.sleep(for: .milliseconds(20))
        }
    }

    private func signal(_ number: Int32) {
        isOver.withLock { isOver in
            if !isOver { _ = linux_pidfd_send_signal(handle, number) }
        }
    }
}
