/// A JSON value as it is sent; objects keep the order in which they were written (RFC 8259).
package enum JSON: Sendable, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral {
    case null
    case bool(Bool)
    case number(Int)
    case string(String)
    case array([JSON])
    case object([(String, JSON)])

    package init(arrayLiteral elements: JSON...) { self = .array(elements) }
    package init(dictionaryLiteral elements: (String, JSON)...) { self = .object(elements) }

    /// A string, or null.
    package init(_ text: String?) { self = text.map(JSON.string) ?? .null }
    /// A number, or null.
    package init(_ number: Int?) { self = number.map(JSON.number) ?? .null }

    /// The value as one line of text, with no spaces.
    /// - Parameter shown: what is shown in the place of a string; a member's name is shown as it is.
    package func text(_ shown: (String) -> String) -> String {
        var result = ""
        append(to: &result, shown)
        return result
    }

    private func append(to result: inout String, _ shown: (String) -> String) {
        switch self {
        case .null: result += "null"
        case .bool(let value): result += value ? "true" : "false"
        case .number(let value): result += String(value)
        case .string(let value): Self.append(shown(value), to: &result)
        case .array(let elements):
            result += "["
            for (index, element) in elements.enumerated() {
                if index > 0 { result += "," }
                element.append(to: &result, shown)
            }
            result += "]"
        case .object(let members):
            result += "{"
            for (index, member) in members.enumerated() {
                if index > 0 { result += "," }
                Self.append(member.0, to: &result)
                result += ":"
                member.1.append(to: &result, shown)
            }
            result += "}"
        }
    }

    /// RFC 8259, section 7: quotation mark, reverse solidus and U+0000 to U+001F have to be escaped. What else a
    /// terminal or JavaScript would act on is escaped too.
    private static func append(_ text: String, to result: inout String) {
        result += "\""
        defer { result += "\"" }
        // Nearly all texts have nothing to escape; 0xC2 begins U+0080 to U+009F, 0xE2 what changes lines and
        // directions.
        let suspects: Set<UInt8> = [0x22, 0x5c, 0x7f, 0xc2, 0xe2]
        guard text.utf8.contains(where: { $0 < 0x20 || suspects.contains($0) }) else {
            result += text
            return
        }
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _ where scalar.commandsTerminals:
                let digits = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: result.unicodeScalars.append(scalar)
            }
        }
    }
}
