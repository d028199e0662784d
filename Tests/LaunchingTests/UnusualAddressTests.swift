import Support
import Testing
import Throttle
import ZooKeeper

/// Addresses that are good but unusual stop nobody.
@Suite(.inTurn) struct UnusualAddressTests {
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
