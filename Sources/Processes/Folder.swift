package import Cluster
import Glibc
import Runtime
import Succession

/// Folders as the launchers need them: absolute, existing, writable.
package enum Folder {
    /// - Parameter name: what the path is called that was given.
    /// - Throws: `Failure` (78) for a relative one where the current directory is gone.
    package static func absolute(_ path: String, _ name: String) throws(Failure) -> String {
        var path = path
        if !path.hasPrefix("/") {
            guard let here = getcwd(nil, 0) else {
                throw Failure(
                    .badConfiguration,
                    "\(name) is \(path.clipped), and the current directory can't be found (\(lastError())); set \(name) to an "
                        + "absolute path, or start in a directory that is there")
            }
            defer { free(here) }
            path = path == "." ? String(cString: here) : "\(String(cString: here))/\(path)"
        }
        while path.count > 1, path.hasSuffix("/") { path.removeLast() }
        return path
    }

    package static func exists(_ path: String) -> Bool {
        var info = stat()
        return stat(path, &info) == 0 && info.st_mode & S_IFMT == S_IFDIR
    }

    package static func create(_ path: String) throws(Failure) {
        guard mkdir(path, 0o700) == 0 || errno == EEXIST else {
            throw Failure(.badConfiguration, "the folder \(path.clipped) can't be made (\(lastError()))")
        }
    }

    /// Makes a folder (0700) that nobody else has: `prefix` and six random characters. Returns its path; nil, with the
    /// reason in `errno`, where that can't be.
    package static func makeUnique(_ prefix: String) -> String? {
        // mkdtemp(3) writes its choice into what it is given.
        var template = Array("\(prefix)XXXXXX".utf8CString)
        guard mkdtemp(&template) != nil else { return nil }
        return String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// The names in a folder, sorted; none where it can't be read.
    package static func entries(of path: String) -> [String] {
        guard let stream = opendir(path) else { return [] }
        defer { closedir(stream) }
        var names: [String] = []
        while let entry = readdir(stream) {
            let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Removes a file, or a folder with all that is in it; links are not followed.
    package static func remove(_ path: String) {
        guard Glibc.remove(path) != 0, errno == ENOTEMPTY || errno == EEXIST else { return }
        for name in entries(of: path) { remove("\(path)/\(name)") }
        Glibc.remove(path)
    }

    /// Tries to write: mode bits tell neither of a read-only mount nor of a full disk, and a sentinel that can't
    /// rewrite its file runs on without memory (docs/facts.md, state-is-lost-without-a-word).
    package static func checkWritable(_ path: String, variable: String) throws(Failure) {
        var name = Array("\(path)/.interrex-XXXXXX".utf8CString)
        let descriptor = mkstemp(&name)
        guard descriptor >= 0 else {
            throw Failure(
                .badConfiguration,
                "the folder \(path.clipped) can't be written (\(lastError())); check \(variable) and its owner")
        }
        defer {
            close(descriptor)
            unlink(name)
        }
        let block = [UInt8](repeating: 0, count: 4_096)
        guard writeWhole(block, to: descriptor) else {
            throw Failure(
                .badConfiguration, "nothing can be written in \(path.clipped) (\(lastError())); make room on that disk")
        }
    }
}
