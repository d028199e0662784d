import Vocabulary

/// What a value must be before it goes into a file. Each check throws `RenderingError.value`.
enum Check {
    static func oneLine(_ value: String, name: String) throws(RenderingError) {
        guard !value.isEmpty else { throw .value(name: name, .empty) }
        guard !RedisQuoting.holdsLineBreakOrNUL(value) else { throw .value(name: name, .lineBreakOrNUL) }
    }

    /// A password or a user's name: Redis ends a connection that sends a longer word before it is authenticated
    /// (`networking.c` of Redis 7.0), so such a password could be set but never given.
    static func credential(_ value: String, name: String) throws(RenderingError) {
        try oneLine(value, name: name)
        guard value.utf8.count <= 16_384 else { throw .value(name: name, .tooLong(limit: 16_384)) }
    }

    /// An absolute path: `dir` moves Redis there as it reads the line, so a relative one given twice would nest.
    static func directory(_ value: String, name: String) throws(RenderingError) {
        try oneLine(value, name: name)
        guard value.utf8.first == UInt8(ascii: "/") else { throw .value(name: name, .notAbsolute) }
    }

    static func range(_ value: Int, _ range: ClosedRange<Int>, name: String) throws(RenderingError) {
        guard range.contains(value) else { throw .value(name: name, .notIn(range)) }
    }

    /// An announced address, and that there is one where `bind` is a wildcard: nobody can connect to that.
    static func announced(_ address: Address?, bind: Address) throws(RenderingError) {
        if let address {
            guard !address.host.isWildcard else { throw .value(name: "announce_ip", .wildcardNotAnnounced) }
        } else if bind.host.isWildcard {
            throw .value(name: "bind_ip", .wildcardNotAnnounced)
        }
    }

    /// The charset that Sentinel documents for a master's name (`sentinel.conf` of Redis 7.0).
    static func masterName(_ value: String, name: String) throws(RenderingError) {
        try oneLine(value, name: name)
        guard value.utf8.allSatisfy({ $0.isLetterOrDigit || "._-".utf8.contains($0) }) else {
            throw .value(name: name, .characters(allowed: "A-Z, a-z, 0-9, and ._-"))
        }
    }

    /// A mark that its readers take for one, and that is nothing but words of the process's title.
    static func mark(_ mark: Mark) throws(RenderingError) {
        try znodePath(mark.root, name: "ZK_ROOT")
        try masterName(mark.masterName, name: "master_name")
        guard let id = mark.clusterID, !Mark.isClusterID(id) else { return }
        throw .value(name: "cluster id", .characters(allowed: "8 to 64 of A-Z, a-z, 0-9 and -"))
    }

    /// A path of ZooKeeper that is one word of the process title: what ZooKeeper allows, without white space, braces,
    /// quotes and backslashes.
    static func znodePath(_ value: String, name: String) throws(RenderingError) {
        try oneLine(value, name: name)
        let parts = value.split(separator: "/", omittingEmptySubsequences: false).dropFirst()
        let isPath = value == "/" || parts.allSatisfy { !["", ".", ".."].contains($0) }
        guard value.hasPrefix("/"), isPath, value.unicodeScalars.allSatisfy(isPathScalar) else {
            let allowed = "an absolute path such as /redis, without spaces, braces, quotes and backslashes"
            throw .value(name: name, .characters(allowed: allowed))
        }
    }

    /// Sentinel's `myid`: exactly 40 hexadecimal digits, as a run id has.
    static func identity(_ value: String, name: String) throws(RenderingError) {
        guard value.utf8.count == 40, value.utf8.allSatisfy(\.isLowerHexDigit) else {
            throw .value(name: name, .characters(allowed: "40 digits of 0-9 and a-f"))
        }
    }

    static func survivesSentinelRewrite(_ value: String, name: String) throws(RenderingError) {
        try credential(value, name: name)
        guard RedisQuoting.survivesSentinelRewrite(value) else { throw .value(name: name, .lostBySentinelRewrite) }
    }

    /// Not what ZooKeeper refuses in a path (control characters, U+D800 to U+F8FF, U+FFF0 to U+FFFF), nor what would
    /// end the word or mean something to Redis's title template.
    private static func isPathScalar(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0...0x20, 0x7F...0x9F, 0xD800...0xF8FF, 0xFFF0...0xFFFF: false
        default: !scalar.properties.isWhitespace && !"{}\"'\\".unicodeScalars.contains(scalar)
        }
    }
}
