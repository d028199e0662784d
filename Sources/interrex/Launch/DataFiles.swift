import Cluster
import Glibc
import Rendering
import Succession

/// The data that a redis-server would find in its folder: an RDB file, an append-only folder, or neither.
struct DataFiles: Equatable, Sendable {
    let rdb: String
    /// The append-only folder of Redis 7.
    let aof: String
    /// The single append-only file of older versions, which Redis 7 moves into the folder.
    let oldAOF: String

    /// Takes the names from the rendered settings (`dbfilename`, `appenddirname`, `appendfilename`), else Redis's own.
    init(folder: String, settings: String) {
        func path(_ directive: String, _ name: String) -> String {
            "\(folder)/\(settingsValue(of: [directive], in: settings) ?? name)"
        }
        rdb = path("dbfilename", "dump.rdb")
        aof = path("appenddirname", "appendonlydir")
        oldAOF = path("appendfilename", "appendonly.aof")
    }

    /// How fresh the data is. An RDB without a key and an append-only folder that never took a write hold none.
    func freshness() -> Freshness {
        var result = Freshness.empty
        for file in [rdb] + aofFiles + [oldAOF] {
            var info = stat()
            guard stat(file, &info) == 0, info.st_mode & S_IFMT == S_IFREG, info.st_size > 0 else { continue }
            let header = head(of: file).flatMap(RDBHeader.init)
            if let header, header.isEmpty { continue }
            result.holdsData = true
            result.modified = max(result.modified ?? 0, Int64(info.st_mtim.tv_sec))
            // Where an append-only folder holds data, that is what is loaded, and it bears no id (FACTS.md E).
            let bears = file == rdb ? header : nil
            (result.replicationID, result.offset) = (bears?.replicationID, bears?.offset)
        }
        return result
    }

    /// Renames the data so that nothing overwrites it, and keeps the newest such copy only. Returns the new names.
    /// - Throws: `Failure` (78) where a rename fails; the data is then where it was.
    func setAside(at time: String) throws(Failure) -> [String] {
        var names: [String] = []
        for path in [rdb, aof, oldAOF] where access(path, F_OK) == 0 {
            let aside = "\(path).aside-\(time)"
            guard rename(path, aside) == 0 else {
                throw Failure(
                    .badConfiguration,
                    "\(path) can't be set aside as \(aside) (\(lastError())); check DATA_DIR and its owner")
            }
            names.append(aside)
            removeOlder(than: aside, of: path)
        }
        return names
    }

    /// The append-only folder's files, but its manifest.
    private var aofFiles: [String] {
        Folder.entries(of: aof).filter { !$0.hasSuffix(".manifest") }.map { "\(aof)/\($0)" }
    }

    private func removeOlder(than newest: String, of path: String) {
        let slash = path.lastIndex(of: "/")!
        let (folder, name) = (String(path[..<slash]), String(path[path.index(after: slash)...]))
        for entry in Folder.entries(of: folder)
        where entry.hasPrefix("\(name).aside-") && "\(folder)/\(entry)" != newest {
            Folder.remove("\(folder)/\(entry)")
        }
    }

    private func head(of path: String) -> [UInt8]? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes = [UInt8](repeating: 0, count: RDBHeader.length)
        let count = read(descriptor, &bytes, bytes.count)
        return count >= 0 ? Array(bytes.prefix(count)) : nil
    }
}
