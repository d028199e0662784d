import Cluster
package import Glibc
import Runtime

/// The lock on a folder that one server at a time may use: `flock` on its `interrex.lock`, which also says who has it.
///
/// Two redis-servers that write the same files destroy each other's data. The launcher takes the lock and hands it to
/// the lease, which holds it as long as its server lives; a crash frees it. The file stays: to remove one that is
/// locked by its name is a race.
///
/// NFS turns `flock` into byte-range locks, which need a file that is open for writing (flock(2)).
package struct FolderLock: Sendable {
    package static let fileName = "interrex.lock"
    /// How long a lock is waited for that the lease of a dead server is just about to let go.
    package static let patience = Duration.seconds(5)

    package let descriptor: Int32

    /// Takes the lock of `folder` for this process, known to people as `name`.
    /// - Parameter advice: what to do where another has it; "or stop that one" is added.
    /// - Throws: `Failure` (78) where another process uses the folder; `Stopped`.
    package static func take(
        _ folder: String, as name: String, advice: String, lock: (Int32) -> Int32 = lockAtOnce
    ) throws -> FolderLock {
        let taken = try FolderLock(folder, advice, lock)
        do throws(Failure) {
            try taken.write(Occupant(name), folder)
        } catch {
            close(taken.descriptor)
            throw error
        }
        return taken
    }

    /// Takes the lock for a server that runs and whose lease, which held it, is gone.
    /// - Throws: `Failure` (78) where another process has it.
    package static func retake(_ folder: String, for server: pid_t) throws -> FolderLock {
        try FolderLock(
            folder, "see who holds its lock", lockAtOnce, besides: server)
    }

    /// Only looks whether another process uses the folder.
    /// - Throws: as `take`.
    package static func check(_ folder: String, advice: String) throws {
        try FolderLock(folder, advice, lockAtOnce).release()
    }

    /// Frees the folder, whoever else still has a copy of the descriptor.
    package func release() {
        flock(descriptor, LOCK_UN)
        close(descriptor)
    }

    package init(descriptor: Int32) { self.descriptor = descriptor }

    /// - Parameter server: whose the folder is, and who may run already.
    private init(
        _ folder: String, _ advice: String, _ lock: (Int32) -> Int32, besides server: pid_t? = nil
    ) throws {
        let path = "\(folder)/\(Self.fileName)"
        descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
        guard descriptor >= 0 else {
            let reason = errno == ELOOP ? "it is a symbolic link" : lastError()
            throw Failure(.badConfiguration, "\(path.clipped) can't be opened (\(reason)); check its owner and mode")
        }
        do {
            try acquire(folder, advice, lock, besides: server)
        } catch {
            close(descriptor)
            throw error
        }
    }

    private func acquire(
        _ folder: String, _ advice: String, _ lock: (Int32) -> Int32, besides server: pid_t?
    ) throws {
        let end = ContinuousClock.now + Self.patience
        var isWaiting = false
        while true {
            let number = lock(descriptor)
            let other = occupant
            switch number {
            case 0:
                guard let other, other.pid != server, other.state == .running, other.works(in: folder) else { return }
                throw refusal(folder, other, ", which runs on without its lease", advice)
            case EWOULDBLOCK:
                // A line that can't be read is just being written.
                guard other?.state ?? .gone == .gone, ContinuousClock.now < end else {
                    throw refusal(folder, other, "", advice)
                }
                if !isWaiting {
                    Log.info("waiting for \(folder.clipped): its last server has ended, its lease not yet")
                }
                isWaiting = true
                try pause()
            case EINTR: continue
            case ENOLCK, EOPNOTSUPP, ENOSYS, EINVAL:
                if let other, other.pid != server, other.state == .running { throw refusal(folder, other, "", advice) }
                Log.warn(
                    "no locks on the file system of \(folder.clipped) (\(lastError(number))): only what "
                        + "\(Self.fileName) says keeps a second server away, and only on this machine")
                return
            default:
                throw Failure(
                    .badConfiguration, "\(folder.clipped)/\(Self.fileName) can't be locked (\(lastError(number)))")
            }
        }
    }

    private func refusal(_ folder: String, _ other: Occupant?, _ more: String, _ advice: String) -> Failure {
        let place = other?.state == .unknown ? ", of another container or machine" : ""
        let who = other.map { "\($0.name.clipped) (PID \($0.pid)\(place))" } ?? "another process"
        return Failure(
            .badConfiguration, "the folder \(folder.clipped) is in use by \(who)\(more); \(advice), or stop that one")
    }

    private var occupant: Occupant? {
        var bytes = [UInt8](repeating: 0, count: 512)
        let count = pread(descriptor, &bytes, bytes.count, 0)
        return count > 0 ? Occupant(line: String(decoding: bytes.prefix(count), as: UTF8.self)) : nil
    }

    private func write(_ occupant: Occupant, _ folder: String) throws(Failure) {
        let bytes = Array(occupant.line.utf8)
        guard pwrite(descriptor, bytes, bytes.count, 0) == bytes.count, ftruncate(descriptor, off_t(bytes.count)) == 0
        else {
            throw Failure(
                .badConfiguration,
                "\(folder.clipped)/\(Self.fileName) can't be written (\(lastError())); make room on that disk")
        }
    }

    /// A moment, or until a stop signal comes.
    private func pause() throws {
        var stop = pollfd(fd: StopSignals.descriptor, events: Int16(POLLIN), revents: 0)
        poll(&stop, 1, 10)
        if StopSignals.received != 0 { throw Stopped(signal: StopSignals.received) }
    }
}

/// 0, or the `errno` with which the kernel refuses.
private func lockAtOnce(_ descriptor: Int32) -> Int32 { flock(descriptor, LOCK_EX | LOCK_NB) == 0 ? 0 : errno }
