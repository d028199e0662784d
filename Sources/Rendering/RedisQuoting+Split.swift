extension RedisQuoting {
    /// The words of a line as Redis reads them, or nil where quotes are unbalanced or text follows a closing quote.
    ///
    /// Comments are not known at this level, as in Redis: `#` is a character. Bytes that are not UTF-8 once unescaped
    /// (`"\xff"`) become U+FFFD.
    public static func split(_ line: String) -> [String]? {
        words(of: Array(line.utf8)[...])?.map { String(decoding: $0, as: UTF8.self) }
    }

    /// The same of any bytes.
    static func words(of line: ArraySlice<UInt8>) -> [[UInt8]]? {
        var words: [[UInt8]] = []
        var rest = line
        // Like C's strings, the line ends at its first NUL.
        if let nul = rest.firstIndex(of: 0) { rest = rest[..<nul] }
        while true {
            rest = rest.drop(while: isSpace)
            if rest.isEmpty { return words }
            guard let word = takeWord(from: &rest) else { return nil }
            words.append(word)
        }
    }

    /// C's `isspace`: what is skipped before a word, and what may follow a closing quote.
    static func isSpace(_ byte: UInt8) -> Bool {
        byte == 0x20 || (0x09...0x0D).contains(byte)
    }

    /// What ends a word outside quotes: vertical tab and form feed don't.
    private static func endsBareWord(_ byte: UInt8) -> Bool {
        byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D
    }

    /// The bytes of the word that `rest` begins with; `rest` is then what follows it.
    private static func takeWord(from rest: inout ArraySlice<UInt8>) -> [UInt8]? {
        var word: [UInt8] = []
        while let byte = rest.first, !endsBareWord(byte) {
            rest.removeFirst()
            switch byte {
            case UInt8(ascii: "\""):
                guard takeDoubleQuoted(into: &word, from: &rest) else { return nil }
                return word
            case UInt8(ascii: "'"):
                guard takeSingleQuoted(into: &word, from: &rest) else { return nil }
                return word
            default:
                word.append(byte)
            }
        }
        return word
    }

    private static func takeDoubleQuoted(into word: inout [UInt8], from rest: inout ArraySlice<UInt8>) -> Bool {
        while let byte = rest.popFirst() {
            switch byte {
            case UInt8(ascii: "\""):
                return endsWord(rest)
            case UInt8(ascii: "\\"):
                guard let escaped = rest.popFirst() else { return false }
                if escaped == UInt8(ascii: "x"), let code = hexadecimal(rest.prefix(2)) {
                    rest.removeFirst(2)
                    word.append(code)
                } else {
                    word.append(meaning(ofEscaped: escaped))
                }
            default:
                word.append(byte)
            }
        }
        return false
    }

    private static func takeSingleQuoted(into word: inout [UInt8], from rest: inout ArraySlice<UInt8>) -> Bool {
        while let byte = rest.popFirst() {
            if byte == UInt8(ascii: "'") { return endsWord(rest) }
            if byte == UInt8(ascii: "\\"), rest.first == UInt8(ascii: "'") {
                word.append(rest.removeFirst())
            } else {
                word.append(byte)
            }
        }
        return false
    }

    private static func endsWord(_ rest: ArraySlice<UInt8>) -> Bool {
        rest.first.map(isSpace) ?? true
    }

    private static func meaning(ofEscaped byte: UInt8) -> UInt8 {
        switch byte {
        case UInt8(ascii: "n"): 0x0A
        case UInt8(ascii: "r"): 0x0D
        case UInt8(ascii: "t"): 0x09
        case UInt8(ascii: "b"): 0x08
        case UInt8(ascii: "a"): 0x07
        default: byte
        }
    }

    private static func hexadecimal(_ digits: ArraySlice<UInt8>) -> UInt8? {
        guard digits.count == 2, let high = digits.first.flatMap(digit), let low = digits.last.flatMap(digit) else {
            return nil
        }
        return high << 4 | low
    }

    private static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        default: nil
        }
    }
}
