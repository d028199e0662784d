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
    /// - Throws: `BadZnode` where it is not what we write.
    func read() throws(BadZnode) -> (passport: Passport, asOf: Int64)? {
        var info = stat()
        // A folder that can't be looked into is refused for itself.
        guard stat(path, &info) == 0 else { return nil }
        guard info.st_mode & S_IFMT == S_IFREG else { throw BadZnode("it is no regular file") }
        guard let bytes = readFile(path, limit: Passport.limit) else { throw BadZnode(lastError()) }
        return (try Passport(json: bytes), milliseconds(info.st_mtim))
    }

    /// - Throws: `Failure` (78); the old one is then as it was.
    func write(_ passport: Passport) throws(Failure) {
        try ConfigFile.write(passport.json, to: path)
    }

    /// What it says is not so any more.
    func remove() { unlink(path) }

    /// Says that it still holds: nothing has changed since it was written.
    func touch() { utimensat(AT_FDCWD, path, nil, 0) }
}
