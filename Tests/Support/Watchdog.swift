import CLinux
import Glibc

/// Kills, by process id, what a test process leaves behind when it crashes or is killed: a shell that holds the other
/// end of a socket, and so sees our end.
enum Watchdog {
    static func watch(_ pid: Int32) { tell("+ \(pid)\n") }

    /// The process has ended and its id may be another's soon.
    static func forget(_ pid: Int32) { tell("- \(pid)\n") }

    private static let script = #"""
        awk '$1 == "+" {running[$2]} $1 == "-" {delete running[$2]} END {for (pid in running) system("kill -KILL " pid)}'
        """#

    private static func tell(_ line: String) {
        let bytes = Array(line.utf8)
        _ = send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }

    private static let descriptor: Int32 = {
        var ends: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0, &ends) == 0 else {
            return -1
        }
        defer { close(ends[1]) }
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_adddup2(&actions, ends[1], 0)
        for number in [1, 2] as [Int32] { posix_spawn_file_actions_addopen(&actions, number, "/dev/null", O_WRONLY, 0) }
        posix_spawn_file_actions_addclosefrom_np(&actions, 3)
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        // A group of its own: Ctrl-C ends the tests, not what cleans up behind them.
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETPGROUP))
        let command: [String] = ["/bin/sh", "-c", script]
        let argv = command.map { strdup($0) } + [nil]
        defer { for argument in argv { free(argument) } }
        var pid: pid_t = 0
        return posix_spawn(&pid, "/bin/sh", &actions, &attributes, argv, environ) == 0 ? ends[0] : -1
    }()
}
