import Cluster
import Glibc
import Processes
import Runtime
import Succession

/// The passport of one folder on its disk: `DATA_DIR/interrex.passport`, mode 0600, always a whole one.
struct PassportFile: Sendable {
    let path: String

    init(folder: String, suffix: String = "") { path = "\(folder)/\(Passport.fileName)\(suffix)" }

    /// What it says, and when that was last so, in milliseconds since 1970; nil where there is none.
    /// - Throws: `BadZnode`, as of a node in ZooKeeper, where it is not what we write.
    func read() throws(BadZnode) -> (passport: Passport, asOf: Int64)? {
        var info = stat()
        // A folder that can't be looked into is refused by whoever opens it, with a line of its own.
        guard stat(path, &info) == 0 else { return nil }
        guard info.st_mode & S_IFMT == S_IFREG else { throw BadZnode("it is no regular file") }
        guard let bytes = readFile(path, limit: Passport.limit) else { throw BadZnode(lastError()) }
        return (try Passport(json: bytes), milliseconds(info.st_mtim))
    }

    /// - Throws: `Failure` (78); the old one is then as it was.
    func write(_ passport: Passport) throws(Failure) {
        try ConfigFile.write(passport.json, to: path)
    }

    /// For data of which it does not speak: no passport is better than one that lies.
    func remove() { unlink(path) }

    /// Says that it holds still: its time, which is compared with those of the data files, moves on. Where that fails,
    /// it counts as older than it is, and the next write makes that good.
    func touch() { utimensat(AT_FDCWD, path, nil, 0) }
}
