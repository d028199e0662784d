/// The auxiliary fields at the head of an RDB file: where Redis writes of which history the file is a part.
///
/// Format: `REDIS` and four digits, then fields of opcode 0xFA, each two strings; the first other opcode ends them
/// (rdb.c, `rdbSaveInfoAuxFields`). AOF base files bear no `repl-id` (FACTS.md E).
public struct RDBHeader: Equatable, Sendable {
    /// `repl-id`; nil where the file bears none.
    public var replicationID: String?
    /// `repl-offset`, in bytes.
    public var offset: Int64?
    /// The version of the format: Redis 7.0 writes 10.
    public let version: Int
    /// The file ends right after these fields: it holds no key.
    public var isEmpty: Bool { emptySize != nil }
    /// How long, in bytes, a whole file without a key is; nil where keys or anything else follow.
    var emptySize: Int?

    /// RDB_OPCODE_EOF (rdb.h): all that follows it is the checksum.
    static let end: UInt8 = 0xff

    /// The checksum at the end of the file, in bytes: written since version 5, and zero where `rdbchecksum no` is set.
    var checksumLength: Int { version >= 5 ? 8 : 0 }

    /// How many bytes of a file are enough to read all its auxiliary fields.
    public static let length = 4_096
    /// How many bytes at its end tell whether it is whole.
    public static let tailLength = 9

    /// Reads the first bytes of a file; nil where they are no RDB. A damaged or cut-off field ends the reading: what was
    /// read before it counts.
    public init?(_ bytes: [UInt8]) {
        guard bytes.count >= 9, bytes.starts(with: Array("REDIS".utf8)), bytes[5..<9].allSatisfy(isDigit) else {
            return nil
        }
        version = bytes[5..<9].reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
        var reader = Reader(bytes: bytes[9...])
        while let opcode = reader.byte() {
            if opcode == Self.end { emptySize = reader.bytes.startIndex + checksumLength }
            // RDB_OPCODE_AUX (rdb.h)
            guard opcode == 0xfa, let name = reader.string(), let value = reader.string() else { break }
            switch name {
            case "repl-id" where isReplicationID(value): replicationID = value
            case "repl-offset": offset = Int64(value)
            default: break
            }
        }
    }

    /// RDB's strings: a length, then bytes; or a small integer in their place (rdb.h, `RDB_ENC_INT*`).
    private struct Reader {
        var bytes: ArraySlice<UInt8>

        mutating func byte() -> UInt8? { bytes.popFirst() }

        mutating func string() -> String? {
            guard let first = byte() else { return nil }
            switch first >> 6 {
            case 0: return text(Int(first & 0x3f))
            case 1:
                guard let low = byte() else { return nil }
                return text(Int(first & 0x3f) << 8 | Int(low))
            case 3:
                switch first & 0x3f {
                case 0: return integer(1).map { String(Int8(truncatingIfNeeded: $0)) }
                case 1: return integer(2).map { String(Int16(truncatingIfNeeded: $0)) }
                case 2: return integer(4).map { String(Int32(truncatingIfNeeded: $0)) }
                default: return nil
                }
            default: return nil
            }
        }

        private mutating func text(_ count: Int) -> String? {
            guard count <= bytes.count else { return nil }
            defer { bytes = bytes.dropFirst(count) }
            return String(decoding: bytes.prefix(count), as: UTF8.self)
        }

        /// Little-endian.
        private mutating func integer(_ count: Int) -> UInt64? {
            guard count <= bytes.count else { return nil }
            defer { bytes = bytes.dropFirst(count) }
            return bytes.prefix(count).reversed().reduce(0) { $0 << 8 | UInt64($1) }
        }
    }
}
