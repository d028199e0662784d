import Testing
import Vocabulary

@testable import Succession

/// Hosts: IPv4 literals, IPv6 literals in canonical form (RFC 5952), names (RFC 1123).
@Suite(.timeLimit(.minutes(5))) struct HostTests {
    @Test(arguments: [
        ("::", "::"), ("::1", "::1"), ("1::", "1::"), ("0:0:0:0:0:0:0:0", "::"),
        ("2001:0DB8:0000:0000:0000:0000:0000:0001", "2001:db8::1"),
        ("2001:db8:0:0:1:0:0:1", "2001:db8::1:0:0:1"), ("2001:0:0:1:0:0:0:1", "2001:0:0:1::1"),
        ("2001:db8:0:1:1:1:1:1", "2001:db8:0:1:1:1:1:1"), ("2001:db8::1:1:1:1:1", "2001:db8:0:1:1:1:1:1"),
        ("1:2:3:4:5:6:7::", "1:2:3:4:5:6:7:0"), ("::2:3:4:5:6:7:8", "0:2:3:4:5:6:7:8"),
        ("0:0:1::", "0:0:1::"), ("::1:0:0", "::1:0:0"), ("fe80::AbCd", "fe80::abcd"),
        ("::ffff:192.0.2.1", "::ffff:192.0.2.1"), ("::ffff:c000:0201", "::ffff:192.0.2.1"),
        ("0:0:0:0:0:ffff:192.0.2.1", "::ffff:192.0.2.1"), ("64:ff9b::192.0.2.33", "64:ff9b::c000:221"),
        ("1:2:3:4:5:6:1.2.3.4", "1:2:3:4:5:6:102:304"), ("::1.2.3.4", "::102:304"),
        ("ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"),
    ])
    func ipv6IsCanonical(text: String, canonical: String) throws {
        let host = try #require(Host(text))
        #expect(host.kind == .ipv6)
        #expect(host.description == canonical)
        #expect(Host(canonical) == host)
    }

    @Test(arguments: [
        ":", ":::", "::::", "1::2::3", ":1", "1:", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::",
        "::1:2:3:4:5:6:7:8", "12345::", "g::", "::1%eth0", "fe80::1%25eth0", "[::1]", "::1/64", " ::1", "::1 ", "::-1",
        "::+1",
        "::1.2.3", "::1.2.3.4.5", "::1.2.3.256", "::01.2.3.4", "1.2.3.4::", "::1.2.3.4:5", "1:2:3:4:5:6:7:1.2.3.4",
        "::ffff:1.2.3.4:", "1:::2", "::\u{301}1", ":\u{301}:1", "::١",
        "0000:0000:0000:0000:0000:ffff:255.255.255.2555",
    ])
    func noIPv6(text: String) {
        #expect(Host(text) == nil)
    }

    @Test(arguments: ["0.0.0.0", "1.2.3.4", "255.255.255.255", "10.0.0.10"])
    func ipv4StaysAsItIs(text: String) {
        #expect(Host(text)?.kind == .ipv4)
        #expect(Host(text)?.description == text)
    }

    /// What looks like a number must be a whole, decimal IPv4 address: resolvers read the rest in ways of their own.
    @Test(arguments: [
        "1", "1.2", "1.2.3", "1.2.3.4.5", "256.1.1.1", "1.2.3.256", "01.2.3.4", "1.2.3.04", "1.2.3.", ".1.2.3",
        "1..2.3",
        "1.2.3.4.", "300.300.300.300", "1.2.3.-4", "1.2.3.+4", "127.1", "2130706433", "a.1", "a.1.", "host.123",
        "１.2.3.4",
    ])
    func noIPv4AndNoName(text: String) {
        #expect(Host(text) == nil)
    }

    static let longest =
        [String](repeating: String(repeating: "a", count: 49), count: 5).joined(separator: ".") + ".aaa"

    @Test(arguments: [
        ("a", "a"), ("A", "a"), ("redis", "redis"), ("REDIS-1.Example.Com", "redis-1.example.com"), ("1a", "1a"),
        ("1.2.3.4a", "1.2.3.4a"), ("3com.com", "3com.com"), ("a.b.", "a.b."), ("a--b", "a--b"), ("0x7f", "0x7f"),
        ("a.1b", "a.1b"), (String(repeating: "a", count: 63), String(repeating: "a", count: 63)),
        (longest, longest), (longest + ".", longest + "."),
    ])
    func names(text: String, kept: String) {
        #expect(Host(text)?.kind == .name)
        #expect(Host(text)?.description == kept)
        #expect(Host(kept) == Host(text))
    }

    @Test(arguments: [
        "", ".", "..", ".a", "a..b", "a..", "-a", "a-", "a.-b", "a-.b", "a_b", "a b", "a\n", "a\0", "a/b", "a@b", "*",
        "é",
        "a\u{301}", "\u{130}", "ａ", "a\u{2028}", String(repeating: "a", count: 64), longest + "a", longest + "a.",
        "{{host}}", "\"a\"", "a#b", "a;b", "$(a)",
    ])
    func noNames(text: String) {
        #expect(Host(text) == nil)
    }

    @Test func theLongestNameHas253Bytes() {
        #expect(Self.longest.utf8.count == 253)
    }

    @Test func wildcardsAreKnown() {
        for text in ["0.0.0.0", "::", "0::0", "0:0:0:0:0:0:0:0"] { #expect(Host(text)?.isWildcard == true) }
        for text in ["0.0.0.1", "::1", "a"] { #expect(Host(text)?.isWildcard == false) }
    }
}
