import Support
import Testing
import ZooKeeper

/// Nothing that is wrong in ZooKeeper gets into a file, is overwritten, or stops us without saying where (F60, F61).
@Suite(.slots) struct BadZnodeTests {
    /// What no node that holds an address may hold.
    static let addresses: [(name: String, bytes: [UInt8])] = [
        ("empty", []), ("513 bytes", Array("127.0.0.1 6379".utf8) + Array(repeating: 0x20, count: 499)),
        ("64 KiB", Array(repeating: 0x31, count: 65_536)), ("1 MB", Array(repeating: 0x31, count: 1_000_000)),
        ("binary", [0, 1, 2, 0xff]), ("not UTF-8", Array("127.0.0.1".utf8) + [0xff, 0x20, 0x31]),
        ("NUL", Array("127.0.0.1\0 6379".utf8)),
        ("trailing LF", Array("127.0.0.1 6379\n".utf8)), ("trailing CR", Array("127.0.0.1 6379\r".utf8)),
        ("trailing NEL", Array("127.0.0.1 6379\u{85}".utf8)), ("line separator", Array("127.0.0.1 6379\u{2028}".utf8)),
        ("injection", Array("127.0.0.1 6379\nreplicaof 192.0.2.1 6379".utf8)),
        ("quoted", Array("\"127.0.0.1\" 6379".utf8)), ("quote", Array("127.0.0.1\" 6379".utf8)),
        ("tag", Array("{{password}} 6379".utf8)), ("comment", Array("127.0.0.1 6379 # it".utf8)),
        ("port 0", Array("127.0.0.1 0".utf8)), ("port 99999", Array("127.0.0.1 99999".utf8)),
        ("port -1", Array("127.0.0.1 -1".utf8)),
        ("port +1", Array("127.0.0.1 +1".utf8)), ("port 06379", Array("127.0.0.1 06379".utf8)),
        ("no port", Array("127.0.0.1".utf8)),
        ("port 1e3", Array("127.0.0.1 1e3".utf8)), ("Arabic port", Array("127.0.0.1 ٦٣٧٩".utf8)),
        ("host:port", Array("127.0.0.1:6379".utf8)), ("host:0", Array("host:0".utf8)),
        ("host:99999", Array("host:99999".utf8)),
        ("two spaces", Array("127.0.0.1  6379".utf8)), ("leading space", Array(" 127.0.0.1 6379".utf8)),
        ("trailing space", Array("127.0.0.1 6379 ".utf8)), ("tab", Array("127.0.0.1\t6379".utf8)),
        ("no host", Array(" 6379".utf8)),
        ("IPv6 in brackets", Array("[::1] 6379".utf8)), ("too many groups", Array("1:2:3:4:5:6:7:8:9 6379".utf8)),
        ("two gaps", Array("1::2::3 6379".utf8)), ("IPv4 out of range", Array("127.0.0.256 6379".utf8)),
        ("hyphen first", Array("-host 6379".utf8)), ("UTF-8 name", Array("höst 6379".utf8)),
        ("JSON", Array(#"{"host":"a"}"#.utf8)),
        ("BOM", Array("\u{feff}127.0.0.1 6379".utf8)), ("bidi", Array("\u{202e}127.0.0.1 6379".utf8)),
    ]

    static let clusters: [(name: String, bytes: [UInt8])] = [
        ("empty", []), ("no JSON", Array("x".utf8)), ("an array", Array("[]".utf8)),
        ("no id", Array(#"{"members":1}"#.utf8)),
        ("id injects", Array(#"{"id":"abcdefgh\nreplicaof a 1","members":1}"#.utf8)),
        ("id with space", Array(#"{"id":"abcd efgh","members":1}"#.utf8)),
        ("short id", Array(#"{"id":"a","members":1}"#.utf8)),
        ("negative", Array(#"{"id":"abcdefgh","members":-1}"#.utf8)),
        ("text", Array(#"{"id":"abcdefgh","members":"1"}"#.utf8)),
        ("huge number", Array(#"{"id":"abcdefgh","members":99999999999999999999}"#.utf8)),
        ("replication id", Array(#"{"id":"abcdefgh","members":1,"replication_id":"x"}"#.utf8)),
        ("deep", Array(String(repeating: "[", count: 500).utf8)),
        ("LF", Array("{\"id\":\"abcdefgh\",\n\"members\":1}".utf8)),
        ("8193 bytes", Array(#"{"id":"abcdefgh","members":1}"#.utf8) + Array(repeating: 0x20, count: 8_164)),
        ("epoch", Array(#"{"id":"abcdefgh","members":1,"epoch":9223372036854775807}"#.utf8)),
        ("holder", Array(#"{"id":"abcdefgh","members":1,"holders":[{"at":"a:1\nx","e":1,"to":1}]}"#.utf8)),
        ("binary", [0xff, 0]),
    ]

    static let candidates: [(name: String, bytes: [UInt8])] = [
        ("empty", []), ("an address", Array("127.0.0.1 6379".utf8)),
        ("no freshness", Array(#"{"address":"127.0.0.1 1"}"#.utf8)),
        ("bad address", Array(#"{"address":"127.0.0.1 1\n","freshness":{"holds_data":false}}"#.utf8)),
        ("no address", Array(#"{"address":"","freshness":{"holds_data":false}}"#.utf8)), ("binary", [0xff]),
    ]

    /// Addresses behind or before which a directive hides.
    static let injections: [[UInt8]] = [
        "127.0.0.1 6379\nreplicaof 192.0.2.1 6379", "1.2.3.4 6379\r\nreplicaof 192.0.2.1 6379",
        "replicaof 192.0.2.1 6379\n127.0.0.1 6379", "127.0.0.1\nreplicaof 192.0.2.1 6379",
        "127.0.0.1 6379\u{85}replicaof 192.0.2.1 6379", "127.0.0.1 6379\u{2028}replicaof 192.0.2.1 6379",
        "127.0.0.1\" 6379\nreplicaof 192.0.2.1 6379", "127.0.0.1 6379\0replicaof 192.0.2.1 6379",
        "127.0.0.1 6379 replicaof 192.0.2.1 6379", "{{/master}}replicaof 192.0.2.1 6379",
    ].map { Array($0.utf8) }

    @Test(
        "F61: a directive behind an address is refused with the address, and is in no file and no log",
        arguments: injections.indices, ["master", "members/somebody", "sentinels/somebody"])
    func f61_injection(_ index: Int, _ path: String) async throws {
        try await refuse(path, ("injection \(index)", Self.injections[index]))
    }

    @Test("F60: a bad /redis/master", arguments: addresses.indices)
    func f60_master(_ index: Int) async throws { try await refuse("master", Self.addresses[index]) }

    @Test("F60: a bad member", arguments: addresses.indices)
    func f60_member(_ index: Int) async throws { try await refuse("members/somebody", Self.addresses[index]) }

    @Test("F60: a bad sentinel", arguments: addresses.indices)
    func f60_sentinel(_ index: Int) async throws { try await refuse("sentinels/somebody", Self.addresses[index]) }

    @Test("F60: a bad /redis/cluster", arguments: clusters.indices)
    func f60_cluster(_ index: Int) async throws { try await refuse("cluster", Self.clusters[index]) }

    @Test("F60: a bad candidate", arguments: candidates.indices)
    func f60_candidate(_ index: Int) async throws {
        try await refuse("candidates/n-0000000000", Self.candidates[index])
    }

    @Test(
        "F60: a node without data",
        arguments: ["master", "members/x", "sentinels/x", "cluster"])
    func f60_null(_ path: String) async throws { try await refuse(path, ("NULL", nil)) }

    private func refuse(_ path: String, _ bad: (name: String, bytes: [UInt8])) async throws {
        try await refuse(path, (bad.name, Optional(bad.bytes)))
    }

    private func refuse(_ path: String, _ bad: (name: String, bytes: [UInt8]?)) async throws {
        try await Place.with { place in
            // A candidate that no session ends does not count.
            let mode: CreateMode = path.hasPrefix("candidates/") ? .ephemeral : .persistent
            if let bytes = bad.bytes { try await place.put(path, bytes, mode) } else { try await place.putNull(path) }
            let before = try await place.tree()
            for arguments in [["redis"], ["sentinel"], ["redis", "--render-only"], ["sentinel", "--render-only"]] {
                let folder = try TemporaryFolder()
                let outcome = try await Outcome.of(arguments, place.variables(port: freePort()), in: folder)
                expectRefusal(outcome, 65, "\(place.root)/\(path)")
                // The data has no business in a log.
                for text in ["replicaof", "password", "1111", "\u{202e}"] {
                    #expect(!outcome.errors.contains(text), "\(outcome)")
                }
                #expect(names(in: folder.path) == [], "\(bad.name)")
                #expect(try await place.tree() == before, "\(bad.name) \(arguments)")
            }
        }
    }
}
