import Glibc

/// Where the ZooKeeper servers are, and under which znode everything of ours lives: `a:2181,b:2181/chroot`.
///
/// libzookeeper answers most mistakes here with a bare NULL and some with silence (port 99999 becomes 34463), so the
/// text is checked and cleaned before it gets that far. Accepted beyond libzookeeper's own form: `zk://` before
/// servers, white space around names, empty entries, a slash at the end, the path behind each server, a missing port
/// (2181), IPv6 in brackets.
public struct ConnectString: Equatable, Sendable {
    /// `host:port` each, IPv6 without brackets, as libzookeeper wants it: `::1:2181`.
    public var servers: [String]
    /// Empty, or `/a/b`.
    public var chroot: String

    /// The path may stand behind the last server alone, as libzookeeper has it, or behind each one, as people write it:
    /// then it must be the same. libzookeeper takes everything behind the first slash for the path.
    ///
    /// Throws the reason why `text` can't be used.
    public init(_ text: String) throws(ConnectStringError) {
        let entries = text.split(separator: ",").map { Self.withoutScheme($0.trimmed) }.filter { !$0.isEmpty }
        var paths: [String] = []
        servers = []
        for entry in entries {
            let slash = entry.firstIndex(of: "/") ?? entry.endIndex
            // The part before an @ is a password: it must not get into the message.
            guard !entry[..<slash].contains("@") else {
                throw ConnectStringError("the connect string has a user or password; give it as a digest instead")
            }
            paths.append(Self.path(entry[slash...]))
            let server = entry[..<slash].trimmed
            if !server.isEmpty { servers.append(try Self.server(server)) }
        }
        guard !servers.isEmpty else { throw ConnectStringError("no server in the connect string \"\(text)\"") }
        chroot = paths.last ?? ""
        guard paths.allSatisfy({ $0 == chroot }) || paths.dropLast().allSatisfy(\.isEmpty) else {
            throw ConnectStringError(
                "its servers have different paths (\(paths.map { $0.isEmpty ? "none" : $0 }.joined(separator: ", "))); "
                    + "write one path, behind the last server")
        }
        if !chroot.isEmpty, let reason = ZNodePath.problem(chroot) {
            throw ConnectStringError("the connect string's path \(chroot) \(reason)")
        }
    }

    private static func withoutScheme(_ text: Substring) -> Substring {
        text.hasPrefix("zk://") ? text.dropFirst(5).trimmed : text
    }

    /// Without slashes at the end, and white space before them: the lease reads this again as it is written.
    private static func path(_ text: Substring) -> String {
        var path = String(text)
        while let last = path.last, last == "/" || last.isWhitespace { path.removeLast() }
        return path
    }

    /// Whether every server is an IP literal, which needs no name server.
    var isNumeric: Bool {
        servers.allSatisfy { server in
            let host = server[..<server.lastIndex(of: ":")!]
            return Self.isIPv6(host) || Self.isIPv4(host)
        }
    }

    private static func server(_ entry: Substring) throws(ConnectStringError) -> String {
        var host = entry
        var port: Substring?
        if entry.hasPrefix("[") {
            guard let end = entry.firstIndex(of: "]"), isIPv6(entry[entry.index(after: entry.startIndex)..<end]) else {
                throw ConnectStringError("\"\(entry)\" is not an IPv6 address in brackets")
            }
            host = entry[entry.index(after: entry.startIndex)..<end]
            let tail = entry[entry.index(after: end)...]
            if !tail.isEmpty {
                guard tail.hasPrefix(":") else { throw ConnectStringError("\"\(entry)\" is not a host and port") }
                port = tail.dropFirst()
            }
        } else if let colon = entry.lastIndex(of: ":") {
            let front = entry[..<colon]
            // Without brackets the last group is the port, as libzookeeper reads it, unless what is left of it
            // isn't an address any more: fe80::1 is a host, ::1:2181 a host and port.
            if !front.contains(":") || isIPv6(front) {
                host = front
                port = entry[entry.index(after: colon)...]
            }
        }
        if let port, !isPort(port) {
            throw ConnectStringError("\"\(entry)\" has no port between 1 and 65535")
        }
        guard isIPv6(host) || isName(host) else {
            throw ConnectStringError("\"\(entry)\" is not a host and port")
        }
        return "\(host):\(port ?? "2181")"
    }

    private static func isPort(_ text: Substring) -> Bool {
        guard text.utf8.allSatisfy({ (48...57).contains($0) }), let port = Int(text) else { return false }
        return (1...65_535).contains(port)
    }

    private static func isIPv4(_ text: Substring) -> Bool {
        var address = in_addr()
        return inet_pton(AF_INET, String(text), &address) == 1
    }

    private static func isIPv6(_ text: Substring) -> Bool {
        // A zone (fe80::1%eth0) is the resolver's to understand.
        let parts = text.split(separator: "%", maxSplits: 1, omittingEmptySubsequences: false)
        guard let first = parts.first, parts.count == 1 || isName(parts[1]) else { return false }
        // C would read to the NUL only.
        guard !first.utf8.contains(0) else { return false }
        var address = in6_addr()
        return inet_pton(AF_INET6, String(first), &address) == 1
    }

    /// RFC 1123, and the underscore that container names have.
    private static func isName(_ text: Substring) -> Bool {
        (1...253).contains(text.utf8.count)
            && text.utf8.allSatisfy {
                switch $0 {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }
}

extension ConnectString: CustomStringConvertible {
    public var description: String { servers.joined(separator: ",") + chroot }
}

/// Why a connect string can't be used, in one line without secrets.
public struct ConnectStringError: Error, Equatable, Sendable, CustomStringConvertible {
    public let description: String
    init(_ description: String) { self.description = description }
}

extension StringProtocol where SubSequence == Substring {
    fileprivate var trimmed: Substring {
        let front = self[(firstIndex { !$0.isWhitespace } ?? endIndex)...]
        guard let last = front.lastIndex(where: { !$0.isWhitespace }) else { return front }
        return front[...last]
    }
}
