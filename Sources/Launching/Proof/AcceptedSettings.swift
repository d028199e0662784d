import Cluster
import Glibc
import Processes
import Runtime

/// What was accepted last: a digest of the settings, and of the server, in a file beside the rendered one. While
/// nothing has changed nothing is tried again.
struct AcceptedSettings {
    /// Changes with what is tried.
    private static let version = 2

    let path: String
    /// Nil where nothing tells this server from its next version: a script may start any other program. It is tried
    /// each time, which takes hardly longer than to ask for its version.
    private let digest: String?

    /// - Parameter files: others that decide: that of the users, and modules. (What is included stands in the text.)
    init(_ text: String, _ server: ServerBinary, files: [String], beside configPath: String) {
        path = "\(configPath.hasSuffix(".conf") ? String(configPath.dropLast(5)) : configPath).accepted"
        guard server.isProgram else {
            digest = nil
            return
        }
        var hash = TwoHashes()
        hash.add("\(Self.version)\n\(text)")
        for file in [server.path] + files { hash.add("\n\(file) \(Self.identity(of: file))") }
        digest = hash.text
    }

    var isKnown: Bool {
        guard let digest, let bytes = readFile(path, limit: 256) else { return false }
        return String(decoding: bytes, as: UTF8.self) == "\(digest)\n"
    }

    /// Where that can't be, the next start tries again.
    func note() {
        if let digest { try? ConfigFile.write("\(digest)\n", to: path) }
    }

    private static func identity(of path: String) -> String {
        var info = stat()
        guard stat(path, &info) == 0 else { return "-" }
        return "\(info.st_dev) \(info.st_ino) \(info.st_size) \(info.st_mtim.tv_sec).\(info.st_mtim.tv_nsec) "
            + "\(info.st_ctim.tv_sec).\(info.st_ctim.tv_nsec)"
    }
}

/// Two FNV-1a hashes of 64 bits: enough to tell a file from its next version, where nobody gains by making two alike.
private struct TwoHashes {
    private var hashes: (UInt64, UInt64) = (0xcbf2_9ce4_8422_2325, 0x9e37_79b9_7f4a_7c15)

    mutating func add(_ text: String) {
        for byte in text.utf8 {
            hashes.0 = (hashes.0 ^ UInt64(byte)) &* 0x100_0000_01b3
            hashes.1 = (hashes.1 ^ UInt64(byte)) &* 0x9e37_79b9_7f4a_7c15
        }
    }

    var text: String { "\(String(hashes.0, radix: 16))-\(String(hashes.1, radix: 16))" }
}
