/// The fields of one or more sections of `INFO` (https://redis.io/docs/latest/commands/info); section titles are left out.
///
/// Kept as the server wrote them, and looked up one by one: of some hundred and fifty fields few are asked for.
public struct Info: Sendable {
    private struct Line {
        var start: Int
        var colon: Int
        var end: Int
    }

    private let text: [UInt8]
    private let lines: [Line]

    /// Reads `name:value` lines; titles (`# …`), empty lines and lines without a colon are passed over.
    public init(_ text: [UInt8]) {
        var lines: [Line] = []
        lines.reserveCapacity(text.count / 24)
        var start = 0
        while start < text.count {
            let end = text[start...].firstIndex { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") } ?? text.count
            if start < end, text[start] != UInt8(ascii: "#"),
                let colon = text[start..<end].firstIndex(of: UInt8(ascii: ":"))
            {
                lines.append(Line(start: start, colon: colon, end: end))
            }
            start = end + 1
        }
        (self.text, self.lines) = (text, lines)
    }

    /// The value of the first field of that name.
    public subscript(_ field: String) -> String? {
        let line = lines.first { line in
            line.colon - line.start == field.utf8.count && text[line.start..<line.colon].elementsEqual(field.utf8)
        }
        return line.map { String(decoding: text[($0.colon + 1)..<$0.end], as: UTF8.self) }
    }

    /// The names of the fields, in the server's order.
    public var names: [String] { lines.map { String(decoding: text[$0.start..<$0.colon], as: UTF8.self) } }

    /// The values of the fields whose name is `prefix` and at least one digit after it, and nothing else: `db0` of the
    /// keyspace section.
    public func numbered(_ prefix: String) -> [String] {
        lines.filter { line in
            let name = text[line.start..<line.colon]
            return name.count > prefix.utf8.count && name.starts(with: prefix.utf8)
                && name.dropFirst(prefix.utf8.count).allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        }.map { String(decoding: text[($0.colon + 1)..<$0.end], as: UTF8.self) }
    }
}
