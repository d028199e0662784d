import Cluster
import Runtime
import Succession

/// Data that a redis-server would not load, in a line that says which file, what is wrong and what to do.
struct Unloadable: Error, Equatable {
    let line: String

    static func unreadable(_ path: String, _ number: Int32) -> Unloadable {
        Unloadable(line: "\(path.clipped) can't be read (\(lastError(number))); check its owner and mode")
    }

    static func noFile(_ path: String) -> Unloadable {
        Unloadable(line: "\(path.clipped) is no regular file, and redis-server ends at it; move it away")
    }

    static func noFolder(_ path: String) -> Unloadable {
        Unloadable(line: "\(path.clipped) is no folder, and redis-server ends at it; move it away")
    }

    static func rdb(_ file: DataFile, _ damage: DataDamage, _ limit: RDBLimit) -> Unloadable {
        let path = file.path.clipped
        switch damage {
        case .version(let version):
            let loaded = RDBVersion.loaded(upTo: limit.limit(for: version))
            return Unloadable(
                line:
                    "\(path) is whole, but of RDB version \(version), which \(RDBVersion.writers(of: version)) "
                    + "\(version == 11 || version == 12 ? "write" : "writes"); this redis-server loads versions \(loaded); set "
                    + "REDIS_SERVER to one that loads it")
        case .cutOff:
            return Unloadable(
                line:
                    "\(path) is cut off, and redis-server ends at it; restore a whole copy (see redis-check-rdb), or move it "
                    + "away to do without its data")
        case .signature:
            return Unloadable(
                line:
                    "\(path) is no RDB file, and redis-server ends at it; restore the right one (see redis-check-rdb), or move "
                    + "it away to do without its data")
        }
    }

    static func manifest(_ path: String, _ problem: String) -> Unloadable {
        Unloadable(
            line:
                "\(path.clipped) is damaged (\(problem)), and redis-server ends at it; restore it, or move its folder "
                + "away to do without its data")
    }

    static func missing(_ path: String) -> Unloadable {
        Unloadable(
            line:
                "\(path.clipped) is named by the manifest and isn't there, and redis-server ends at that; restore it, "
                + "or move the folder away to do without its data")
    }

    /// - Parameter isLast: only the last file is cut back, by a server as by `redis-check-aof --fix`.
    static func commands(_ path: String, _ what: AOFCommands, isLast: Bool, checking manifest: String) -> Unloadable {
        let wrong = what == .cutOff ? "is cut off" : "holds something else than commands"
        let todo = isLast ? "make a copy and run redis-check-aof --fix" : "restore a whole copy of it, as named in"
        return Unloadable(
            line: "\(path.clipped) \(wrong), and redis-server ends at it; \(todo) \(name(of: manifest))")
    }

    /// The old data would stay until a snapshot, or the first rewrite of a log, takes its place.
    static func ignored(rdb: String) -> Unloadable {
        Unloadable(
            line:
                "\(rdb.clipped) holds data, but with appendonly yes redis-server loads its append-only log only, which is "
                + "missing or was never written; start once with appendonly no and run CONFIG SET appendonly yes, or "
                + "move the file away")
    }

    static func ignored(aof: String, rdb: String) -> Unloadable {
        Unloadable(
            line:
                "\(aof.clipped) holds data, but with appendonly no redis-server loads \(name(of: rdb)) only, which is "
                + "missing or has no key; set appendonly yes, or move the log away")
    }

    /// What would be loaded is whole, but it is not the newest that is there.
    static func newer(_ file: String, than loaded: String, toLoadIt: String) -> Unloadable {
        Unloadable(
            line:
                "\(file) is newer than \(loaded), which redis-server would load; to load the newer one \(toLoadIt), to do "
                + "without it move it away")
    }

    static func unnamed(aof: String, manifest: String) -> Unloadable {
        Unloadable(
            line:
                "\(aof.clipped) holds data, but its \(name(of: manifest)) is missing or names none of it, so redis-server would "
                + "start empty; restore the manifest, or move the folder away")
    }

    /// The last part of a path: two whole ones would not fit into a line.
    private static func name(of path: String) -> Substring {
        fileName(of: path).prefix(60)
    }
}
