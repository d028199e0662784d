import Cluster
import Succession
import Support
import Testing
import Throttle
import Vocabulary
import ZooKeeper

/// A record whose request arrived and whose reply didn't: read, not repeated (promise 7).
@Suite(.inTurn) struct LostRecordTests {
    private func behindProxy(_ body: (Place, TCPProxy) async throws -> Void) async throws {
        let proxy = try await TCPProxy(to: ZooKeeperServer.shared().port)
        try await Place.claimed(through: proxy) { place in try await body(place, proxy) }
    }

    /// Records at version 0 of the master; before its transaction it reads the history.
    private func record(_ registry: Registry, _ entry: HistoryEntry) async throws -> RecordOutcome {
        try await registry.record(
            Recording(7002, previous: Record(Address(7001), version: 0)), clusterVersion: 0, clusterID: "fedcba98",
            entry: entry)
    }

    @Test func one_that_took_effect_is_done_with_one_entry() async throws {
        try await behindProxy { (place, proxy) async throws in
            let entry = HistoryEntry(7001, 7002)
            proxy.drop(afterRequests: 2)
            #expect(try await record(place.registry, entry) == .done)
            #expect(proxy.accepted > 1)
            #expect(try await place.registry.record() == Record(Address(7002), version: 1))
            #expect(try await place.registry.history() == [entry])
        }
    }

    @Test func a_first_one_that_took_effect_is_done() async throws {
        let proxy = try await TCPProxy(to: ZooKeeperServer.shared().port)
        try await Place.with(through: proxy) { (place) async throws in
            try await place.put(place.root)
            let entry = HistoryEntry(nil, 7002)
            proxy.drop(afterRequests: 2)
            let outcome = try await place.registry.record(
                .nameless(7002, previous: nil), clusterVersion: nil, clusterID: "fedcba98", entry: entry)
            #expect(outcome == .done)
            #expect(proxy.accepted > 1)
            #expect(try await place.registry.record() == Record(Address(7002), version: 0))
            #expect(try await place.registry.history() == [entry])
        }
    }

    /// The same master, at the same version, by another watcher: nothing tells the two apart but the history.
    @Test func one_that_another_overtook_is_not_done() async throws {
        try await behindProxy { (place, proxy) async throws in
            let theirs = HistoryEntry(7001, 7002, by: "127.0.0.1:8081")
            #expect(try await record(place.another(), theirs) == .done)
            let before = try await place.tree()
            proxy.drop(afterRequests: 2)
            #expect(try await record(place.registry, HistoryEntry(7001, 7002)) == .overtaken)
            #expect(proxy.accepted > 1)
            #expect(try await place.tree() == before)
        }
    }

    @Test func a_connection_that_is_lost_again_before_the_read_is_waited_for() async throws {
        try await behindProxy { (place, proxy) async throws in
            let entry = HistoryEntry(7001, 7002)
            proxy.drop(afterRequests: 2)
            proxy.refuseNew()
            async let outcome = record(place.registry, entry)
            try await eventually("it has tried to connect again, and again") { proxy.accepted >= 3 }
            proxy.allow()
            #expect(try await outcome == .done)
            #expect(try await place.registry.history() == [entry])
        }
    }

    @Test func a_read_whose_reply_is_lost_is_only_a_failure() async throws {
        try await behindProxy { (place, proxy) async throws in
            let before = try await place.tree()
            proxy.drop(afterRequests: 1)
            let failure = try await failure { try await record(place.registry, HistoryEntry(7001, 7002)) }
            #expect(failure.code == .unavailable)
            #expect(try await place.tree() == before)
        }
    }
}
