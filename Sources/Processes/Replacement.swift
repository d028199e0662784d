import CLinux
import Cluster
import Glibc

/// Becoming another program, in one place.
package enum Replacement {
    /// Replaces this process. Returns only when the kernel refuses, with its `errno`.
    ///
    /// The new program gets nothing of ours: output flushed, every descriptor above 2 closed by the exec, every signal
    /// at its default, an empty signal mask (a Dispatch worker blocks nearly all signals, and redis-server would then
    /// ignore SIGTERM for ever). Files that it makes are its user's alone.
    package static func become(_ path: String, _ arguments: [String]) -> Int32 {
        fflush(nil)
        Log.flush()
        // Redis and Sentinel rewrite their files, which hold passwords, with mode 0644 less the mask (config.c,
        // `rewriteConfigOverwriteFile`).
        umask(umask(0o077) | 0o077)
        // With `supervised auto` the server would stop itself, and wait for an Upstart that knows nothing of it.
        unsetenv("UPSTART_JOB")
        _ = close_range(3, .max, closeOnExec)
        for number in 1..<Int32(65)
        where number != SIGKILL && number != SIGSTOP && number != SIGTERM && number != SIGINT {
            signal(number, SIG_DFL)
        }
        // exec itself sets handled signals to default. Until then a stop must end us: at PID 1 the default would ignore
        // it.
        signal(SIGTERM, endAtOnce)
        signal(SIGINT, endAtOnce)
        var none = sigset_t()
        sigemptyset(&none)
        pthread_sigmask(SIG_SETMASK, &none, nil)
        let argv = ([path] + arguments).map { strdup($0) } + [nil]
        defer { for argument in argv { free(argument) } }
        execv(path, argv)
        return errno
    }

    /// `CLOSE_RANGE_CLOEXEC` of linux/close_range.h.
    private static let closeOnExec: Int32 = 4
}

private func endAtOnce(_ number: Int32) { _exit(128 + number) }
