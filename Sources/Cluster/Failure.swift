import Redis

/// The exit codes of all commands (DESIGN.md 1.3; the numbers are those of sysexits.h).
public enum ExitCode: Int32, Sendable {
    case usage = 64
    /// A znode holds what none of us would write.
    case badData = 65
    /// ZooKeeper or Redis can't be reached.
    case unavailable = 69
    /// No usable master in time.
    case noMaster = 75
    case notAuthorised = 77
    case badConfiguration = 78
    case cannotExecute = 126
    case notFound = 127
}

/// Why a command ends: an exit code and one line that says what, where, why and what to do.
public struct Failure: Error, Equatable, Sendable, CustomStringConvertible {
    public var code: ExitCode
    public let description: String
    /// Whether this machine lacks something: that says nothing of ZooKeeper or Redis, and to ask them again is no help.
    public let isOurs: Bool

    public init(_ code: ExitCode, _ description: String, isOurs: Bool = false) {
        self.code = code
        self.description = description.oneLine
        self.isOurs = isOurs
    }
}

/// The most bytes that a line of ours has: room for what, where, why and what to do, with two long paths.
public let longestLine = 800

extension StringProtocol {
    /// The text on one line, at most ``longestLine`` bytes long: line ends and other control characters are shown
    /// escaped, and secrets are taken out. What is cut first would show the beginning of one.
    public var oneLine: String {
        let ellipsis = "…"
        var result = ""
        var whole = 0
        for scalar in Secrets.removed(from: String(self)).unicodeScalars {
            if scalar.value < 0x20 || (0x7f...0x9f).contains(scalar.value) || (0x2028...0x202e).contains(scalar.value) {
                result += "\\u{\(String(scalar.value, radix: 16))}"
            } else {
                result.unicodeScalars.append(scalar)
            }
            if result.utf8.count > longestLine {
                return String(decoding: result.utf8.prefix(whole), as: UTF8.self) + ellipsis
            }
            if result.utf8.count <= longestLine - ellipsis.utf8.count { whole = result.utf8.count }
        }
        return result
    }

    /// The text, without its middle where it is long: a path or a name must not push the rest out of a message.
    public var clipped: String {
        guard count > 160 else { return String(self) }
        let text = Secrets.removed(from: String(self))
        return text.count > 160 ? "\(text.prefix(80))…\(text.suffix(40))" : text
    }
}
