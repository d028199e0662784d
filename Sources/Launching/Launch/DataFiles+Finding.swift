import Cluster
import Glibc
import Rendering
import Runtime
import Succession

/// What a redis-server would find at its start.
struct FoundData: Equatable, Sendable {
    /// Of the data that it would load.
    var freshness: Freshness
    /// Where it must not start as master with what is there: one line for the operator. It would not load it, or
    /// `isPassedOver`.
    var problem: String?
    /// Whether what it would load is whole, but another file is newer, which it would pass over.
    var isPassedOver = false
    /// The passport of the data that it would load; nil where there is none that speaks of these very files.
    var passport: Passport?
    /// How many bytes were appended to the log after the look of which its passport tells; negative where a power
    /// failure took some. Nil where that can't be told.
    var appended: Int64?
    /// Whether the file is as it was when the passport was written: what that tells is in it.
    var isUnchanged = false
    /// Why a passport that is there isn't trusted: one line.
    var doubt: String?
    /// The id of the cluster to which the folder belongs, by a passport that can be read, be it trusted or not.
    var clusterID: String?
    /// `run_id` in that passport.
    var runID: String?
}

extension DataFiles {
    /// What a server would load, and how fresh that is.
    struct Loaded {
        var freshness: Freshness
        /// In order; only those that are there.
        var files: [DataFile] = []

        /// When the newest of the files was written, with data in it or not, in milliseconds since 1970.
        var modified: Int64? { files.map(\.modified).max() }
    }

    /// How fresh the data is that a server would load, and whether it would. An RDB file without a key and a log that
    /// never took a write hold none. What lies between the two ends of a file is not read.
    /// - Parameter newestRDB: the newest version that the server loads; asked only where it matters.
    func find(newestRDB: @escaping () -> Int = { RDBVersion.redis7 }) -> FoundData {
        let limit = RDBLimit(isForRedis7: isForRedis7, isRelaxed: loadsAnyVersion, ask: newestRDB)
        let state = passport
        var found: FoundData
        do throws(Unloadable) {
            let loaded = loadsAOF ? try log(limit) : try snapshot(limit)
            found = FoundData(freshness: loaded.freshness)
            found.doubt = doubt(of: state, for: loaded)
            if found.doubt == nil, loaded.modified != nil { found.passport = state.found?.passport }
            found.isUnchanged = found.passport?.file.map { $0 == loaded.files.last?.mark(without: suffix) } ?? false
            found.appended = found.passport?.file.flatMap { loadsAOF ? appended(to: loaded, since: $0) : nil }
            if let newer = newerFile(than: loaded, state.found, isTrusted: found.passport != nil) {
                found.problem = newer.line
                found.isPassedOver = true
            }
        } catch {
            var freshness = contents(of: [rdb] + aofFiles + [oldAOF])
            freshness.isLoadable = false
            found = FoundData(freshness: freshness, problem: error.line)
        }
        (found.clusterID, found.runID) = (state.found?.passport.cluster, state.found?.passport.runID)
        if let modified = found.freshness.modified, Moment(modified).isInFuture { found.freshness.modified = nil }
        return found
    }

    /// How many bytes a log has got since its last file was marked.
    private func appended(to loaded: Loaded, since mark: FileMark) -> Int64? {
        guard let file = loaded.files.last?.mark(without: suffix), file.name == mark.name, file.inode == mark.inode
        else { return nil }
        return file.size - mark.size
    }

    /// Whether any file of the log holds data, be it named in the manifest or not.
    var logHoldsData: Bool { contents(of: aofFiles + [oldAOF]).holdsData }

