import Cluster
import Glibc
import Processes
import Runtime
import Succession

/// Copies of a server's data that were set aside: renamed to `<file>.aside-<time>`, the passport with them. All files
/// of one time are one copy. None is ever deleted that is not provably elsewhere.
struct AsideCopies: Equatable, Sendable {
    /// What stands between a file's name and the time at which it was set aside.
    static let mark = ".aside-"
    /// Beside each copy: in one line, why it was set aside.
    private static let reason = "interrex.why"

    /// `DATA_DIR`
    let folder: String
    /// The names of the data files and folders in it, its passport among them.
    let names: [String]

    /// - Parameter paths: those of the data files and folders.
    init(folder: String, paths: [String]) {
        self.folder = folder
        names = paths.map { fileName(of: $0) } + [Passport.fileName]
    }

    /// All that was set aside in a folder, whatever its files are called.
    init(in folder: String) {
        self.folder = folder
        let entries = Folder.entries(of: folder).compactMap { entry in
            entry.firstRange(of: Self.mark).map { String(entry[..<$0.lowerBound]) }
        }
        names = Set(entries).subtracting([Self.reason]).sorted()
    }

    /// The times of the copies in this folder, the newest first.
    var times: [String] {
        let entries = Folder.entries(of: folder)
        let times = names.flatMap { name in
            entries.filter { $0.hasPrefix(name + Self.mark) }.map { String($0.dropFirst(name.count + Self.mark.count)) }
        }
        return Set(times).sorted(by: >)
    }

    /// Renames the data that is there so that nothing overwrites it. Returns the new paths.
    /// - Throws: `Failure` (78) where a rename fails; what was renamed before is put back.
    func setAside(at time: String, because reason: String) throws(Failure) -> [String] {
        let moved = try rename(from: "", to: Self.mark + time)
        if !moved.isEmpty {
            try? ConfigFile.write(reason.oneLine + "\n", to: "\(folder)/\(Self.reason)\(Self.mark)\(time)")
        }
        return moved
    }

    /// Puts the copy that was set aside at `time` back in its place.
    /// - Throws: `Failure` (78) where a rename fails; the copy is then where it was.
    func restore(_ time: String) throws(Failure) {
        _ = try rename(from: Self.mark + time, to: "")
        unlink("\(folder)/\(Self.reason)\(Self.mark)\(time)")
    }

    /// What there is of a copy.
    func paths(of time: String) -> [String] {
        names.map { "\(folder)/\($0)\(Self.mark)\(time)" }.filter { access($0, F_OK) == 0 }
    }

    /// Why it was set aside, where that was written down.
    func reason(of time: String) -> String? {
        readFile("\(folder)/\(Self.reason)\(Self.mark)\(time)", limit: 4_096)
            .map { String(decoding: $0, as: UTF8.self).split(separator: "\n").first.map(String.init) ?? "" }
    }

    func passport(of time: String) -> Passport? {
        (try? PassportFile(folder: folder, suffix: Self.mark + time).read())?.passport
    }

    /// In bytes.
    func size(of time: String) -> Int64 {
        paths(of: time).reduce(0) { sum, path in
            sum
                + ([path] + Folder.entries(of: path).map { "\(path)/\($0)" }).reduce(0) { sum, file in
                    var info = stat()
                    guard lstat(file, &info) == 0, info.st_mode & S_IFMT == S_IFREG else { return sum }
                    return sum + Int64(info.st_size)
                }
        }
    }

    /// Deletes a copy.
    func delete(_ time: String) {
        for path in paths(of: time) { Folder.remove(path) }
        unlink("\(folder)/\(Self.reason)\(Self.mark)\(time)")
    }

    private func rename(from: String, to: String) throws(Failure) -> [String] {
        var done: [(from: String, to: String)] = []
        for path in names.map({ "\(folder)/\($0)" }) where access(path + from, F_OK) == 0 {
            guard Glibc.rename(path + from, path + to) == 0 else {
                let failure = Failure(
                    .badConfiguration,
                    "\((path + from).clipped) can't be renamed to \((path + to).clipped) (\(lastError())); check DATA_DIR and "
                        + "its owner")
                for (from, to) in done.reversed() { _ = Glibc.rename(to, from) }
                throw failure
            }
            done.append((path + from, path + to))
        }
        return done.map(\.to)
    }
}
