package import Cluster
import Glibc
import Runtime
import Vocabulary

/// Writing a rendered file so that there is always a whole one: temporary file in the same folder, fsync, rename.
package enum ConfigFile {
    /// - Throws: `Failure` (78); the old file is then as it was, and no temporary file is left.
    package static func write(_ text: String, to path: String) throws(Failure) {
        var temporary = Array("\(path).XXXXXX".utf8CString)
        // 0600 by mkstemp: the file holds passwords.
        let descriptor = mkstemp(&temporary)
        guard descriptor >= 0 else { throw failure(path) }
        let written = writeWhole(text.utf8, to: descriptor) && fsync(descriptor) == 0
        let number = errno
        close(descriptor)
        guard written, rename(temporary, path) == 0 else {
            let failure = failure(path, written ? errno : number)
            unlink(temporary)
            throw failure
        }
    }

    /// Removes what a launcher or a lease left that was killed while it wrote one of these files, or what was found out
    /// of one (`AcceptedSettings`). To be called by who alone writes them.
    package static func removeLeftovers(of paths: [String]) {
        let notes = paths.filter { $0.hasSuffix(".conf") }.map { "\($0.dropLast(5)).accepted" }
        for path in paths + notes {
            guard let slash = path.lastIndex(of: "/") else { continue }
            let (folder, name) = (String(path[..<slash]), String(path[path.index(after: slash)...]))
            for entry in Folder.entries(of: folder) where isLeftover(entry, of: name) { unlink("\(folder)/\(entry)") }
        }
    }

    /// mkstemp's six letters and digits.
    private static func isLeftover(_ entry: String, of name: String) -> Bool {
        guard entry.hasPrefix("\(name).") else { return false }
        let suffix = entry.dropFirst(name.count + 1)
        return suffix.utf8.count == 6 && suffix.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) }
    }

    private static func failure(_ path: String, _ number: Int32 = errno) -> Failure {
        Failure(
            .badConfiguration,
            "\(path) can't be written (\(lastError(number))); check CONFIG_DIR, its owner and its disk")
    }
}
