import CLinux
import Glibc

/// A program to be started beside this one: no signal is blocked or ignored in it, and nothing is open but what it is
/// given.
package struct Spawn {
    /// What a descriptor of the new process leads to.
    package enum Stream {
        /// `/dev/null`.
        case nothing
        /// Where the same number leads here.
        case ours
        case of(Int32)
    }

    package enum Group: Int16 {
        case ours = 0
        /// Ctrl-C at our terminal does not reach it.
        case own = 0x2
        /// What ends our terminal does not reach it either. (`POSIX_SPAWN_SETSID`, which glibc shows under _GNU_SOURCE
        /// only.)
        case ownSession = 0x80
    }

    package let path: String
    /// Its own name first.
    package let arguments: [String]
    /// What it has open, from descriptor 0 on.
    package let streams: [Stream]
    /// Where it works; nil: where this process does.
    package var folder: String?
    /// Nil: those of this process.
    package var variables: [String: String]?
    package var group = Group.ours

    package init(_ path: String, _ arguments: [String], streams: [Stream]) {
        (self.path, self.arguments, self.streams) = (path, arguments, streams)
    }

    /// - Throws: the `errno` with which it can't be started.
    package func start() throws(SystemFailure) -> Int32 {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        var copies: [Int32] = []
        defer { for copy in copies { close(copy) } }
        for (target, stream) in zip(Int32(0)..., streams) {
            switch stream {
            case .nothing: posix_spawn_file_actions_addopen(&actions, target, "/dev/null", O_RDWR, 0)
            case .ours: break
            case .of(let source):
                // One that bears a number that another is to have would be gone before it is its turn.
                let copy = fcntl(source, F_DUPFD_CLOEXEC, Int32(streams.count))
                guard copy >= 0 else { throw SystemFailure(number: errno) }
                copies.append(copy)
                posix_spawn_file_actions_adddup2(&actions, copy, target)
            }
        }
        posix_spawn_file_actions_addclosefrom_np(&actions, Int32(streams.count))
        if let folder { posix_spawn_file_actions_addchdir_np(&actions, folder) }

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        let flags = Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF) | group.rawValue
        posix_spawnattr_setflags(&attributes, flags)

        let argv = arguments.map { strdup($0) } + [nil]
        let own = variables.map { $0.map { strdup("\($0.key)=\($0.value)") } + [nil] }
        defer { for text in argv + (own ?? []) { free(text) } }
        var pid: pid_t = 0
        let code =
            if let own { posix_spawn(&pid, path, &actions, &attributes, argv, own) } else {
                posix_spawn(&pid, path, &actions, &attributes, argv, environ)
            }
        guard code == 0 else { throw SystemFailure(number: code) }
        return pid
    }
}
