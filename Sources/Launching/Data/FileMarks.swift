import Cluster
import Glibc
import Processes
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

/// The data files of a server, as they were at one moment.
struct SeenFiles {
    /// The RDB file.
    var snapshot: [FileMark]
    /// The files of the log, its manifest among them.
    var log: [FileMark]

    /// What a server that keeps its data so would load. What it is still making of its log is not loaded yet; and a
    /// snapshot that it takes beside its log says nothing of that.
    func loaded(with persistence: Passport.Persistence) -> [FileMark] {
        guard persistence == .aof else { return snapshot }
        return log.filter { !$0.name.hasSuffix(".manifest") && !$0.name.hasPrefix("temp-") }
    }

    /// When the newest of that was written, in milliseconds since 1970; 0 where there is none.
    func modified(with persistence: Passport.Persistence) -> Int64 {
        loaded(with: persistence).map(\.modified).max() ?? 0
    }

    /// The one to which a server writes what it takes; nil where there is none.
    func written(with persistence: Passport.Persistence) -> FileMark? {
        loaded(with: persistence).max { $0.modified < $1.modified }
    }
}

extension DataFiles {
    var seen: SeenFiles {
        SeenFiles(snapshot: fileMarks(in: [rdb], suffix: suffix), log: fileMarks(in: [aof, oldAOF], suffix: suffix))
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
