import Cluster
import Glibc
import Processes
import Succession

/// Whether what was set aside is provably elsewhere.
extension AsideCopies {
    /// Whether all of a copy is a part of a history, or of the reigns that led to it.
    func isContained(_ time: String, in history: History, _ cluster: ClusterRecord?) -> Bool {
        guard let passport = exactPassport(of: time) else { return false }
        func isHeld(_ id: String, _ offset: Int64) -> Bool {
            if history.contains(id, upTo: offset) { return true }
            return cluster?.replicationID == history.replicationID && cluster?.includes(id, upTo: offset) ?? false
        }
        return isHeld(passport.replicationID, passport.offset)
            && files(of: time, beside: passport).allSatisfy { path in
                // A snapshot beside a log says itself what is in it, or nobody does.
                guard let file = try? DataFile(path) else { return false }
                guard file.holdsData else { return true }
                guard let header = file.header, let id = header.replicationID, let offset = header.offset else {
                    return false
                }
                return isHeld(id, offset)
            }
    }

    /// The passport of a copy, where it says all that is in it: no file was written after the look that it tells of.
    /// (What a server wrote in its last second, before it was killed, is in no passport.)
    func exactPassport(of time: String) -> Passport? {
        guard let passport = trustedPassport(of: time) else { return nil }
        return seen(of: time).modified(with: passport.persistence) <= passport.modified + Self.slack ? passport : nil
    }

    /// How exactly file times are compared, in milliseconds: they are kept in steps of the kernel's clock.
    private static let slack: Int64 = 20

    /// The passport of a copy, where it speaks of these very files.
    func trustedPassport(of time: String) -> Passport? { trusted(suffix: Self.mark + time) }

    /// That of the data in its place, which a server would load.
    var ownPassport: Passport? { trusted(suffix: "") }

    private func trusted(suffix: String) -> Passport? {
        guard let (passport, asOf) = try? PassportFile(folder: folder, suffix: suffix).read() else { return nil }
        let files = seen(suffix: suffix).loaded(with: passport.persistence)
        guard let newest = files.map(\.modified).max(),
            passport.file.map({ files.contains(where: $0.isContinued(by:)) }) ?? true,
            Passport.speaks(ofFilesFrom: newest, asOf: asOf, knowing: passport.modified)
        else { return nil }
        return passport
    }

    private func seen(of time: String) -> SeenFiles { seen(suffix: Self.mark + time) }

    private func seen(suffix: String) -> SeenFiles {
        let paths = kinds(suffix: suffix)
        return SeenFiles(
            snapshot: fileMarks(in: paths.snapshot, suffix: suffix), log: fileMarks(in: paths.log, suffix: suffix))
    }

    /// The files of a copy of which its passport does not speak: an RDB file beside a log, or a log beside an RDB file.
    private func files(of time: String, beside passport: Passport) -> [String] {
        let paths = kinds(suffix: Self.mark + time)
        return (passport.persistence == .aof ? paths.snapshot : paths.log).flatMap { path in
            let entries = Folder.entries(of: path).filter { !$0.hasSuffix(".manifest") }
            return entries.isEmpty ? [path] : entries.map { "\(path)/\($0)" }
        }
    }

    /// Their settings may not be known here, so what the files are tells: a log is a folder, or begins with a command.
    private func kinds(suffix: String) -> (snapshot: [String], log: [String]) {
        var (snapshot, log): ([String], [String]) = ([], [])
        for path in names.filter({ $0 != Passport.fileName }).map({ "\(folder)/\($0)\(suffix)" }) {
            var info = stat()
            guard stat(path, &info) == 0 else { continue }
            let isFile = info.st_mode & S_IFMT == S_IFREG
            if isFile, !path.contains(".aof"), (try? DataFile(path))?.isRDB ?? true {
                snapshot.append(path)
            } else {
                log.append(path)
            }
        }
        return (snapshot, log)
    }
}
