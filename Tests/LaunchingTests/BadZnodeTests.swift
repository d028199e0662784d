import Support
import Testing
import Throttle
import ZooKeeper

/// Nothing that is wrong in ZooKeeper gets into a file, is overwritten, or stops us without saying where (F60, F61).
@Suite(.inTurn) struct BadZnodeTests {
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
        "F61: a directive behind the master's address is refused with the address, and is in no file and no log",
        arguments: injections.indices)
    func f61_injection(_ index: Int) async throws {
        try await refuse("master", ("injection \(index)", Self.injections[index]))
    }

    @Test(
        "F61: a directive behind another address is left out with the address, and is in no file and no log",
        arguments: injections.indices, ["members/somebody", "sentinels/somebody"])
    func f61_left_out(_ index: Int, _ path: String) async throws {
        try await leaveOut(path, ("injection \(index)", Self.injections[index]))
    }

    @Test("F60: a bad /redis/master", arguments: addresses.indices)
    func f60_master(_ index: Int) async throws { try await refuse("master", Self.addresses[index]) }

    @Test("F60: a bad member", arguments: addresses.indices)
    func f60_member(_ index: Int) async throws { try await leaveOut("members/somebody", Self.addresses[index]) }

    @Test("F60: a bad sentinel", arguments: addresses.indices)
    func f60_sentinel(_ index: Int) async throws {
        try await leaveOut("sentinels/somebody", Self.addresses[index])
    }

    @Test("F60: a bad /redis/cluster", arguments: clusters.indices)
    func f60_cluster(_ index: Int) async throws { try await refuse("cluster", Self.clusters[index]) }

    @Test("F60: a bad candidate", arguments: candidates.indices)
    func f60_candidate(_ index: Int) async throws {
        try await leaveOut("candidates/n-0000000000", Self.candidates[index])
    }

    @Test("F60: a bad identity", arguments: addresses.indices)
    func f60_identity(_ index: Int) async throws {
        try await leaveOut("identities/0c0c0c0c-0d0d-4e0e-8f0f-101010101010", Self.addresses[index])
    }

    @Test(
        "F60: an identity whose name is no UUID",
        arguments: ["x", "0C0C0C0C-0D0D-4E0E-8F0F-101010101010", "a b", "ä"])
    func f60_identity_name(_ name: String) async throws {
        try await leaveOut("identities/\(name)", (name, Array("127.0.0.1 1".utf8)))
    }

    @Test("F60: an essential node without data", arguments: ["master", "cluster"])
    func f60_null(_ path: String) async throws { try await refuse(path, ("NULL", nil)) }

    @Test("F60: another node without data", arguments: ["members/x", "sentinels/x", "identities/x"])
    func f60_other_null(_ path: String) async throws { try await leaveOut(path, ("NULL", nil)) }

    /// One that holds a bad node does not stop anybody from following the recorded master; it is named in one line.
    private func leaveOut(_ path: String, _ bad: (name: String, bytes: [UInt8]?)) async throws {
        try await Place.with { place in
            let master = try await RedisServer.start(["--proc-title-template", mark(place)])
            try await place.put("master", "127.0.0.1 \(master.port)")
            // A lease where it may be one: whoever holds it lives.
            let mode: CreateMode = path.hasPrefix("identities/") ? .persistent : .ephemeral
            if let bytes = bad.bytes { try await place.put(path, bytes, mode) } else { try await place.putNull(path) }
            let before = try await place.tree()
            for command in ["redis", "sentinel"] {
                let folder = try TemporaryFolder()
                let outcome = try await Outcome.of(
                    [command, "--render-only"], place.variables(port: freePort()), in: folder)
                #expect(outcome.code == 0, "\(bad.name): \(outcome)")
                #expect(outcome.output.contains(" \(master.port)"), "\(outcome)")
                let named = outcome.lines.filter { $0.contains("\(place.root)/\(path) in ZooKeeper can't be used: ") }
                #expect(named.count == 1, "\(bad.name): \(outcome)")
                for text in ["replicaof", "password", "1111", "\u{202e}"] {
                    #expect(!outcome.errors.contains(text), "\(outcome)")
                }
                #expect(try await place.tree() == before, "\(bad.name) \(command)")
            }
            await master.stop()
        }
    }

    @Test("F60: a launch into nothing begins beside a junk member, and a launch that wins is not stopped by others")
    func f60_first_claim() async throws {
        try await Place.with { place in
            try await place.put("members/junk", "no address")
            try await place.put("sentinels/junk", "no address")
            try await place.put("identities/junk", "no address")
            let server = try Launched(.redis, zookeeper: place.servers, root: place.root)
            try await eventually("it answers: \(server.process.text.suffix(500))") {
                try? await redis(server.port, "PING") == "PONG"
            }
            #expect(try await place.text("master") == "127.0.0.1 \(server.port)")
            for kind in ["members", "sentinels", "identities"] {
                let line = "\(place.root)/\(kind)/junk in ZooKeeper can't be used"
                #expect(server.lines.count { $0.contains(line) } == 1, "\(server.lines)")
            }
            await server.stop()
        }
    }

    @Test("F60: an unreadable lease of a member may be anybody's: it holds back a claim for a while, and then no more")
    func f60_unreadable_lease() async throws {
        try await Place.with { place in
            try await place.put("members/junk", Array("no address".utf8), .ephemeral)
            let server = try Launched(
                .redis, zookeeper: place.servers, root: place.root, ["MASTER_TIMEOUT": "24s"])
            try await eventually("it waits for it: \(server.process.text.suffix(500))") {
                server.process.text.contains("unreadable-1.invalid")
            }
            #expect(try await place.session.exists("\(place.root)/master") == nil)
            try await eventually("it answers: \(server.process.text.suffix(500))", within: .seconds(40)) {
                try? await redis(server.port, "PING") == "PONG"
            }
            #expect(try await place.text("master") == "127.0.0.1 \(server.port)")
            await server.stop()
        }
    }

    private func refuse(_ path: String, _ bad: (name: String, bytes: [UInt8])) async throws {
        try await refuse(path, (bad.name, Optional(bad.bytes)))
    }

    private func refuse(_ path: String, _ bad: (name: String, bytes: [UInt8]?)) async throws {
        try await Place.with { place in
            if let bytes = bad.bytes { try await place.put(path, bytes) } else { try await place.putNull(path) }
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
