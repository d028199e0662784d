import Cluster
import Succession
import Support
import Testing

/// What answers where a sentinel was: the very one, another, or somebody who does not tell.
@Suite(.serialized) struct PeerTests {
    private static let identity = "0123456789abcdef0123456789abcdef"
    private static let id = identity + "00000000"

    @Test func a_sentinel_is_known_by_its_id() async throws {
        let sentinel = try await SentinelServer.start(identity: Self.identity)
        let address = Address(sentinel.port)
        try await withProber { prober in
            #expect(await prober.peer(address, expecting: Self.id) == .sentinel)
            #expect(await prober.peer(address, expecting: String(repeating: "f", count: 40)) == .stranger)
            // Nobody knows who should be there.
            #expect(await prober.peer(address, expecting: "") == .unproven)
            #expect(await prober.peer(address) == .sentinel)
        }
    }

    /// Another cluster's server, that has a dead sentinel's port.
    @Test func who_asks_for_a_password_of_its_own_does_not_tell() async throws {
        let sentinel = try await SentinelServer.start(identity: Self.identity, extra: ["requirepass another"])
        let server = try await RedisServer.start(["--requirepass", "another"])
        let open = try await RedisServer.start()
        for password in [nil, "ours"] {
            let ports = [sentinel.port, server.port]
            try await withProber(sentinelPassword: password, sentinels: password == nil ? [] : ports) { prober in
                for port in ports {
                    #expect(await prober.peer(Address(port), expecting: Self.id) == .unproven)
                }
                #expect(await prober.peer(Address(open.port), expecting: Self.id) == .stranger)
            }
        }
    }
}