    private func snapshot(_ limit: RDBLimit) throws(Unloadable) -> Loaded {
        // A server reads it in either case (server.c, `main`).
        _ = try readManifest()
        let file = try DataFile(rdb)
        if let file, let damage = file.damageAsRDB(newest: limit) { throw .rdb(file, damage, limit) }
        guard let file, file.holdsData else {
            if let log = (aofFiles + [oldAOF]).first(where: { contents(of: [$0]).holdsData }) {
                throw .ignored(aof: log == oldAOF ? oldAOF : aof, rdb: rdb)
            }
            return Loaded(freshness: .empty, files: file.map { [$0] } ?? [])
        }
        return Loaded(
            freshness: Freshness(
                holdsData: true, replicationID: file.header?.replicationID, offset: file.header?.offset,
                modified: file.modified),
            files: [file])
    }

    /// The files of a log bear no replication id.
    private func log(_ limit: RDBLimit) throws(Unloadable) -> Loaded {
        guard fileType(aof) == nil || fileType(aof) == S_IFDIR else { throw .noFolder(aof) }
        let known = try readManifest()
        let isUpgrade = isUpgrade(known)
        let paths = isUpgrade ? [oldAOF] : known.files.map { "\(aof)/\($0.name)" }
        if paths.isEmpty, contents(of: aofFiles).holdsData { throw .unnamed(aof: aof, manifest: manifest) }
        var files: [DataFile] = []
        for path in paths {
            guard let file = try DataFile(path) else { throw .missing(path) }
            try check(file, isLast: path == paths.last, isPreamble: isUpgrade || path.hasSuffix("/\(oldName)"), limit)
            files.append(file)
        }
        let loaded = contents(of: paths)
        // One that was rewritten has had data, and has lost it on purpose: an older snapshot says nothing then.
        let isNew = isUpgrade || known.files.allSatisfy { $0.sequence <= 1 }
        if !loaded.holdsData, isNew, contents(of: [rdb]).holdsData { throw .ignored(rdb: rdb) }
        return Loaded(freshness: loaded, files: files)
    }

    private func check(
        _ file: DataFile, isLast: Bool, isPreamble: Bool, _ limit: RDBLimit
    ) throws(Unloadable) {
        if file.isRDB {
            guard let damage = file.damageAsRDB(newest: limit, isPreamble: isPreamble) else { return }
            throw .rdb(file, damage, limit)
        }
        let commands = file.commands
        guard commands == .malformed || (commands == .cutOff && !(isLast && loadsCutOffAOF)) else { return }
        throw .commands(file.path, commands, isLast: isLast, checking: isPreamble ? file.path : manifest)
    }

    /// What the manifest names; nothing where there is none.
    private func readManifest() throws(Unloadable) -> AOFManifest {
        guard fileType(manifest) == S_IFREG else { return AOFManifest() }
        guard let bytes = readFile(manifest) else { throw .unreadable(manifest, errno) }
        do throws(AOFManifestProblem) {
            return try AOFManifest(bytes, words: RedisQuoting.split)
        } catch {
            throw .manifest(manifest, error.description)
        }
    }

    /// Whether the single file of older versions is what is loaded (aof.c, `loadAppendOnlyFiles`): where nothing else
    /// is named, or where the move into the folder was interrupted.
    private func isUpgrade(_ known: AOFManifest) -> Bool {
        guard fileType(oldAOF) == S_IFREG else { return false }
        if known.files.isEmpty { return true }
        return known.increments.isEmpty && known.base?.name == oldName && fileType("\(aof)/\(oldName)") != S_IFREG
    }

    private var oldName: String { fileName(of: oldAOF) }

    /// Whether files hold data, and when the newest of those that do was written; whether they would be loaded or not.
    func contents(of paths: [String]) -> Freshness {
        var result = Freshness.empty
        for path in paths {
            // What can't be read may hold anything.
            guard fileType(path) == S_IFREG else { continue }
            let file = try? DataFile(path)
            if let file, !file.holdsData { continue }
            result.holdsData = true
            result.modified = max(result.modified ?? 0, file?.modified ?? 0)
        }
        return result
    }

    /// `S_IFREG` and so on; nil where there is nothing.
    private func fileType(_ path: String) -> mode_t? {
        var info = stat()
        return stat(path, &info) == 0 ? info.st_mode & S_IFMT : nil
    }
}
