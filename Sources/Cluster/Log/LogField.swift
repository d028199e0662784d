public import Vocabulary

/// A fact that a log line bears under a name that is the same in all programs, beside its message: what reads a log as
/// JSON finds it by that.
public struct LogField: Equatable, Sendable {
    /// All names that are ours; `docs/reference.md` says what each means.
    public enum Name: String, CaseIterable, Sendable {
        case cluster, master, address, cause, took, alert, event, old, new, epoch, who, rule, pause, repair, hook
        case process, code
    }

    enum Value: Equatable, Sendable {
        case text(String)
        case number(Int)
        /// In milliseconds.
        case time(Int64)
    }

    let name: String
    /// Nil where there is nothing to say: the field is left out.
    let value: Value?
    /// Whether a line of text shows it, where its message does not say the same.
    private(set) var isInText: Bool

    private init(_ name: Name, _ value: Value?, isInText: Bool = true) {
        (self.name, self.value, self.isInText) = (name.rawValue, value, isInText)
    }

    /// A library's own, under a name of its choice: one that is taken, or is none, gets another.
    init(ofLibrary name: String, _ text: String) {
        let isTaken = Name(rawValue: name) != nil || LogLine.ownNames.contains(name)
        let bytes = name.utf8.prefix(Self.longestName).map { $0.isLetterOrDigit || "._-".utf8.contains($0) ? $0 : 95 }
        self.name = (isTaken ? "metadata." : "") + String(decoding: bytes, as: UTF8.self)
        (value, isInText) = (.text(text), true)
    }

    /// In bytes.
    private static let longestName = 60

    /// The same, shown in JSON only: its message says it in other words.
    public var inJSONOnly: LogField {
        var field = self
        field.isInText = false
        return field
    }

    // MARK: All of them

    /// The root of the cluster that the line is about.
    public static func cluster(_ root: String?) -> LogField { LogField(.cluster, root.map(Value.text)) }
    /// Who is master from this line on, as far as its process knows.
    public static func master(_ address: Address?) -> LogField { LogField(.master, text(address)) }
    /// The server or sentinel that the line is about.
    public static func address(_ address: Address?) -> LogField { LogField(.address, text(address)) }
    /// Why another master was recorded, as the history has it.
    public static func cause(_ cause: String?) -> LogField { LogField(.cause, cause.map(Value.text)) }
    /// How long that took of which the line tells, from its first sign to its end.
    public static func took(_ time: Duration?) -> LogField { LogField(.took, milliseconds(time)) }
    /// The name of an alert.
    public static func alert(_ name: String) -> LogField { LogField(.alert, .text(name)) }
    /// The event that is published with the line.
    public static func event(_ name: String) -> LogField { LogField(.event, .text(name), isInText: false) }
    public static func old(_ address: Address?) -> LogField { LogField(.old, text(address), isInText: false) }
    public static func new(_ address: Address?) -> LogField { LogField(.new, text(address), isInText: false) }
    /// The number of the reign that has begun.
    public static func epoch(_ epoch: Int?) -> LogField { LogField(.epoch, epoch.map(Value.number)) }
    /// The person or program that asked for it.
    public static func who(_ who: String?) -> LogField { LogField(.who, who.map(Value.text), isInText: false) }
    /// By which rule a launcher has decided.
    public static func rule(_ name: String) -> LogField { LogField(.rule, .text(name)) }
    /// For how long clients could not write.
    public static func pause(_ time: Duration?) -> LogField { LogField(.pause, milliseconds(time)) }
    /// What a watcher could not do, by the name that its metric has.
    public static func repair(_ name: String) -> LogField { LogField(.repair, .text(name), isInText: false) }
    /// The hook that has written the line, or that it is about.
    public static func hook(_ name: String) -> LogField { LogField(.hook, .text(name)) }
    /// The process of a local cluster that has written the line.
    static func process(_ name: String) -> LogField { LogField(.process, .text(name)) }
    /// The exit code with which the command ends.
    static func code(_ code: ExitCode) -> LogField { LogField(.code, .number(Int(code.rawValue)), isInText: false) }

    private static func text(_ address: Address?) -> Value? { address.map { .text($0.description) } }
    private static func milliseconds(_ time: Duration?) -> Value? { time.map { .time($0.wholeMilliseconds) } }
}
