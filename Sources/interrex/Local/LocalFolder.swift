import Cluster
import Glibc

/// The one folder that a local cluster writes in.
struct LocalFolder {
    let path: String
    private let isTemporary: Bool

    /// - Throws: `Failure` (78) where the folder can't be made.
    init(_ path: String?) throws(Failure) {
        isTemporary = path == nil
        if let path {
            self.path = Folder.absolute(path)
            guard mkdir(self.path, 0o700) == 0 || errno == EEXIST else {
                throw Failure(.badConfiguration, "the folder \(path) can't be made (\(lastError())); check --folder")
            }
        } else {
            let parent = try Environment.process.text("TMPDIR", default: "/tmp")
            var template = Array("\(parent)/interrex-local-XXXXXX".utf8CString)
            guard mkdtemp(&template) != nil else {
                throw Failure(.badConfiguration, "no folder can be made in \(parent) (\(lastError())); check TMPDIR")
            }
            self.path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
        }
    }

    func removeIfTemporary() {
        guard isTemporary else { return }
        Folder.remove(path)
    }
}
