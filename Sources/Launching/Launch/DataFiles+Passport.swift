import Cluster
import Glibc
import Succession

/// A passport as it lies in a folder.
struct FoundPassport: Equatable, Sendable {
    var passport: Passport
    /// When its file was last written, in milliseconds since 1970. The lease writes or touches it every two seconds as
    /// long as the server lives.
    var asOf: Int64
}

enum PassportState: Equatable, Sendable {
    case none
    /// Why, in a few words.
    case unreadable(String)
    case found(FoundPassport)

    var found: FoundPassport? { if case .found(let found) = self { found } else { nil } }
}

extension DataFiles {
    private var passportFile: PassportFile { PassportFile(folder: folder, suffix: suffix) }

    var passportPath: String { passportFile.path }

    /// The passport of these files.
    var passport: PassportState {
        do throws(BadZnode) {
            return try passportFile.read().map { .found(FoundPassport(passport: $0, asOf: $1)) } ?? .none
        } catch {
            return .unreadable(error.description)
        }
    }

    /// Why a passport can't be trusted to speak of the files that would be loaded: one line; nil where it can, or where
    /// there is none.
    func doubt(of state: PassportState, for loaded: Loaded) -> String? {
        let known: FoundPassport
        switch state {
        case .none: return nil
        case .unreadable(let why): return doubt("it can't be read (\(why))")
        case .found(let found): known = found
        }
        let said = known.passport.persistence
        // A cache has no files to speak of.
        if said == .none, persistence == .none, loaded.modified == nil { return nil }
        guard said == persistence else {
            return doubt("it is of a server with persistence \(said), and the settings say \(persistence)")
        }
        guard let modified = loaded.modified else {
            // Its server may never have written a snapshot.
            return known.passport.keys == 0 ? nil : doubt("the files that it speaks of are gone")
        }
        if isOlder(modified, than: known.passport) { return doubt("the data files are older than it says") }
        if modified > known.asOf + Passport.delay { return doubt("the data files were written after it") }
        if let mark = known.passport.file, !isContinued(mark, by: loaded.files) {
            return doubt("\(mark.name) was put in the place of the file that it speaks of")
        }
        return nil
    }

    /// Whether these are the files of which the newest was marked, or what its server has made of them since.
    private func isContinued(_ mark: FileMark, by files: [DataFile]) -> Bool {
        files.contains { mark.isContinued(by: $0.mark(without: suffix)) }
            || files.first?.header?.begun.map(mark.isReplaced(bySnapshotFrom:)) ?? false
    }

    /// Whether files of that time were put in the place of those that the passport speaks of.
    func isOlder(_ modified: Int64, than passport: Passport) -> Bool {
        modified < passport.modified - Passport.slack
    }

    private func doubt(_ why: String) -> String {
        "\(passportPath.clipped) counts for nothing: \(why); what the data files themselves tell is used instead"
    }
}

func milliseconds(_ time: timespec) -> Int64 { Int64(time.tv_sec) * 1_000 + Int64(time.tv_nsec) / 1_000_000 }
