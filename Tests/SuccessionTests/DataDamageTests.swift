import Testing

@testable import Succession

/// What the two ends of an RDB file tell.
@Suite(.timeLimit(.minutes(5))) struct DataDamageTests {
    private static let files = [RDBHeaderTests.replica, RDBHeaderTests.master, RDBHeaderTests.aofBase]

    private func damage(_ bytes: [UInt8], newest: Int = 10, isPreamble: Bool = false) -> DataDamage? {
        .ofRDB(
            head: Array(bytes.prefix(RDBHeader.length)), tail: Array(bytes.suffix(RDBHeader.tailLength)),
            size: bytes.count, newest: newest, isPreamble: isPreamble)
    }

    @Test("a real file is whole, and cut off at any byte it is not", arguments: files)
    func cutAnywhere(file: [UInt8]) {
        #expect(damage(file) == nil)
        for length in 0..<file.count { #expect(damage(Array(file.prefix(length))) == .cutOff, "\(length)") }
    }

    @Test("a file without a key is whole with its checksum, and no shorter")
    func empty() {
        let head = RDBHeaderTests.file([RDBHeaderTests.text("redis-ver") + RDBHeaderTests.text("7.0.15")])
        let whole = head + [0xff] + Array(repeating: 0xff, count: 8)
        #expect(RDBHeader(whole)?.isEmpty == true && RDBHeader(head)?.isEmpty == false)
        #expect(damage(whole) == nil)
        for length in 0..<whole.count { #expect(damage(Array(whole.prefix(length))) == .cutOff, "\(length)") }
    }

    @Test("a file longer than its head and tail is known by them alone")
    func long() {
        let middle = [UInt8](repeating: 7, count: 20_000)
        let file = RDBHeaderTests.master.dropLast(9) + middle + RDBHeaderTests.master.suffix(9)
        #expect(damage(Array(file)) == nil)
        #expect(damage(Array(file.dropLast())) == .cutOff)
    }

    @Test(arguments: ["RESIS0010", "redis0010", "*1\r\n$4\r\nPING\r\n", "REDIS00x0 with more", "x"])
    func noRDB(text: String) {
        #expect(damage(Array(text.utf8)) == .signature)
    }

    @Test("a version counts up to the newest that the server loads")
    func versions() {
        func file(_ version: String) -> [UInt8] { Array("REDIS\(version)".utf8) + RDBHeaderTests.master.dropFirst(9) }
        #expect(damage(file("0011")) == .version(11))
        #expect(damage(file("0011"), newest: 11) == nil)
        #expect(damage(file("0000")) == .version(0))
        #expect(damage(file("9999"), newest: .max) == nil)
        #expect(damage(file("0009")) == nil)
    }

    @Test("what Valkey 9 writes is whole, cut off, or of a version that the server doesn't load")
    func valkey() {
        let file = Array("VALKEY080".utf8) + RDBHeaderTests.master.dropFirst(9)
        #expect(damage(file, newest: 80) == nil && damage(file, newest: .max) == nil)
        for newest in [9, 10, 13, 79] { #expect(damage(file, newest: newest) == .version(80)) }
        for length in 0..<file.count { #expect(damage(Array(file.prefix(length)), newest: 80) == .cutOff, "\(length)") }
        #expect(damage(Array("VALKEE080".utf8)) == .signature)
    }

    @Test("files of before version 5 bear no checksum")
    func old() {
        let file = Array("REDIS0004".utf8) + [0xfe, 0, 0, 1, 97, 1, 98, 0xff]
        #expect(damage(file) == nil)
        #expect(damage(Array(file.dropLast())) == .cutOff)
        #expect(damage(Array("REDIS0004".utf8) + [0xff]) == nil)
    }

    @Test("of an RDB part with commands behind it, the end is not known")
    func preamble() {
        let file = RDBHeaderTests.master + Array("*1\r\n$4\r\nPING\r\n".utf8)
        #expect(damage(file, isPreamble: true) == nil && damage(file) == .cutOff)
        #expect(damage(Array("RESIS0010".utf8), isPreamble: true) == .signature)
    }
}
