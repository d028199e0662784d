/// The fields of one or more sections of `INFO` (https://redis.io/docs/latest/commands/info); section titles are left out.
public struct Info: Sendable, Equatable {
    public var fields: [String: String]

    public init(fields: [String: String]) { self.fields = fields }

    public subscript(_ field: String) -> String? { fields[field] }

    /// Reads `name:value` lines; titles (`# …`), empty lines and lines without a colon are passed over.
    public static func parse(_ text: String) -> Info {
        var fields: [String: String] = [:]
        for line in text.utf8.split(whereSeparator: { $0 == UInt8(ascii: "\n") || $0 == UInt8(ascii: "\r") }) {
            guard line.first != UInt8(ascii: "#"), let colon = line.firstIndex(of: UInt8(ascii: ":")) else { continue }
            fields[String(Substring(line[..<colon]))] = String(Substring(line[line.index(after: colon)...]))
        }
        return Info(fields: fields)
    }
}
