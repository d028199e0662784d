import Cluster
import Glibc
import Processes
import Runtime

/// The one folder that a local cluster writes in: `redis-1`, `sentinel-1`, `watcher-1` and so on, `zookeeper`, and
/// `logs` with what each of them says. A member has the same one after each restart, as with a persistent volume of
/// Marathon.
struct LocalFolder {
    let path: String
    let isTemporary: Bool
    /// The folder of the processes' logs.
    var logs: String { "\(path)/logs" }

    /// - Throws: `Failure` (78) where the folder can't be made, or is in use; `Stopped`.
    init(_ path: String?, _ environment: Environment = .process) throws {
        isTemporary = path == nil
        if let path {
            self.path = try Folder.absolute(path, "--folder")
            guard mkdir(self.path, 0o700) == 0 || errno == EEXIST else {
                throw Failure(.badConfiguration, "the folder \(path) can't be made (\(lastError())); check --folder")
            }
            try lock()
        } else {
            // Each process works in a folder of its own.
            let parent = try Folder.absolute(environment.text("TMPDIR", default: "/tmp"), "TMPDIR")
            guard let made = Folder.makeUnique("\(parent)/interrex-local-") else {
                throw Failure(
                    .badConfiguration, "no folder can be made in \(parent.clipped) (\(lastError())); check TMPDIR")
            }
            self.path = made
        }
        try Folder.create(logs)
    }

    /// Locks the folder for as long as this process runs. What a killed one has left running counts, too.
    private func lock() throws {
        let advice = "give --folder another one"
        _ = try FolderLock.take(path, as: "interrex-local", advice: advice)
        for name in Folder.entries(of: path) where access("\(path)/\(name)/\(FolderLock.fileName)", F_OK) == 0 {
            try FolderLock.check("\(path)/\(name)", advice: advice)
        }
    }

    func removeIfTemporary() {
        guard isTemporary else { return }
        Folder.remove(path)
    }
}
