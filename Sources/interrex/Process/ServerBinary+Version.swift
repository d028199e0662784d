import CLinux
import Glibc
import Succession

extension ServerBinary {
    /// The newest RDB version that this server loads, by what `--version` says; `Int.max` where that is not known.
    var newestRDB: Int { saidVersion.map { RDBVersion.newest(ofServer: $0) } ?? .max }

    /// The first line that the program writes within 2 s.
    private var saidVersion: String? {
        var ends: [Int32] = [0, 0]
        guard pipe2(&ends, O_CLOEXEC) == 0 else { return nil }
        defer { close(ends[0]) }
        let child = spawn(output: ends[1])
        close(ends[1])
        guard let child else { return nil }
        defer {
            kill(child, SIGKILL)
            waitpid(child, nil, 0)
        }
        var waited = pollfd(fd: ends[0], events: Int16(POLLIN), revents: 0)
        guard poll(&waited, 1, 2_000) == 1 else { return nil }
        var bytes = [UInt8](repeating: 0, count: 256)
        let count = read(ends[0], &bytes, bytes.count)
        return count > 0 ? String(decoding: bytes.prefix(count), as: UTF8.self) : nil
    }

    private func spawn(output: Int32) -> pid_t? {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        posix_spawn_file_actions_addopen(&actions, 2, "/dev/null", O_WRONLY, 0)
        posix_spawn_file_actions_addclosefrom_np(&actions, 3)
        let argv = [strdup(path), strdup("--version"), nil]
        defer { for argument in argv { free(argument) } }
        var pid: pid_t = 0
        return posix_spawn(&pid, path, &actions, nil, argv, environ) == 0 ? pid : nil
    }
}
