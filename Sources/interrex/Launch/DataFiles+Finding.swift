import Cluster
import Glibc
import Rendering
import Succession

/// What a redis-server would find at its start.
struct FoundData: Equatable, Sendable {
    var freshness: Freshness
    /// Where it would not load what is there: one line for the operator.
    var problem: String?
}

extension DataFiles {
    /// How fresh the data is that a server would load, and whether it would. An RDB file without a key and a log that
    /// never took a write hold none. What lies between the two ends of a file is not read.
    /// - Parameter newestRDB: the newest version that the server loads; asked only where it matters.
    func find(newestRDB: () -> Int = { RDBHeader.redis7 }) -> FoundData {
        do throws(Unloadable) {
            return FoundData(freshness: loadsAOF ? try log(newestRDB) : try snapshot(newestRDB))
        } catch {
            var freshness = contents(of: [rdb] + aofFiles + [oldAOF])
            freshness.isLoadable = false
            return FoundData(freshness: freshness, problem: error.line)
        }
    }

    private func snapshot(_ newestRDB: () -> Int) throws(Unloadable) -> Freshness {
        // A server reads it in either case (server.c, `main`).
        _ = try readManifest()
        let file = try DataFile(rdb)
        if let damage = file?.damageAsRDB(newest: newestRDB) { throw .rdb(rdb, damage) }
        guard let file, file.holdsData else {
            if let log = (aofFiles + [oldAOF]).first(where: { contents(of: [$0]).holdsData }) {
                throw .ignored(aof: log == oldAOF ? oldAOF : aof, rdb: rdb)
            }
            return .empty
        }
        return Freshness(
            holdsData: true, replicationID: file.header?.replicationID, offset: file.header?.offset,
            modified: file.modified)
    }

    /// The files of a log bear no replication id (FACTS.md E).
    private func log(_ newestRDB: () -> Int) throws(Unloadable) -> Freshness {
        guard fileType(aof) == nil || fileType(aof) == S_IFDIR else { throw .noFolder(aof) }
        let known = try readManifest()
        let isUpgrade = isUpgrade(known)
        let paths = isUpgrade ? [oldAOF] : known.files.map { "\(aof)/\($0.name)" }
        if paths.isEmpty, contents(of: aofFiles).holdsData { throw .unnamed(aof: aof, manifest: manifest) }
        for path in paths {
            guard let file = try DataFile(path) else { throw .missing(path) }
            try check(
                file, isLast: path == paths.last, isPreamble: isUpgrade || path.hasSuffix("/\(oldName)"), newestRDB)
        }
        let loaded = contents(of: paths)
        // One that was rewritten has had data, and has lost it on purpose: an older snapshot says nothing then.
        let isNew = isUpgrade || known.files.allSatisfy { $0.sequence <= 1 }
        if !loaded.holdsData, isNew, contents(of: [rdb]).holdsData { throw .ignored(rdb: rdb) }
        return loaded
    }

    private func check(
        _ file: DataFile, isLast: Bool, isPreamble: Bool, _ newestRDB: () -> Int
    ) throws(Unloadable) {
        if file.isRDB {
            guard let damage = file.damageAsRDB(newest: newestRDB, isPreamble: isPreamble) else { return }
            throw .rdb(file.path, damage)
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

    /// Whether the single file of older versions is what is loaded (aof.c, `loadAppendOnlyFiles`): where nothing else is
    /// named, or where the move into the folder was interrupted.
    private func isUpgrade(_ known: AOFManifest) -> Bool {
        guard fileType(oldAOF) == S_IFREG else { return false }
        if known.files.isEmpty { return true }
        return known.increments.isEmpty && known.base?.name == oldName && fileType("\(aof)/\(oldName)") != S_IFREG
    }

    private var oldName: String { String(oldAOF[oldAOF.index(after: oldAOF.lastIndex(of: "/")!)...]) }

    /// Whether files hold data, and when the newest of those that do was written; whether they would be loaded or not.
    private func contents(of paths: [String]) -> Freshness {
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
