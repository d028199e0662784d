/// Rules of znode paths, and the way between a caller's path and the server's when there is a chroot.
///
/// libzookeeper's own chroot is not used: it isn't taken off the paths that a `multi` created.
enum ZNodePath {
    /// Why `path` is no absolute znode path; nil when it is one.
    ///
    /// The rules are the server's (`PathUtils.validatePath`). Checked here because libzookeeper answers a bare
    /// ZBADARGUMENTS, in a `multi` without saying for which operation.
    static func problem(_ path: String) -> String? {
        guard path.hasPrefix("/") else { return "doesn't begin with a slash" }
        if path == "/" { return nil }
        // Bytes: to Swift, a slash and an accent after it are one character, and no slash.
        for name in path.utf8.dropFirst().split(separator: slash, omittingEmptySubsequences: false) {
            if name.isEmpty { return "has an empty name in it, or a slash at its end" }
            if name.elementsEqual(".".utf8) || name.elementsEqual("..".utf8) { return "is a relative path" }
        }
        for scalar in path.unicodeScalars {
            switch scalar.value {
            case 0...0x1f, 0x7f...0x9f, 0xe000...0xf8ff, 0xfff0...: return "has a character that ZooKeeper refuses"
            default: continue
            }
        }
        return nil
    }

    static func full(_ path: String, chroot: String) -> String {
        if chroot.isEmpty { return path }
        return path == "/" ? chroot : chroot + path
    }

    static func relative(_ path: String, chroot: String) -> String {
        guard !chroot.isEmpty, path.utf8.starts(with: chroot.utf8) else { return path }
        let rest = path.utf8.dropFirst(chroot.utf8.count)
        return rest.isEmpty ? "/" : String(Substring(rest))
    }

    /// The paths above `path`, from the root down, without `/` itself: `/a`, `/a/b` for `/a/b/c`.
    static func parents(_ path: String) -> [String] {
        path.utf8.indices.dropFirst().filter { path.utf8[$0] == slash }.map { String(path[..<$0]) }
    }

    private static let slash = UInt8(ascii: "/")
}
