import CLinux
import Cluster
import Glibc
import Processes
import Runtime

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
        // Those that are closed here, whatever becomes of this.
        var open: [Int32] = []
        defer { for descriptor in open { close(descriptor) } }
        let server = linux_pidfd_open(pid ?? getpid())
        guard server >= 0 else {
            let advice = errno == ENOSYS ? "; Linux 5.3 or later is needed" : ""
            throw lack("no pidfd of the server can be opened (\(lastError()))\(advice)")
        }
        open.append(server)
        let order = try Pipe()
        open += [order.read, order.write]
        let replaced = try Pipe()
        open += [replaced.read, replaced.write]
        let given = [server, order.read, replaced.read] + (lock.map { [$0.descriptor] } ?? [])
        let program = Spawn(
            OwnProgram.path, ["interrex", "lease"],
            streams: [.nothing, .nothing, errors.map { .of($0) } ?? .ours] + given.map { .of($0) })
        let child: pid_t
        do throws(SystemFailure) { child = try program.start() } catch {
            throw lack("the lease, \(OwnProgram.file), can't be started (\(lastError(error.number)))")
        }
        // The other end of `replaced` stays open in us, close-on-exec: that is what tells.
        open.removeAll { [order.write, replaced.write].contains($0) }
        return LeaseProcess(pid: child, orders: order.write)
    }

    /// Hands the lease its order.
    /// - Throws: `Failure` (69) where it is gone.
    func send(_ order: LeaseOrder) throws(Failure) {
        let bytes = Array(order.text.utf8)
        guard writeWhole(bytes, to: orders) else {
            throw Failure(.unavailable, "the lease can't be told its order (\(lastError()))")
        }
        close(orders)
    }

    /// Ends the lease of a launch that failed.
    func end() {
        kill(pid, SIGKILL)
        waitpid(pid, nil, 0)
    }

    private static func lack(_ what: String) -> Failure { Failure(.unavailable, what, isOurs: true) }

    private struct Pipe {
        let read: Int32
        let write: Int32

        init() throws(Failure) {
            var ends: [Int32] = [0, 0]
            guard pipe2(&ends, O_CLOEXEC) == 0 else {
                throw lack("no pipe to the lease can be opened (\(lastError()))")
            }
            (read, write) = (ends[0], ends[1])
        }
    }
}

extension FolderLock {
    /// The lock that this process, a lease, got from its launcher; nil for a sentinel's lease. To be asked for before
    /// anything is opened.
    static var inherited: FolderLock? {
        let descriptor = LeaseProcess.Descriptor.lock
        return fcntl(descriptor, F_GETFD) >= 0 ? FolderLock(descriptor: descriptor) : nil
    }
}
