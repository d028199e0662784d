import Cluster
import Glibc
import Succession

/// The marks of these files and of those in these folders, of what is there.
/// - Parameter suffix: what stands behind the names of those that were set aside.
func fileMarks(in paths: [String], suffix: String = "") -> [FileMark] {
    let files = paths + paths.flatMap { path in Folder.entries(of: path).map { "\(path)/\($0)" } }
    return files.compactMap { file in
        var info = stat()
        guard stat(file, &info) == 0, info.st_mode & S_IFMT == S_IFREG else { return nil }
        return FileMark(
            name: fileName(of: file, without: suffix), inode: UInt64(info.st_ino), size: Int64(info.st_size),
            modified: milliseconds(info.st_mtim))
    }
}

/// When the newest of these files, or of those in these folders, was written, in milliseconds since 1970; 0 where there is
/// none.
func newestFile(in paths: [String]) -> Int64 { fileMarks(in: paths).map(\.modified).max() ?? 0 }

/// The data files of a server, as they were at one moment.
struct SeenFiles {
    /// The RDB file.
    var snapshot: [FileMark]
    /// The files of the log, its manifest among them.
    var log: [FileMark]

    /// When the newest was written, in milliseconds since 1970; 0 where there is none.
    var modified: Int64 { (snapshot + log).map(\.modified).max() ?? 0 }

    /// The one to which a server writes what it takes; nil where there is none.
    func written(with persistence: Passport.Persistence) -> FileMark? {
        guard persistence == .aof else { return snapshot.first }
        // What a server is still making of its log is not loaded yet.
        return log.filter { !$0.name.hasSuffix(".manifest") && !$0.name.hasPrefix("temp-") }
            .max { $0.modified < $1.modified }
    }
}

extension DataFile {
    /// - Parameter suffix: what stands behind its name where it was set aside.
    func mark(without suffix: String) -> FileMark {
        FileMark(name: fileName(of: path, without: suffix), inode: inode, size: Int64(size), modified: modified)
    }
}

/// The last part of a path, without a suffix that it may have.
func fileName(of path: String, without suffix: String = "") -> String {
    let name = path.lastIndex(of: "/").map { path[path.index(after: $0)...] } ?? path[...]
    return String(name.dropLast(name.hasSuffix(suffix) ? suffix.count : 0))
}
