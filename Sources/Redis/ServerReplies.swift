public import Vocabulary

/// What `ROLE` says (https://redis.io/docs/latest/commands/role).
public enum Role: Equatable, Sendable {
    case master(offset: Int64, replicas: [Address])
    /// The master is nil where it has a host name that no address has. `link` is `connect`, `connecting`, `sync`,
    /// `connected`, `handshake` or `none`; the offset is -1 before the first synchronisation.
    case replica(of: Address?, link: String, offset: Int64)
    case sentinel(masters: [String])

    /// nil for any reply that is no answer to `ROLE`.
    init?(_ reply: Reply) {
        guard let list = reply.list else { return nil }
        switch (list.first?.text, list.count) {
        case ("master", 3):
            guard let offset = list[1].number, let replicas = list[2].list else { return nil }
            let places = replicas.compactMap { hostAndPort($0.list?[...]) }
            self = .master(offset: offset, replicas: places.compactMap { Address(host: $0.host, port: $0.port) })
        case ("slave", 5):
            guard let master = hostAndPort(list[1...2]), let link = list[3].text, let offset = list[4].number
            else { return nil }
            self = .replica(of: Address(host: master.host, port: master.port), link: link, offset: offset)
        case ("sentinel", 2):
            guard let names = list[1].list else { return nil }
            self = .sentinel(masters: names.compactMap(\.text))
        default: return nil
        }
    }
}

/// A host and a port at the head of a reply; nil where the host is empty (Sentinel's word for a name that it could not
/// resolve) or the port is none. The host may be a name that no `Address` has, such as one with an underscore.
func hostAndPort(_ pair: ArraySlice<Reply>?) -> (host: String, port: Int)? {
    guard let pair, pair.count >= 2 else { return nil }
    return told(pair.first?.text, pair.dropFirst().first?.number)
}

private func told(_ host: String?, _ port: Int64?) -> (host: String, port: Int)? {
    guard let host, !host.isEmpty, let port, (1...65_535).contains(port) else { return nil }
    return (host, Int(port))
}

extension Fields {
    /// The same from two fields.
    func hostAndPort(_ host: String, _ port: String) -> (host: String, port: Int)? {
        told(self[host], self[port].flatMap { Int64($0) })
    }

    func address(_ host: String, _ port: String) -> Address? {
        hostAndPort(host, port).flatMap { Address(host: $0.host, port: $0.port) }
    }
}

/// The fields of one or more sections of `INFO` (https://redis.io/docs/latest/commands/info); section titles are left
/// out.
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

    /// The first fields by their names: a server has some two hundred, and one that sends more is none.
    public func fields(atMost limit: Int = 1_000) -> [String: String] {
        Dictionary(
            lines.prefix(limit).map { line in
                (
                    String(decoding: text[line.start..<line.colon], as: UTF8.self),
                    String(decoding: text[(line.colon + 1)..<line.end], as: UTF8.self)
                )
            }, uniquingKeysWith: { first, _ in first })
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
