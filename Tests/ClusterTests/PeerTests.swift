import Succession
import Support
import Testing
import Throttle
import Vocabulary

@testable import Cluster

/// What answers where a sentinel was: the very one, another, or somebody who does not tell.
@Suite(.inTurn) struct PeerTests {
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

    /// A node that no session ends, of a sentinel that nobody lists: it may be a guest that is asked over its own
    /// connections.
    @Test func who_was_asked_for_an_opinion_is_not_asked_once_more_whether_it_is_there() async throws {
        let sentinel = try await SentinelServer.start(identity: Self.identity)
        let (gone, mark) = (try freePort(), Mark(root: "/redis", masterName: "mymaster", clusterID: nil))
        var view = WatcherView(record: Record(Address(try freePort()), version: 4), cluster: nil, clusterVersion: 0)
        view.sentinels = [sentinel.port, gone].map {
            View.Registration(id: "tool-\($0)", address: Address($0), isLeased: false)
        }
        func received() async throws -> Int {
            let info = try await redis(sentinel.port, "INFO", "stats")
            let line = info.split(whereSeparator: \.isNewline).first { $0.hasPrefix("total_connections_received:") }
            return try #require(line.flatMap { Int($0.drop { $0 != ":" }.dropFirst().prefix { $0.isNumber }) })
        }
        try await withProber { [view] prober in
            for isHasty in [false, true] {
                let surveyor = Surveyor(prober, contacts: Contacts(on: prober.loop), mark: mark)
                let before = try await received()
                let snapshot = await surveyor.survey(view, isHasty: isHasty, isCalm: false)
                // One of the survey's and one of our own.
                #expect(try await received() - before == 2, "\(isHasty)")
                #expect(snapshot.peers == [Address(sentinel.port): .unproven, Address(gone): .refused])
                #expect(snapshot.leftovers == Set([sentinel.port, gone].map { Address($0) }))
            }
        }
    }
}
