import Cluster
import Glibc
import Processes
import Rendering
import Succession

/// The data files of a redis-server, and which of them it would load.
///
/// With `appendonly yes` it loads its append-only log and never looks at the RDB file; with `appendonly no` it loads
/// the RDB file alone (server.c, `loadDataFromDisk`).
struct DataFiles: Equatable, Sendable {
    /// `dir`
    let folder: String
    /// What stands behind the names of a copy that was set aside.
    let suffix: String
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

    /// Where the server keeps its data: what its passport says too.
    let persistence: Passport.Persistence
    /// Whether a server before Redis 7.0 would end at these settings.
    let isForRedis7: Bool
    /// `rdb-version-check relaxed` of Valkey.
    let loadsAnyVersion: Bool

    /// Takes the names and the choice from the settings that the server gets, else Redis's own.
    init(folder: String, settings: String) {
        let values = settingsValues(in: settings)
        self.folder = folder
        suffix = ""
        rdb = "\(folder)/\(values["dbfilename"] ?? "dump.rdb")"
        aof = "\(folder)/\(values["appenddirname"] ?? "appendonlydir")"
        let name = values["appendfilename"] ?? "appendonly.aof"
        manifest = "\(aof)/\(name).manifest"
        oldAOF = "\(folder)/\(name)"
        loadsAOF = values["appendonly"]?.lowercased() == "yes"
        loadsCutOffAOF = values["aof-load-truncated"]?.lowercased() != "no"
        persistence = loadsAOF ? .aof : hasSavePoints(in: settings) ? .rdb : .none
        isForRedis7 = values["shutdown-timeout"] != nil || values["shutdown-on-sigterm"] != nil
        loadsAnyVersion = values["rdb-version-check"]?.lowercased() == "relaxed"
    }

    /// The same files as they are named where they were set aside at `time`.
    func aside(_ time: String) -> DataFiles { DataFiles(self, suffix: AsideCopies.mark + time) }

    private init(_ files: DataFiles, suffix: String) {
        folder = files.folder
        self.suffix = suffix
        rdb = files.rdb + suffix
        aof = files.aof + suffix
        manifest = aof + files.manifest.dropFirst(files.aof.utf8.count)
        oldAOF = files.oldAOF + suffix
        (loadsAOF, loadsCutOffAOF) = (files.loadsAOF, files.loadsCutOffAOF)
        (persistence, isForRedis7, loadsAnyVersion) = (files.persistence, files.isForRedis7, files.loadsAnyVersion)
    }

    /// The files and folders that hold data, whether they are there or not.
    var paths: [String] { [rdb, aof, oldAOF] }

    /// What was set aside of them.
    var asides: AsideCopies { AsideCopies(folder: folder, paths: paths) }

    /// What is loaded: the manifest of the log, or the RDB file.
    var loaded: String { loadsAOF ? manifest : rdb }

    /// The append-only folder's files, but its manifest.
    var aofFiles: [String] {
        Folder.entries(of: aof).filter { !$0.hasSuffix(".manifest") }.map { "\(aof)/\($0)" }
    }
}
