import Runtime
import Vocabulary

/// The exit codes of all commands (`docs/reference.md`); the numbers are those of sysexits.h.
public enum ExitCode: Int32, CaseIterable, Sendable {
    case usage = 64
    /// A znode holds what none of us would write.
    case badData = 65
    /// ZooKeeper or Redis can't be reached.
    case unavailable = 69
    /// No usable master in time; or what an operator said can't be done now, or did not end well.
    case noMaster = 75
    case notAuthorised = 77
    case badConfiguration = 78
    case cannotExecute = 126
    case notFound = 127

    /// All that a command may end with, and what each means, in the order in which `--help` shows them.
    public static let meanings: [(codes: String, meaning: String)] = [
        ("0", "done"), ("1", "status: degraded; doctor: a warning; config show: a difference"),
        ("2", "status: no master; doctor: a failure"), ("\(usage.rawValue)", "wrong usage, or nobody said yes"),
        ("\(badData.rawValue)", "bad data in ZooKeeper"),
        ("\(unavailable.rawValue)", "ZooKeeper, Redis or standard output can't be reached"),
        ("\(noMaster.rawValue)", "no usable master in time; not done, and not now"),
        ("\(notAuthorised.rawValue)", "not authorised"),
        ("\(badConfiguration.rawValue)", "bad configuration"),
        ("\(cannotExecute.rawValue)/\(notFound.rawValue)", "the real server can't be executed / isn't found"),
        ("128+n", "ended by signal n"),
    ]
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
    /// The text on one line, at most ``longestLine`` bytes long, without secrets: what is cut first would show the
    /// beginning of one.
    public var oneLine: String { Secrets.removed(from: String(self)).escapedLine(atMost: longestLine) }

    /// The text, without its middle where it is long: a path or a name must not push the rest out of a message.
    public var clipped: String {
        guard count > 160 else { return String(self) }
        let text = Secrets.removed(from: String(self))
        return text.count > 160 ? "\(text.prefix(80))…\(text.suffix(40))" : text
    }
}
