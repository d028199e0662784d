import Cluster
import Glibc
import Rendering
import Succession

/// The data files of a redis-server, and which of them it would load.
///
/// With `appendonly yes` it loads its append-only log and never looks at the RDB file; with `appendonly no` it loads the
/// RDB file alone (server.c, `loadDataFromDisk`).
struct DataFiles: Equatable, Sendable {
    let rdb: String
    /// The append-only folder of Redis 7, and the manifest in it.
    let aof: String
    let manifest: String
    /// The single append-only file of older versions, which Redis 7 moves into the folder.
    let oldAOF: String
    /// `appendonly`
    let loadsAOF: Bool
    /// `aof-load-truncated`
    let loadsCutOffAOF: Bool

    /// Takes the names and the choice from the settings that the server gets, else Redis's own.
    init(folder: String, settings: String) {
        func value(_ directive: String) -> String? { settingsValue(of: [directive], in: settings) }
        rdb = "\(folder)/\(value("dbfilename") ?? "dump.rdb")"
        aof = "\(folder)/\(value("appenddirname") ?? "appendonlydir")"
        let name = value("appendfilename") ?? "appendonly.aof"
        manifest = "\(aof)/\(name).manifest"
        oldAOF = "\(folder)/\(name)"
        loadsAOF = value("appendonly")?.lowercased() == "yes"
        loadsCutOffAOF = value("aof-load-truncated")?.lowercased() != "no"
    }

    /// The append-only folder's files, but its manifest.
    var aofFiles: [String] {
        Folder.entries(of: aof).filter { !$0.hasSuffix(".manifest") }.map { "\(aof)/\($0)" }
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

    private func removeOlder(than newest: String, of path: String) {
        let slash = path.lastIndex(of: "/")!
        let (folder, name) = (String(path[..<slash]), String(path[path.index(after: slash)...]))
        for entry in Folder.entries(of: folder)
        where entry.hasPrefix("\(name).aside-") && "\(folder)/\(entry)" != newest {
            Folder.remove("\(folder)/\(entry)")
        }
    }
}
