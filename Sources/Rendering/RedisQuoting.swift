/// The quoting rules of Redis's configuration files, those of `sdssplitargs` in Redis 7.0's `sds.c`.
///
/// A line is words between white space. In double quotes, `\n \r \t \b \a \xHH` are bytes and `\` before anything else
/// stands for that; in single quotes only `\'` is special; a closing quote must end its word. Outside quotes, nothing
/// is special but white space and quotes. A `#` begins a comment at the start of a line only.
public enum RedisQuoting {
    /// One word of a line that Redis reads back as exactly `value`: bare where that is safe, else in double quotes.
    ///
    /// - Throws: `lineBreakOrNUL` where `value` holds CR, LF or NUL. They could be written as escapes, but no setting
    ///   needs them, and one careless reader further on would take the rest for a directive.
    public static func quote(_ value: String) throws(ValueProblem) -> String {
        guard !holdsLineBreakOrNUL(value) else { throw .lineBreakOrNUL }
        if !value.isEmpty, value.utf8.allSatisfy(isPlain) { return value }
        var quoted = "\""
        for scalar in value.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\t": quoted += "\\t"
            case "\u{0}"..."\u{1F}", "\u{7F}": quoted += "\\x" + hexadecimal(UInt8(scalar.value))
            default: quoted.unicodeScalars.append(scalar)
            }
        }
        return quoted + "\""
    }

    /// One word that Redis reads back as exactly these bytes, whatever they are.
    static func quote(bytes: [UInt8]) -> String {
        if !bytes.isEmpty, bytes.allSatisfy(isPlain) { return String(decoding: bytes, as: UTF8.self) }
        let quoted = bytes.map { byte in
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): "\\" + String(UnicodeScalar(byte))
            case 0x20...0x7E: String(UnicodeScalar(byte))
            default: "\\x" + hexadecimal(byte)
            }
        }
        return "\"\(quoted.joined())\""
    }

    /// Whether `value`, written by Sentinel's rewrite without quotes, is read back as exactly itself.
    ///
    /// Sentinel prints `auth-pass`, `auth-user`, `sentinel-pass` and the master's name with `%s` (`sentinel.c`,
    /// `rewriteConfigSentinelOption`). An empty value, white space and quotes are then lost: the next start is fatal,
    /// or the value another one. `#` and other control characters come back whole in 7.0; they are refused all the
    /// same, since other readers of such files take the first for a comment and can't show the second. Backslashes
    /// and whatever is not ASCII are safe.
    public static func survivesSentinelRewrite(_ value: String) -> Bool {
        !value.isEmpty && value.utf8.allSatisfy { $0 > 0x20 && $0 != 0x7F && !Self.unquotable.contains($0) }
    }

    static func holdsLineBreakOrNUL(_ value: String) -> Bool {
        value.utf8.contains { $0 == 0x0D || $0 == 0x0A || $0 == 0 }
    }

    private static let unquotable: [UInt8] = [UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "#")]

    private static func isPlain(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"): true
        case UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: plainPunctuation.contains(byte)
        }
    }

    private static let plainPunctuation = Array("-._:/@%+,=*~".utf8)

    private static func hexadecimal(_ byte: UInt8) -> String {
        let digits = String(byte, radix: 16)
        return digits.count == 2 ? digits : "0" + digits
    }
}
