extension String {
    /// The text on one line: line ends and other control characters, and what changes the direction of writing, are
    /// shown escaped. Longer than `limit` bytes it ends in an ellipsis, within the limit.
    package func escapedLine(atMost limit: Int) -> String {
        let ellipsis = "…"
        var result = ""
        var whole = 0
        for scalar in unicodeScalars {
            if scalar.commandsTerminals {
                result += "\\u{\(String(scalar.value, radix: 16))}"
            } else {
                result.unicodeScalars.append(scalar)
            }
            if result.utf8.count > limit {
                return String(decoding: result.utf8.prefix(whole), as: UTF8.self) + ellipsis
            }
            if result.utf8.count <= limit - ellipsis.utf8.count { whole = result.utf8.count }
        }
        return result
    }
}

extension Unicode.Scalar {
    /// Whether a terminal or a browser may do something for it beside showing it: control characters (U+0000 to U+001F,
    /// U+007F to U+009F), line and paragraph separators, and what changes the direction of writing.
    var commandsTerminals: Bool {
        value < 0x20 || (0x7f...0x9f).contains(value) || (0x2028...0x202e).contains(value)
            || (0x2066...0x2069).contains(value) || value == 0x200e || value == 0x200f
    }
}
