import Cluster
import Glibc
import Processes
import Support
import Testing
import Throttle

@testable import Launching

/// The lock on a data folder, and what its file tells of who has it.
@Suite(.inTurn) struct FolderLockTests {
    private let advice = "do something else"

    @Test("the file names this process, for its owner's eyes only, and stays behind a release")
    func content() throws {
        let folder = try TemporaryFolder("lock")
        let lock = try FolderLock.take(folder.path, as: "127.0.0.1:1", advice: advice)
        #expect(fcntl(lock.descriptor, F_GETFD) & FD_CLOEXEC != 0)
        lock.release()
        var info = stat()
        try #require(stat("\(folder.path)/interrex.lock", &info) == 0)
        #expect(info.st_mode & 0o777 == 0o600)
        let line = contents(of: "\(folder.path)/interrex.lock")
        let occupant = try #require(Occupant(line: line))
        #expect(occupant == Occupant("127.0.0.1:1") && occupant.line == line && occupant.state == .running)
        #expect(occupant.pid == getpid() && occupant.namespace.hasPrefix("pid:["))
    }

    @Test(
        "half a line, or anything else, names nobody",
        arguments: ["", "\n", "a 1 2 3 4", "a 1 2 3\n", "a x 2 3 4\n", "a 0 2 3 4\n", "a  1 2 3 4\n", "a 1 2 3 4\n5\n"])
    func garbled(_ line: String) throws {
        #expect(Occupant(line: line) == nil)
        let folder = try TemporaryFolder("lock")
        try write(line, to: "\(folder.path)/interrex.lock")
        try FolderLock.take(folder.path, as: "me", advice: advice).release()
        #expect(Occupant(line: contents(of: "\(folder.path)/interrex.lock")) == Occupant("me"))
    }

    @Test("a process is known by its start; a zombie is gone; elsewhere a PID means nothing")
    func states() async throws {
        let me = Occupant("me")
        func changed(_ old: String, _ new: String) throws -> Occupant.State? {
            Occupant(line: me.line.replacing(" \(old)", with: " \(new)"))?.state
        }
        #expect(try changed(me.start, "1") == .gone)
        #expect(try changed(me.namespace, "pid:[1]") == .unknown)
        #expect(try changed(me.boot, "00000000") == .unknown)
        #expect(try changed(me.start, "-") == .unknown)
        let child = try sleeper()
        let occupant = Occupant("child", pid: child.pid)
        #expect(occupant.state == .running)
        kill(child.pid, SIGKILL)
        // Not waited for: it stays a zombie.
        try await eventually("it is gone") { occupant.state == .gone }
        try await child.wait()
        #expect(occupant.state == .gone)
    }

    @Test("held by a process that lives: refused at once; by one that has ended: only in the end")
    func held() async throws {
        let folder = try TemporaryFolder("lock")
        let child = try sleeper()
        let path = "\(folder.path)/interrex.lock"
        let holder = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        defer { close(holder) }
        try #require(flock(holder, LOCK_EX) == 0)
        try write(Occupant("10.0.0.1:7", pid: child.pid).line, to: path)
        let start = ContinuousClock.now
        let first = refusal(of: folder)
        #expect(ContinuousClock.now - start < .seconds(2))
        for word in [folder.path, "10.0.0.1:7", "PID \(child.pid)", advice] {
            #expect(first.contains(word), "\(first)")
        }
        await child.end()
        let second = refusal(of: folder)
        #expect(second == first && ContinuousClock.now - start >= FolderLock.patience)
    }

    @Test("free, but named by a process that lives and works there: refused; one that works elsewhere doesn't count")
    func abandoned() async throws {
        let folder = try TemporaryFolder("lock")
        let (inside, outside) = (try sleeper(in: folder.path), try sleeper(in: "/"))
        try write(Occupant("in", pid: inside.pid).line, to: "\(folder.path)/interrex.lock")
        #expect(refusal(of: folder).contains("in (PID \(inside.pid)), which runs on without its lease"))
        #expect(throws: Failure.self) { try FolderLock.check(folder.path, advice: advice) }
        try write(Occupant("out", pid: outside.pid).line, to: "\(folder.path)/interrex.lock")
        try FolderLock.check(folder.path, advice: advice)
        try FolderLock.take(folder.path, as: "me", advice: advice).release()
        await inside.end()
        await outside.end()
    }

    @Test("without locks on the file system the content decides", arguments: [ENOLCK, EOPNOTSUPP, ENOSYS, EINVAL])
    func noLocks(_ number: Int32) async throws {
        let folder = try TemporaryFolder("lock")
        let other = try sleeper(in: "/")
        try write(Occupant("other", pid: other.pid).line, to: "\(folder.path)/interrex.lock")
        #expect(refusal(of: folder) { _ in number }.contains("in use by other (PID \(other.pid))"))
        await other.end()
        try FolderLock.take(folder.path, as: "me", advice: advice) { _ in number }.release()
        #expect(Occupant(line: contents(of: "\(folder.path)/interrex.lock")) == Occupant("me"))
    }

    @Test("a link is not followed, and a folder in its place is refused")
    func odd() throws {
        let folder = try TemporaryFolder("lock")
        try #require(symlink("/tmp/elsewhere", "\(folder.path)/interrex.lock") == 0)
        #expect(refusal(of: folder).contains("symbolic link"))
        unlink("\(folder.path)/interrex.lock")
        try makeFolder("\(folder.path)/interrex.lock")
        #expect(refusal(of: folder).contains("can't be opened"))
    }

    private func sleeper(in folder: String = "/") throws -> ChildProcess {
        try ChildProcess("sleep", ["60"], folder: folder, output: "/dev/null")
    }

    /// The line of a refusal with 78; empty where there is none.
    private func refusal(of folder: TemporaryFolder, lock: ((Int32) -> Int32)? = nil) -> String {
        do {
            if let lock {
                try FolderLock.take(folder.path, as: "me", advice: advice, lock: lock).release()
            } else {
                try FolderLock.take(folder.path, as: "me", advice: advice).release()
            }
            return ""
        } catch {
            return (error as? Failure)?.code == .badConfiguration ? "\(error)" : "another error: \(error)"
        }
    }
}
