import Glibc
import Runtime
import Vocabulary

/// The variables as one process sees them: flags override the environment, which overrides the default.
///
/// Unset and empty mean the same. A value that holds CR, LF or NUL, or is no UTF-8, is refused, always: no byte from
/// here may add a directive to a rendered file.
public struct Environment: Sendable {
    private var values: [String: String]
    /// Variables whose bytes are no UTF-8.
    private var malformed: Set<String>
    /// Variables whose values come from options.
    private var overridden: Set<String> = []

    public init(_ values: [String: String]) {
        self.values = values
        malformed = []
    }

    /// The environment of this process.
    public static var process: Environment {
        var result = Environment([:])
        var entry = environ
        while let text = entry.pointee {
            let length = strlen(text)
            let bytes = UnsafeRawBufferPointer(start: text, count: length)
            if let equals = bytes.firstIndex(of: UInt8(ascii: "=")) {
                let name = String(decoding: bytes[..<equals], as: UTF8.self)
                if let value = String(validating: bytes[(equals + 1)...], as: UTF8.self) {
                    result.values[name] = value
                } else {
                    result.malformed.insert(name)
                }
            }
            entry += 1
        }
        return result
    }

    /// All variables, for a child process.
    public var all: [String: String] { values }

    /// Has an option's value override the variable of the same name. What is wrong with it is said of the option.
    public mutating func override(_ name: String, with value: String?) {
        guard let value else { return }
        set(name, to: value)
        overridden.insert(name)
    }

    /// Gives a variable another value, which nobody has typed.
    public mutating func set(_ name: String, to value: String) {
        values[name] = value
        malformed.remove(name)
        overridden.remove(name)
    }

    /// The value of a variable; nil where it is unset or empty.
    /// - Throws: `Failure` (78; 64 where an option gave it) for a value that is not one line of UTF-8 text.
    public func text(_ name: String) throws(Failure) -> String? {
        guard !malformed.contains(name) else { throw bad(name, "is not UTF-8 text") }
        guard let value = values[name], !value.isEmpty else { return nil }
        try checkLine(value, of: name)
        return value
    }

    public func text(_ name: String, default value: String) throws(Failure) -> String { try text(name) ?? value }

    /// A secret: `NAME`, or the first line of the file that `NAME_FILE` names.
    /// - Throws: `Failure` (78; 64 where an option gave it) where both are set, or the file can't be read, is
    ///   empty, or holds more than one line.
    public func secret(_ name: String) throws(Failure) -> String? {
        let value = try text(name)
        guard let path = try text("\(name)_FILE") else { return value }
        guard value == nil else { throw bad(name, "and \(name)_FILE are both set; unset one of them") }
        let bytes: [UInt8]
        do throws(FileProblem) {
            bytes = try readWholeFile(path, limit: 65_536 + 2)
        } catch {
            throw bad(
                "\(name)_FILE", "names \(path.clipped), which can't be read (\(error)); check its path and mode")
        }
        guard var line = String(validating: bytes, as: UTF8.self) else {
            throw bad("\(name)_FILE", "names \(path.clipped), which is not UTF-8 text")
        }
        if line.hasSuffix("\r\n") || line.hasSuffix("\n") { line.removeLast() }
        guard !line.isEmpty else { throw bad("\(name)_FILE", "names \(path.clipped), which is empty") }
        try checkLine(line, of: "the file of \(name)_FILE")
        return line
    }

    /// A whole number.
    /// - Throws: `Failure` (78; 64 where an option gave it) for anything but decimal digits, or a number outside
    ///   `range`.
    public func number(_ name: String, default value: Int, in range: ClosedRange<Int>) throws(Failure) -> Int {
        guard let text = try text(name) else { return value }
        guard (1...9).contains(text.utf8.count), text.utf8.allSatisfy(\.isDigit),
            let number = Int(text),
            range.contains(number)
        else {
            throw bad(
                name, "is \"\(text.prefix(40))\"; it must be a number from \(range.lowerBound) to \(range.upperBound)")
        }
        return number
    }

    /// A duration: `500ms`, `6s`, `2m`, `1h`, `7d`, or a bare number of seconds.
    /// - Throws: `Failure` (78; 64 where an option gave it) for anything else, or a duration outside `range`.
    public func duration(
        _ name: String, default value: Duration, in range: ClosedRange<Duration>
    ) throws(Failure) -> Duration {
        guard let text = try text(name) else { return value }
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let units: [Substring: Duration] = [
            "ms": .milliseconds(1), "s": .seconds(1), "m": .seconds(60), "h": .seconds(3_600), "d": .seconds(86_400),
            "": .seconds(1),
        ]
        guard (1...9).contains(digits.count), let number = Int(digits), let unit = units[text.dropFirst(digits.count)]
        else {
            throw bad(
                name, "is \"\(text.prefix(40))\"; write a duration like 500ms, 6s, 2m, 1h, 7d or a number of seconds")
        }
        let duration = unit * number
        guard range.contains(duration) else {
            throw bad(name, "is \(text); it must be from \(range.lowerBound.asTyped) to \(range.upperBound.asTyped)")
        }
        return duration
    }

    /// `ACCEPT_LOSS_AFTER`; nil where it is unset: never.
    /// - Throws: `Failure` (78; 64 where an option gave it).
    public func acceptLossAfter() throws(Failure) -> Duration? {
        guard try text("ACCEPT_LOSS_AFTER") != nil else { return nil }
        return try duration("ACCEPT_LOSS_AFTER", default: .zero, in: .zero...(.seconds(86_400 * 365)))
    }

    private func checkLine(_ value: String, of name: String) throws(Failure) {
        guard !value.utf8.contains(where: { $0 == 10 || $0 == 13 || $0 == 0 }) else {
            throw bad(name, "holds a line end or a NUL; it must be one line")
        }
    }

    /// - Returns: 78 that names the variable; 64 that names the option, where one has overridden it.
    public func bad(_ name: String, _ complaint: String) -> Failure {
        guard overridden.contains(name) else { return Failure(.badConfiguration, "\(name) \(complaint)") }
        return Failure(.usage, "--\(name.lowercased().replacing("_", with: "-")) \(complaint)")
    }
}
