import Testing
import Vocabulary

@testable import Succession

/// 100,000 byte strings, a third of them wild, the rest bent out of good ones: no reader of untrusted bytes may trap,
/// and what one accepts it must write as it reads it.
@Suite(.timeLimit(.minutes(5))) struct FuzzTests {
    private static let seeds: [[UInt8]] =
        [
            "10.0.0.1 6379", "redis-1.example.com 26379", "2001:db8::1 6379", "::ffff:10.0.0.1 1",
            "1:2:3:4:5:6:7:8 65535",
            Cast.mark.template(), Cast.markWithoutID.template(),
        ].map { Array($0.utf8) } + [RDBHeaderTests.replica, RDBHeaderTests.master]

    /// Bytes on which a parser turns, and pieces of characters that Unicode joins to the one before.
    private static let turns: [[UInt8]] =
        [
            " ", ":", "::", ".", "-", "[", "]", "%", "0", "\n", "\r\n", "\0", "{title} ", "/", "\u{301}", "\u{200d}",
            "\u{2028}",
            "\u{1f1e6}\u{1f1e7}", "é", "İ", "ﬁ",
        ].map { Array($0.utf8) } + [[0xfa], [0xff], [0x7f, 0xff], [0x80], [0xc0], [0xc3], [0xe2, 0x80]]

    @Test(arguments: 1...4)
    func nothingTrapsAndWhatIsReadIsWrittenTheSame(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var read = (addresses: 0, written: 0, marks: 0, headers: 0)
        var failures: [[UInt8]] = []
        for _ in 0..<25_000 {
            let bytes = Self.bytes(&generator)
            if let address = try? Address(znode: bytes) {
                read.addresses += 1
                if (try? Address(znode: address.znode)) != address { failures.append(bytes) }
                if Address(address.description) != address { failures.append(bytes) }
                if !address.znode.allSatisfy({ (0x20...0x7e).contains($0) }) { failures.append(bytes) }
            }
            let text = String(decoding: bytes, as: UTF8.self)
            if let address = Address(text) {
                read.written += 1
                if Address(address.description) != address { failures.append(bytes) }
            }
            if let mark = Mark(template: text) {
                read.marks += 1
                if Mark(template: mark.template()) != mark { failures.append(bytes) }
            }
            if let header = RDBHeader(bytes) {
                read.headers += 1
                if header.replicationID.map(isReplicationID) == false { failures.append(bytes) }
            }
        }
        #expect(failures.isEmpty)
        // A fuzz that never gets through a parser's first guard shows nothing.
        #expect(min(read.addresses, read.written, read.marks, read.headers) > 100, "\(read)")
    }

    private static func bytes(_ generator: inout SeededGenerator) -> [UInt8] {
        if Int.random(in: 0..<3, using: &generator) == 0 {
            return (0..<Int.random(in: 0...80, using: &generator)).map { _ in
                UInt8.random(in: 0...255, using: &generator)
            }
        }
        var bytes = seeds.randomElement(using: &generator)!
        if Bool.random(using: &generator), let space = bytes.firstIndex(of: UInt8(ascii: " ")) {
            bytes[space] = UInt8(ascii: ":")
        }
        for _ in 0..<Int.random(in: 0...3, using: &generator) {
            let place = Int.random(in: 0...bytes.count, using: &generator)
            switch Int.random(in: 0..<4, using: &generator) {
            case 0: bytes.insert(contentsOf: turns.randomElement(using: &generator)!, at: place)
            case 1: bytes.removeSubrange(place..<min(bytes.count, place + Int.random(in: 0...4, using: &generator)))
            case 2: bytes.insert(UInt8.random(in: 0x20...0x7e, using: &generator), at: place)
            default: if place < bytes.count { bytes[place] = UInt8.random(in: 0...255, using: &generator) }
            }
        }
        return bytes
    }
}
