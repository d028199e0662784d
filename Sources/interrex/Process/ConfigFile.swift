import Cluster
import Glibc

/// Writing a rendered file so that there is always a whole one: temporary file in the same folder, fsync, rename.
enum ConfigFile {
    /// - Throws: `Failure` (78); the old file is then as it was, and no temporary file is left.
    static func write(_ text: String, to path: String) throws(Failure) {
        var temporary = Array("\(path).XXXXXX".utf8CString)
        // 0600 by mkstemp: the file holds passwords.
        let descriptor = mkstemp(&temporary)
        guard descriptor >= 0 else { throw failure(path) }
        let written = writeAll(text, to: descriptor) && fsync(descriptor) == 0
        let number = errno
        close(descriptor)
        guard written, rename(temporary, path) == 0 else {
            let failure = failure(path, written ? errno : number)
            unlink(temporary)
            throw failure
        }
    }

    private static func writeAll(_ text: String, to descriptor: Int32) -> Bool {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            guard count >= 0 || errno == EINTR else { return false }
            rest = rest.dropFirst(max(count, 0))
        }
        return true
    }

    private static func failure(_ path: String, _ number: Int32 = errno) -> Failure {
        Failure(
            .badConfiguration,
            "\(path) can't be written (\(lastError(number))); check CONFIG_DIR, its owner and its disk")
    }
}
