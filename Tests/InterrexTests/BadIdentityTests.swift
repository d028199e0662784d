import Support
import Testing
import ZooKeeper

/// A bad identity stops a sentinel, which alone reads them; good but unusual addresses stop nobody.
@Suite(.slots) struct BadIdentityTests {
    private static let uuid = "0c0c0c0c-0d0d-4e0e-8f0f-101010101010"

    @Test("F60: a bad identity", arguments: BadZnodeTests.addresses.indices)
    func f60_data(_ index: Int) async throws {
        try await refuse("identities/\(Self.uuid)", BadZnodeTests.addresses[index].bytes)
    }

    @Test("F60: an identity without data")
    func f60_null() async throws { try await refuse("identities/\(Self.uuid)", nil) }

    static let badNames = ["x", uuid.uppercased(), uuid + "0", "a b", "{{x}}", "ä"]

    @Test("F60: an identity whose name is no UUID", arguments: badNames)
    func f60_name(_ name: String) async throws { try await refuse("identities/\(name)", Array("127.0.0.1 1".utf8)) }

    private func refuse(_ path: String, _ bytes: [UInt8]?) async throws {
        try await Place.with { place in
            // Identities are looked at once there is something to monitor.
            let master = try await RedisServer.start(["--proc-title-template", mark(place)])
            try await place.put("master", "127.0.0.1 \(master.port)")
            if let bytes { try await place.put(path, bytes) } else { try await place.putNull(path) }
            let before = try await place.tree()
            for arguments in [["sentinel"], ["sentinel", "--render-only"]] {
                let folder = try TemporaryFolder()
                let outcome = try await Outcome.of(arguments, place.variables(port: freePort()), in: folder)
                expectRefusal(outcome, 65, "\(place.root)/\(path)")
                #expect(names(in: folder.path) == [])
                #expect(try await place.tree() == before, "\(arguments)")
            }
            await master.stop()
        }
    }

    /// Addresses of the grammar, of servers that are not there: a first look parses them, and then waits.
    static let good = [
        "127.0.0.1 1", "::1 1", "2001:db8::1 6379", "::ffff:192.0.2.1 65535", "no-such-host.invalid 6379",
        "a.b-c.example 1",
        "\(String(repeating: "a", count: 63)).invalid 1",
    ]

    @Test("F60: an address that is unusual but good is no bad data", arguments: good)
    func f60_goodAddresses(_ address: String) async throws {
        try await Place.with { place in
            try await place.put("master", address)
            try await place.put("sentinels/other-tool", address)
            let before = try await place.tree()
            let folder = try TemporaryFolder()
            let outcome = try await Outcome.of(
                ["sentinel"], place.variables(port: freePort(), ["MASTER_TIMEOUT": "300ms"]), in: folder)
            #expect(outcome.code == 75, "\(outcome)")
            #expect(names(in: folder.path) == [])
            #expect(try await place.tree() == before)
        }
    }
}

/// The mark that a server of this place bears before the cluster has an id.
func mark(_ place: Place) -> String { "{title} {listen-addr} {server-mode} \(place.root) mymaster -" }
