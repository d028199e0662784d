import Testing
import Vocabulary

@testable import Succession

/// Addresses as ZooKeeper holds them (`host port`) and as people write them (`host:port`).
@Suite(.timeLimit(.minutes(5))) struct AddressTests {
    @Test(arguments: [
        ("10.0.0.1 6379", "10.0.0.1:6379"), ("127.0.0.1 1", "127.0.0.1:1"), ("a 65535", "a:65535"),
        ("Redis-1.Example.COM 6379", "redis-1.example.com:6379"), ("::1 6379", "[::1]:6379"),
        ("2001:DB8:0:0:0:0:0:1 6379", "[2001:db8::1]:6379"), ("::ffff:10.0.0.1 80", "[::ffff:10.0.0.1]:80"),
        ("xn--bcher-kva.example 80", "xn--bcher-kva.example:80"),
    ])
    func aZnodeIsRead(text: String, shown: String) throws {
        let address = try Address(znode: Array(text.utf8))
        #expect(address.description == shown)
        #expect(try Address(znode: address.znode) == address)
        #expect(Address(shown) == address)
    }

    static let badText = [
        "", " ", "10.0.0.1", "10.0.0.1 ", " 6379", "10.0.0.1  6379", " 10.0.0.1 6379", "10.0.0.1 6379 ",
        "10.0.0.1\t6379", "10.0.0.1 6379\n", "10.0.0.1 6379\r", "10.0.0.1 6379\r\n", "10.0.0.1\n6379",
        "10.0.0.1 6379\0", "\0", "10.0.0.1 6379\u{2028}", "10.0.0.1 6379\u{2029}", "10.0.0.1 6379\u{85}",
        "10.0.0.1 6379\u{7f}", "10.0.0.1 6379\u{1b}[0m", "10.0.0.1\u{a0}6379", "10.0.0.1 \u{301}6379",
        "10.0.0.1 6379\nreplicaof 10.9.9.9 1", "1.2.3.4 6379 replicaof", "10.0.0.1:6379",
        "host 0", "host 00", "host 065", "host 65536", "host 99999", "host 100000", "host +80", "host -1", "host 8O",
        "host 80.0", "host 0x50", "host ٨٠", "host 18446744073709551696", "host:0", "host:99999",
        "[::1] 6379", "fe80::1%eth0 6379", "ho_st 80", "\"host\" 80", "{{port}} 80", "hé 80", "host# 80",
        "\u{feff}host 80",
    ]

    @Test(arguments: badText)
    func aBadZnodeIsRefused(text: String) {
        #expect(throws: BadZnode.self) { try Address(znode: Array(text.utf8)) }
    }

    @Test func bytesThatAreNoTextAreRefused() {
        let hosts: [[UInt8]] = [[0xff], [0xc0, 0xaf], [0xed, 0xa0, 0x80], [0xf4, 0x90, 0x80, 0x80], [0xe2, 0x82]]
        for host in hosts {
            #expect(throws: BadZnode("it is not UTF-8 text")) { try Address(znode: host + Array(" 80".utf8)) }
        }
        let long = [UInt8](repeating: UInt8(ascii: "a"), count: 65_536)
        #expect(throws: BadZnode("it holds 65536 bytes, at most 512 are allowed")) { try Address(znode: long) }
    }

    @Test(arguments: [
        "host:0", "host:99999", "host:65536", "host:+80", "host: 80", "host:080", "host:", ":80", "host", "", ":",
        "::1:80", "[::1]", "[::1]80", "[::1]:", "[host]:80", "[10.0.0.1]:80", "[[::1]]:80", "[]:80",
        "[fe80::1%eth0]:80", "host:80\n", "a b:80", "redis://host:80", "host:80:80",
    ])
    func badWritingIsRefused(text: String) {
        #expect(Address(text) == nil)
    }

    @Test func thePortIsHeldToItsRange() {
        for port in [Int.min, -1, 0, 65_536, .max] { #expect(Address(host: "host", port: port) == nil) }
        for port in [1, 6_379, 65_535] { #expect(Address(host: "host", port: port)?.port == port) }
    }

    /// One server is one key, however its address was written.
    @Test func spellingsOfOneAddressAreEqual() {
        #expect(Address("HOST:80") == Address("host:80"))
        #expect(Address("[0:0:0:0:0:0:0:1]:80") == Address("[::1]:80"))
        #expect(Set([Address("[::FFFF:A00:1]:80"), Address("[::ffff:10.0.0.1]:80")]).count == 1)
        #expect(Address("host:80") != Address("host:81"))
    }

    @Test func aReasonNeverQuotesTheData() throws {
        for text in Self.badText where text.count > 6 {
            let error = try #require(throws: BadZnode.self) { try Address(znode: Array(text.utf8)) }
            #expect(!error.description.contains(text))
        }
    }
}
