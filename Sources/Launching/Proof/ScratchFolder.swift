import Cluster
import Glibc
import Processes
import Runtime

/// A folder that is there for a moment. One that a killed launcher left is taken.
struct ScratchFolder {
    let path: String
    private let descriptor: Int32

    /// What a trial makes in its folder.
    private static let names = [ScratchServer.socketName, "try"]
    /// Older ones are of launchers that were killed: no trial takes so long.
    private static let longest = 60

    /// - Parameter prefix: the beginning of its path; the rest is random, so that two launchers don't meet there.
    /// - Throws: `Failure` (78).
    init(_ prefix: String) throws(Failure) {
        Self.sweep(prefix)
        guard let made = Folder.makeUnique("\(prefix).") else { throw Self.failure(prefix) }
        path = made
        descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)
        guard descriptor >= 0 else { throw Self.failure(path) }
    }

    func remove() {
        close(descriptor)
        Self.remove(path)
    }

    /// A connected socket; nil where nobody listens there yet. The path goes by the descriptor: a whole one may be
    /// longer than a socket's address may be.
    func connect(to name: String) -> Int32? { newSocket(at: name) { Glibc.connect($0, $1, $2) } }

    /// Whether the file system has sockets at all.
    var holdsSockets: Bool {
        guard let made = newSocket(at: "try", { bind($0, $1, $2) }) else { return false }
        close(made)
        return true
    }

    private func newSocket(
        at name: String, _ call: (Int32, UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32? {
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        let descriptor = Glibc.socket(AF_UNIX, kind, 0)
        guard descriptor >= 0 else { return nil }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { bytes in
            bytes.copyBytes(from: "/proc/self/fd/\(self.descriptor)/\(name)\0".utf8)
        }
        let code = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                call(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard code == 0 else {
            close(descriptor)
            return nil
        }
        return descriptor
    }

    private static func remove(_ path: String) {
        for name in names { unlink("\(path)/\(name)") }
        rmdir(path)
    }

    /// Removes what killed launchers left: folders of ours, and nothing in them but what a trial makes.
    private static func sweep(_ prefix: String) {
        guard let slash = prefix.lastIndex(of: "/") else { return }
        let (folder, stem) = (String(prefix[..<slash]), "\(prefix[prefix.index(after: slash)...]).")
        for name in Folder.entries(of: folder) where name.hasPrefix(stem) {
            var info = stat()
            guard lstat("\(folder)/\(name)", &info) == 0, info.st_mode & S_IFMT == S_IFDIR, info.st_uid == geteuid(),
                time(nil) - info.st_mtim.tv_sec > longest
            else { continue }
            remove("\(folder)/\(name)")
        }
    }

    private static func failure(_ path: String) -> Failure {
        Failure(
            .badConfiguration,
            "\(path.clipped) can't be made (\(lastError())), where the settings are tried; check CONFIG_DIR, or remove what has that name"
        )
    }
}
