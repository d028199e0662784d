import Cluster
import Glibc

/// What was accepted last: a digest of the settings, and of the server, in a file beside the rendered one. While nothing has
/// changed nothing is tried again.
struct AcceptedSettings {
    /// Changes with what is tried.
    private static let version = 1

    let path: String
    private let digest: String

    /// - Parameter files: other files that decide, for example the one of the users.
    init(_ text: String, _ server: ServerBinary, files: [String], beside configPath: String) {
        path = "\(configPath.hasSuffix(".conf") ? String(configPath.dropLast(5)) : configPath).accepted"
        var hash = TwoHashes()
        hash.add("\(Self.version)\n\(text)")
        for file in [server.path] + files { hash.add("\n\(file) \(Self.identity(of: file))") }
        digest = hash.text
    }

    var isKnown: Bool { readFile(path, limit: 256).map { String(decoding: $0, as: UTF8.self) } == "\(digest)\n" }

    /// Where that can't be, the next start tries again.
    func note() { try? ConfigFile.write("\(digest)\n", to: path) }

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
