import Testing

@testable import Succession

/// The head of an RDB file: of which history it is a part.
@Suite(.timeLimit(.minutes(5))) struct RDBHeaderTests {
    /// `SAVE` on a replica, redis 7.0.15: offset 50 is the small integer `C0 32`.
    static let replica = bytes(
        "524544495330303130 fa0972656469732d76657206372e302e3135 fa0a72656469732d62697473c040 fa056374696d65c2b211036b"
            + "fa08757365642d6d656dc2289a0e00 fa0e7265706c2d73747265616d2d6462c000 fa077265706c2d696428"
            + "65396130396431653631643934353766363135396535353735336131376337636566376464323066"
            + "fa0b7265706c2d6f6666736574c032 fa08616f662d62617365c000 fe00fb010000016101 62ffb6f93797c32b0a29")

    /// `SAVE` on a master that never had a replica.
    static let master = bytes(
        "524544495330303130 fa0972656469732d76657206372e302e3135 fa0a72656469732d62697473c040 fa056374696d65c2b211036b"
            + "fa08757365642d6d656dc2b0540e00 fa08616f662d62617365c000 fe00fb010000016101 62ff80a5334f126d0bb6")

    /// The base file of its append-only file.
    static let aofBase = bytes(
        "524544495330303130 fa0972656469732d76657206372e302e3135 fa0a72656469732d62697473c040 fa056374696d65c2b211036b"
            + "fa08757365642d6d656dc200b60e00 fa08616f662d62617365c001 fe00fb010000016101 62ff5a9cb5dcb213eb24")

    static let line = "e9a09d1e61d9457f6159e55753a17c7cef7dd20f"

    @Test func realFiles() {
        for (file, line, offset) in [(Self.replica, Self.line, 50), (Self.master, nil, nil), (Self.aofBase, nil, nil)]
            as [([UInt8], String?, Int64?)]
        {
            let header = RDBHeader(file)
            #expect(header?.replicationID == line && header?.offset == offset)
            #expect(header?.firstDatabase == RDBHeader.Database(number: 0, keys: 1))
        }
    }

    /// Whatever length is read, it is a header once the magic is there, and no field comes before its last byte.
    @Test func aFileCutAnywhere() {
        for length in 0..<9 { #expect(RDBHeader(Array(Self.replica.prefix(length))) == nil) }
        let (endOfID, endOfOffset) = (0x88, 0x97)
        for length in 9...Self.replica.count {
            let header = RDBHeader(Array(Self.replica.prefix(length)))
            #expect(header?.replicationID == (length < endOfID ? nil : Self.line), "\(length)")
            #expect(header?.offset == (length < endOfOffset ? nil : 50), "\(length)")
        }
    }

    @Test(arguments: ["", "REDIS", "REDIS001", "REDISx010", "redis0010", "RDB", "*1\r\n$4\r\n", "REDIS-010"])
    func noRDB(text: String) {
        #expect(RDBHeader(Array(text.utf8)) == nil)
    }

    /// Offsets are written as integers of 1, 2 or 4 bytes where they fit, else as text.
    @Test(
        arguments: [
            ([0xc0, 0x7f], 127), ([0xc0, 0x80], -128), ([0xc1, 0x00, 0x01], 256), ([0xc1, 0xff, 0x7f], 32_767),
            ([0xc2, 0x00, 0x00, 0x01, 0x00], 65_536), ([0xc2, 0xff, 0xff, 0xff, 0x7f], 2_147_483_647),
            ([10] + Array("4294967296".utf8), 4_294_967_296), ([0x40, 10] + Array("4294967296".utf8), 4_294_967_296),
            ([19] + Array("9223372036854775807".utf8), .max), ([19] + Array("9223372036854775808".utf8), nil),
            ([2] + Array("x1".utf8), nil), ([0], nil),
        ] as [([UInt8], Int64?)])
    func offsets(written: [UInt8], read: Int64?) {
        #expect(RDBHeader(Self.file([Self.text("repl-offset") + written]))?.offset == read)
    }

    @Test func anIDMustBeOne() {
        for text in ["", "e9a0", Self.line + "0", String(repeating: "z", count: 40), String(repeating: "é", count: 20)]
        {
            let header = RDBHeader(Self.file([Self.text("repl-id") + Self.text(text)]))
            #expect(header == RDBHeader(line: nil, offset: nil))
        }
    }

    /// A length that lies beyond the bytes, a compressed string, a 32-bit length: the reading ends, what was read is
    /// kept.
    @Test func damageEndsTheReading() {
        let good = Self.text("repl-id") + Self.text(Self.line)
        let late = Self.text("repl-offset") + [0xc0, 1]
        for damage: [UInt8] in [
            [0x3f], [0x7f], [0x7f, 0xff], [0x80, 0, 0, 0, 1], [0x81], [0xc3, 1, 1, 0], [0xc4], [0xff], [0xc2, 1],
        ] {
            #expect(RDBHeader(Self.file([good, damage, late])) == RDBHeader(line: Self.line, offset: nil))
        }
        #expect(RDBHeader(Self.file([good]) + [0xfe] + Self.file([late]).dropFirst(9))?.offset == nil)
    }

    /// Valkey 9.0 begins its files with another word; what follows is alike.
    @Test func valkey() {
        let header = RDBHeader(Array("VALKEY080".utf8) + Self.replica.dropFirst(9))
        #expect(header?.version == 80 && header?.replicationID == Self.line && header?.firstDatabase?.keys == 1)
        #expect(RDBHeader(Array("VALKEY08".utf8)) == nil && RDBHeader(Array("VALKEYx80".utf8)) == nil)
        #expect(RDBHeader.isBegun(Array("VALKEY".utf8)) && !RDBHeader.isBegun(Array("VALKEE080".utf8)))
    }

    /// Lengths of 6, 14, 32 and 64 bits, and a head that ends before them.
    @Test(
        arguments: [
            ([0xfe, 0x00, 0xfb, 0x3f, 0x00], 0, 63), ([0xfe, 0x09, 0xfb, 0x41, 0x02, 0x00], 9, 258),
            ([0xfe, 0x00, 0xfb, 0x80, 0x00, 0x01, 0x00, 0x00, 0x00], 0, 65_536),
            ([0xfe, 0x00, 0xfb, 0x81, 0, 0, 0, 1, 0, 0, 0, 0, 0], 0, 4_294_967_296),
            ([0xf5, 0x02, 0x61, 0x62, 0xfe, 0x00, 0xfb, 0x07, 0x00], 0, 7),
            ([0xfe, 0x00, 0xfb, 0x81, 0xff, 0, 0, 1, 0, 0, 0, 0, 0], nil, nil),
            ([0xfe, 0x00, 0xfb, 0x80, 1], nil, nil),
            ([0xfe, 0x00, 0x00], nil, nil), ([0xfe], nil, nil), ([0xff], nil, nil),
            ([0xf7, 0xfe, 0x00, 0xfb, 1], nil, nil),
        ] as [([UInt8], Int64?, Int64?)])
    func keys(bytes: [UInt8], number: Int64?, keys: Int64?) {
        let header = RDBHeader(Self.file([Self.text("repl-offset") + [0xc0, 1]]) + bytes)
        #expect(header?.offset == 1)
        #expect(header?.firstDatabase?.number == number && header?.firstDatabase?.keys == keys)
    }

    /// Functions without a key are something to lose.
    @Test func functionsAlone() {
        let fields = Self.file([Self.text("repl-offset") + [0xc0, 1]])
        #expect(RDBHeader(fields + [0xff] + [UInt8](repeating: 0, count: 8))?.isEmpty == true)
        #expect(RDBHeader(fields + [0xf5, 0x01, 0x61, 0xff] + [UInt8](repeating: 0, count: 8))?.isEmpty == false)
    }

    static func text(_ text: String) -> [UInt8] { [UInt8(text.utf8.count)] + Array(text.utf8) }

    static func file(_ fields: [[UInt8]]) -> [UInt8] {
        Array("REDIS0010".utf8) + fields.flatMap { [0xfa] + $0 }
    }

    private static func bytes(_ hex: String) -> [UInt8] {
        let digits = Array(hex.filter { $0 != " " })
        return stride(from: 0, to: digits.count, by: 2).map { UInt8(String(digits[$0...($0 + 1)]), radix: 16)! }
    }
}

extension RDBHeader {
    /// What a header should have been read as.
    init(line: String?, offset: Int64?) {
        self.init(Array("REDIS0010".utf8))!
        (replicationID, self.offset) = (line, offset)
    }
}
