import Testing

@testable import Succession

/// The first look at bytes from ZooKeeper: one line of UTF-8 text, and not too much of it.
@Suite(.timeLimit(.minutes(5))) struct ZnodeTextTests {
    @Test(arguments: ["a", " ", "a b", "é", "\u{202e}", "{\"id\": \"x\"}", String(repeating: "a", count: 512)])
    func lines(text: String) throws {
        #expect(try ZnodeText.line(Array(text.utf8)) == text)
    }

    @Test func everyControlCharacterIsRefused() {
        let controls = Array(0...0x1f as ClosedRange<UInt32>) + Array(0x7f...0x9f) + [0x2028, 0x2029]
        for scalar in controls.compactMap(Unicode.Scalar.init) {
            let text = "a\(Character(scalar))b"
            #expect(throws: BadZnode("it holds a line end or another control character")) {
                try ZnodeText.line(Array(text.utf8))
            }
        }
    }

    /// The limit counts bytes, not characters.
    @Test func theLimitIsInBytes() throws {
        let full = [UInt8](repeating: UInt8(ascii: "a"), count: 512)
        #expect(try ZnodeText.line(full).utf8.count == 512)
        #expect(throws: BadZnode("it holds 513 bytes, at most 512 are allowed")) { try ZnodeText.line(full + [0x61]) }
        #expect(throws: BadZnode.self) { try ZnodeText.line(Array(String(repeating: "é", count: 257).utf8)) }
        #expect(throws: BadZnode.self) { try ZnodeText.line([UInt8](repeating: 0, count: 1_048_576)) }
        #expect(try ZnodeText.line(full + [0x61], limit: 600).utf8.count == 513)
    }

    @Test func nothingIsRefused() {
        #expect(throws: BadZnode("it is empty")) { try ZnodeText.line([]) }
    }

    @Test(arguments: [
        [0xff], [0x80], [0xc0, 0x80], [0xed, 0xa0, 0x80], [0xf5, 0x80, 0x80, 0x80], [0x61, 0xe2, 0x82],
    ])
    func bytesThatAreNoText(bytes: [Int]) {
        #expect(throws: BadZnode("it is not UTF-8 text")) { try ZnodeText.line(bytes.map(UInt8.init)) }
    }
}
