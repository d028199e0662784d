import Vocabulary

/// The auxiliary fields at the head of an RDB file: where Redis writes of which history the file is a part.
///
/// Format: `REDIS` and four digits, or `VALKEY` and three, then fields of opcode 0xFA, each two strings; functions may
/// follow, then the databases (rdb.c, `rdbSaveRio`). AOF base files bear no `repl-id`.
public struct RDBHeader: Equatable, Sendable {
    /// `repl-id`; nil where the file bears none.
    public var replicationID: String?
    /// `repl-offset`, in bytes.
    public var offset: Int64?
    /// `ctime`: when it was begun, in seconds since 1970.
    public private(set) var begun: Int64?
    /// The version of the format: Redis 7.0 writes 10, Valkey 9.0 writes 80.
    public let version: Int
    /// How many keys the first database has that is in the file; nil where the head doesn't tell.
    public private(set) var firstDatabase: Database?

    public struct Database: Equatable, Sendable {
        /// Databases stand in the order of their numbers, and those without a key don't.
        public var number: Int64
        public var keys: Int64

        public init(number: Int64, keys: Int64) {
            self.number = number
            self.keys = keys
        }
    }

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

    /// Reads the first bytes of a file; nil where they are no RDB. A damaged or cut-off field ends the reading: what
    /// was read before it counts.
    public init?(_ bytes: [UInt8]) {
        guard bytes.count >= 9, let magic = Self.magics.first(where: { bytes.starts(with: $0) }),
            bytes[magic.count..<9].allSatisfy(\.isDigit)
        else { return nil }
        version = bytes[magic.count..<9].reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
        var reader = Reader(bytes: bytes[9...])
        var holdsFunctions = false
        // Opcodes as in rdb.h.
        reading: while let opcode = reader.byte() {
            switch opcode {
            // RDB_OPCODE_AUX
            case 0xfa:
                guard let name = reader.string(), let value = reader.string() else { break reading }
                switch name {
                case "repl-id" where isReplicationID(value): replicationID = value
                case "repl-offset": offset = Int64(value)
                case "ctime": begun = Int64(value)
                default: break
                }
            // RDB_OPCODE_FUNCTION2
            case 0xf5:
                holdsFunctions = true
                guard reader.string() != nil else { break reading }
            // RDB_OPCODE_SELECTDB, then RDB_OPCODE_RESIZEDB
            case 0xfe:
                guard let number = reader.length(), reader.byte() == 0xfb, let keys = reader.length() else {
                    break reading
                }
                firstDatabase = Database(number: number, keys: keys)
                break reading
            case Self.end:
                if !holdsFunctions { emptySize = reader.bytes.startIndex + checksumLength }
                break reading
            default: break reading
            }
        }
    }

    /// Redis's, and that of Valkey 9 and later.
    private static let magics = [Array("REDIS".utf8), Array("VALKEY".utf8)]

    /// Whether a file begins as one, in whatever version.
    public static func isBegun(_ head: [UInt8]) -> Bool { magics.contains { head.starts(with: $0) } }

    /// Whether these few bytes are the beginning of one, cut off before the end of its version.
    static func isCutOff(_ head: [UInt8]) -> Bool {
        head.count < 9
            && magics.contains { magic in
                head.prefix(magic.count).elementsEqual(magic.prefix(head.count))
                    && head.dropFirst(magic.count).allSatisfy(\.isDigit)
            }
    }

    /// RDB's strings: a length, then bytes; or a small integer in their place (rdb.h, `RDB_ENC_INT*`).
    private struct Reader {
        var bytes: ArraySlice<UInt8>

        mutating func byte() -> UInt8? { bytes.popFirst() }

        /// A length, or a number that is no part of a string (rdb.c, `rdbLoadLenByRef`); big-endian where it is long.
        mutating func length() -> Int64? {
            guard let first = byte() else { return nil }
            switch first {
            case 0x00...0x3f: return Int64(first)
            case 0x40...0x7f: return byte().map { Int64(first & 0x3f) << 8 | Int64($0) }
            case 0x80: return integer(4).flatMap { Int64(UInt32(truncatingIfNeeded: $0).byteSwapped) }
            case 0x81: return integer(8).flatMap { Int64(exactly: $0.byteSwapped) }
            default: return nil
            }
        }

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
