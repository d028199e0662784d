import CLinux
import Cluster
import Glibc

/// The lease as its launcher sees it: a child that waits until the launcher has become the server.
struct LeaseProcess {
    /// The descriptors with which a lease is started, in the order in which `start` hands them over.
    enum Descriptor {
        /// A pidfd of the launcher, and so of the server: no process id to be reused.
        static let server: Int32 = 3
        static let order: Int32 = 4
        /// Ends when the launcher has become the server, or is dead.
        static let replaced: Int32 = 5
        /// The lock on a redis-server's data folder; a sentinel's lease has none.
        static let lock: Int32 = 6
    }

    private let pid: pid_t
    /// Where its order goes. A lease whose launcher is gone before it wrote one ends by itself.
    private let orders: Int32

    /// Starts `interrex lease`, which then waits for its order, and shares `lock` with this process.
    /// - Parameters:
    ///   - pid: the server's process; nil: this one, which is to become the server.
    ///   - errors: where it writes its log; nil: where this process does.
    /// - Throws: `Failure` (69) where the machine gives no more descriptors or processes.
    static func start(
        holding lock: FolderLock? = nil, beside pid: pid_t? = nil, errors: Int32? = nil
    ) throws(Failure) -> LeaseProcess {
        let server = linux_pidfd_open(pid ?? getpid())
        let (order, replaced) = (try Pipe(), try Pipe())
        guard server >= 0 else {
            throw Failure(.unavailable, "no pidfd can be opened (\(lastError())); Linux 5.3 or later is needed")
        }
        let sources = ([server, order.read, replaced.read] + (lock.map { [$0.descriptor] } ?? [])).map {
            fcntl($0, F_DUPFD_CLOEXEC, 10)
        }
        let child = try spawn(sources, errors)
        for descriptor in sources + [order.read, replaced.read, server] { close(descriptor) }
        // The other end of `replaced` stays open in us, close-on-exec: that is what tells.
        return LeaseProcess(pid: child, orders: order.write)
    }

    /// Hands the lease its order.
    /// - Throws: `Failure` (69) where it is gone.
    func send(_ order: LeaseOrder) throws(Failure) {
        let bytes = Array(order.text.utf8)
        guard write(orders, bytes, bytes.count) == bytes.count else {
            throw Failure(.unavailable, "the lease can't be told its order (\(lastError()))")
        }
        close(orders)
    }

    /// Ends the lease of a launch that failed.
    func end() {
        kill(pid, SIGKILL)
        waitpid(pid, nil, 0)
    }

    private struct Pipe {
        let read: Int32
        let write: Int32

        init() throws(Failure) {
            var ends: [Int32] = [0, 0]
            guard pipe2(&ends, O_CLOEXEC) == 0 else {
                throw Failure(.unavailable, "no pipe can be opened (\(lastError()))")
            }
            (read, write) = (ends[0], ends[1])
        }
    }

    private static func spawn(_ sources: [Int32], _ errors: Int32?) throws(Failure) -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        for descriptor in 0...1 as ClosedRange<Int32> {
            posix_spawn_file_actions_addopen(&actions, descriptor, "/dev/null", O_RDWR, 0)
        }
        if let errors { posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO) }
        for (target, source) in zip(Descriptor.server..., sources) {
            posix_spawn_file_actions_adddup2(&actions, source, target)
        }
        posix_spawn_file_actions_addclosefrom_np(&actions, Descriptor.server + Int32(sources.count))

        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var signals = sigset_t()
        sigemptyset(&signals)
        posix_spawnattr_setsigmask(&attributes, &signals)
        sigfillset(&signals)
        posix_spawnattr_setsigdefault(&attributes, &signals)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK) | Int16(POSIX_SPAWN_SETSIGDEF))

        let argv = [strdup("interrex"), strdup("lease"), nil]
        defer { for argument in argv { free(argument) } }
        var pid: pid_t = 0
        let code = posix_spawn(&pid, OwnProgram.path, &actions, &attributes, argv, environ)
        guard code == 0 else { throw Failure(.unavailable, "the lease can't be started (\(lastError(code)))") }
        return pid
    }
}
