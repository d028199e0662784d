import Cluster
import Glibc
import Succession

/// Deletes copies that were set aside once the server beside them provably holds all that is in them.
struct AsideSweep: Sendable {
    private let copies: AsideCopies
    /// What was compared last: nothing new can be told before one of these changes.
    private var last: State?

    private struct State: Equatable {
        var replicationID: String
        var epoch: Int
        /// That of the reign; a claim's is written down only after its first look.
        var recorded: String?
    }

    init(_ data: LeaseOrder.Data) { copies = AsideCopies(folder: data.folder, paths: data.paths) }

    /// - Parameter look: of a server whose data is in its files.
    /// - Returns: whether a copy was deleted.
    mutating func sweep(_ look: ServerLook, _ reign: ReignView) -> Bool {
        let state = State(
            replicationID: look.history.replicationID, epoch: reign.cluster.epoch, recorded: reign.cluster.replicationID
        )
        guard state != last else { return false }
        last = state
        var hasDeleted = false
        for time in copies.times {
            guard let passport = copies.exactPassport(of: time),
                isContained(passport.replicationID, passport.offset, look, reign),
                copies.files(of: time, beside: passport).allSatisfy({ isContained($0, look, reign) })
            else { continue }
            let size = copies.size(of: time)
            copies.delete(time)
            hasDeleted = true
            Log.info(
                "the copy that was set aside at \(time) (\(size) bytes) is deleted: this server holds all that is in it (epoch "
                    + "\(passport.epoch), offset \(passport.offset))")
        }
        return hasDeleted
    }

    /// A file that the passport doesn't speak of: a snapshot beside a log says itself what is in it, or nobody does.
    private func isContained(_ file: String, _ look: ServerLook, _ reign: ReignView) -> Bool {
        guard let file = try? DataFile(file) else { return false }
        guard file.holdsData else { return true }
        guard let header = file.header, let id = header.replicationID, let offset = header.offset else { return false }
        return isContained(id, offset, look, reign)
    }

    private func isContained(_ id: String, _ offset: Int64, _ look: ServerLook, _ reign: ReignView) -> Bool {
        if look.history.contains(id, upTo: offset) { return true }
        return reign.cluster.replicationID == look.history.replicationID && reign.cluster.includes(id, upTo: offset)
    }
}

extension AsideCopies {
    /// The data files of a copy of which its passport does not speak: an RDB file beside a log, or a log beside an RDB file.
    fileprivate func files(of time: String, beside passport: Passport) -> [String] {
        let paths = dataPaths(of: time)
        let rdb = paths.filter { $0 == "\(folder)/\(names[0])\(Self.mark)\(time)" }
        let others = passport.persistence == .aof ? rdb : paths.filter { !rdb.contains($0) }
        return others.flatMap { path in
            let entries = Folder.entries(of: path).filter { !$0.hasSuffix(".manifest") }
            return entries.isEmpty ? [path] : entries.map { "\(path)/\($0)" }
        }
    }

    /// The passport of a copy, where it says all that is in it: no file was written after the look that it tells of. (What a
    /// server wrote in its last second, before it was killed, is in no passport.)
    func exactPassport(of time: String) -> Passport? {
        guard let passport = trustedPassport(of: time) else { return nil }
        return newestFile(in: dataPaths(of: time)) <= passport.modified + Self.slack ? passport : nil
    }

    /// How exactly file times are compared, in milliseconds: they are kept in steps of the kernel's clock.
    private static let slack: Int64 = 20

    private func dataPaths(of time: String) -> [String] {
        paths(of: time).filter { !$0.hasPrefix("\(folder)/\(Passport.fileName)") }
    }

    /// The passport of a copy, where it speaks of these very files: none of them was written long after it.
    func trustedPassport(of time: String) -> Passport? {
        guard let (passport, asOf) = try? PassportFile(folder: folder, suffix: Self.mark + time).read() else {
            return nil
        }
        let newest = newestFile(in: dataPaths(of: time))
        return newest > 0 && Passport.speaks(ofFilesFrom: newest, asOf: asOf, knowing: passport.modified)
            ? passport : nil
    }
}

/// When the newest of these files, or of those in these folders, was written, in milliseconds since 1970; 0 where there is
/// none. Manifests, and what a server is still making of its log, hold nothing that it would load.
func newestFile(in paths: [String]) -> Int64 {
    let files = paths + paths.flatMap { path in Folder.entries(of: path).map { "\(path)/\($0)" } }
    return files.compactMap { file in
        let name = file.split(separator: "/").last ?? ""
        var info = stat()
        guard !name.hasSuffix(".manifest"), !name.hasPrefix("temp-"), stat(file, &info) == 0,
            info.st_mode & S_IFMT == S_IFREG
        else { return nil }
        return milliseconds(info.st_mtim)
    }.max() ?? 0
}
