import Cluster
import Glibc
import Succession

/// A file time, in milliseconds since 1970.
struct Moment {
    let time: Int64

    init(_ time: Int64) { self.time = time }

    /// Such a time tells of a clock that was wrong, and nothing of the file.
    var isInFuture: Bool {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return time > milliseconds(now) + 60_000
    }

    /// Nil where they can't be compared, since only one of them is in the future.
    func isLater(than other: Moment, by least: Int64 = 0) -> Bool? {
        isInFuture == other.isInFuture ? time > other.time + least : nil
    }

    /// As RFC 3339 has it.
    var text: String {
        var (seconds, parts) = (time_t(time / 1_000), tm())
        gmtime_r(&seconds, &parts)
        var bytes = [CChar](repeating: 0, count: 32)
        let count = strftime(&bytes, bytes.count, "%FT%TZ", &parts)
        return String(decoding: bytes.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

/// Which file counts: a server loads its log or its RDB file, and never looks at the other.
extension DataFiles {
    /// Where the file that would be passed over is newer than what would be loaded.
    ///
    /// Beside a log, an RDB file that was written later is the normal case: a server with save points takes a snapshot
    /// of what its log holds too. So that one counts as newer only where the passport says that it is none of these, or
    /// where it holds more keys than the log can.
    func newerFile(than loaded: Loaded, _ known: FoundPassport?, isTrusted: Bool) -> Unloadable? {
        guard let modified = loaded.modified.map(Moment.init) else { return nil }
        return loadsAOF
            ? newerSnapshot(than: loaded, modified, known, isTrusted: isTrusted)
            : newerLog(than: loaded, modified, known, isTrusted: isTrusted)
    }

    private func newerLog(
        than loaded: Loaded, _ modified: Moment, _ known: FoundPassport?, isTrusted: Bool
    ) -> Unloadable? {
        guard let time = contents(of: aofFiles + [oldAOF]).modified.map(Moment.init) else { return nil }
        let isNewer =
            if let known, known.passport.persistence == .aof {
                time.isLater(than: modified) ?? true
            } else if let known, isTrusted {
                time.isLater(than: Moment(known.asOf), by: Passport.delay) ?? false
            } else {
                time.isLater(than: modified, by: Passport.delay) ?? false
            }
        guard isNewer else { return nil }
        let log = contents(of: aofFiles).holdsData ? aof : oldAOF
        return .newer(
            "\(log.clipped) (\(position(of: nil, time, .aof, known)))",
            than: "\(name(of: rdb)) (\(position(of: loaded.files.first, modified, .rdb, known)))",
            toLoadIt: "set appendonly yes")
    }

    private func newerSnapshot(
        than loaded: Loaded, _ modified: Moment, _ known: FoundPassport?, isTrusted: Bool
    ) -> Unloadable? {
        guard let snapshot = try? DataFile(rdb), snapshot.holdsData else { return nil }
        let time = Moment(snapshot.modified)
        let isNewer: Bool
        if let known, isTrusted {
            isNewer = time.isLater(than: Moment(known.asOf), by: Passport.delay) ?? false
        } else if let known, known.passport.persistence == .rdb || isReplaced(modified, known.passport) {
            isNewer = time.isLater(than: modified) ?? true
        } else {
            isNewer = (time.isLater(than: modified) ?? false) && holdsMoreKeys(snapshot, than: loaded)
        }
        guard isNewer else { return nil }
        let log = loaded.files.count == 1 && loaded.files[0].path == oldAOF ? oldAOF : aof
        return .newer(
            "\(rdb.clipped) (\(position(of: snapshot, time, .rdb, known)))",
            than: "the log \(name(of: log)) (\(position(of: nil, modified, .aof, known)))",
            toLoadIt: "start once with appendonly no and run CONFIG SET appendonly yes")
    }

    /// Whether the log was put in the place of the one that the passport speaks of.
    private func isReplaced(_ modified: Moment, _ passport: Passport) -> Bool {
        passport.persistence == .aof && isOlder(modified.time, than: passport)
    }

    /// Whether an RDB file has more keys in its first database than a log can have there. No command makes a key with
    /// fewer bytes of a log than `MSET` with many short ones does: 14.
    private func holdsMoreKeys(_ snapshot: DataFile, than log: Loaded) -> Bool {
        guard let first = snapshot.header?.firstDatabase else { return false }
        // In floating point: a number in a damaged file must not overflow.
        var most = 0.0
        for file in log.files {
            if let header = file.header {
                if let database = header.firstDatabase {
                    // What the databases behind its first hold can't be seen.
                    guard database.number >= first.number else { return false }
                    if database.number == first.number { most += Double(database.keys) }
                } else if !header.isEmpty {
                    return false
                }
                // Commands may follow it in the single file of older versions.
                if file.path != oldAOF { continue }
            }
            most += Double(file.size / 14)
        }
        return Double(first.keys) > most
    }

    /// What is known of a file: its position by the passport or by its own head, else when it was written.
    private func position(
        of rdb: DataFile?, _ time: Moment, _ kind: Passport.Persistence, _ known: FoundPassport?
    ) -> String {
        if let known, known.passport.persistence == kind, !isOlder(time.time, than: known.passport),
            time.time <= known.asOf + Passport.delay
        {
            return "epoch \(known.passport.epoch), offset \(known.passport.offset)"
        }
        if let header = rdb?.header, let id = header.replicationID, let offset = header.offset {
            return "offset \(offset) of \(id.prefix(8)), \(time.text)"
        }
        return "written \(time.text)"
    }

    private func name(of path: String) -> Substring {
        fileName(of: path).prefix(60)
    }
}
