import Cluster
import Succession
import Support
import Testing
import Throttle
import Vocabulary
import ZooKeeper

/// A transaction whose request arrived and whose reply didn't: read, not repeated (promise 7).
@Suite(.inTurn) struct AmbiguousWriteTests {
    /// A place whose registry goes through a proxy that can lose replies.
    private func behindProxy(_ body: (Place, TCPProxy) async throws -> Void) async throws {
        let proxy = try await TCPProxy(to: ZooKeeperServer.shared().port)
        // The session timeout is so long that no ping comes between.
        try await Place.with(through: proxy) { place in
            try await body(place, proxy)
        }
    }

    @Test func a_first_claim_that_took_effect_is_done() async throws {
        try await behindProxy { place, proxy in
            proxy.drop(afterRequests: 1)
            #expect(try await place.registry.claimFirst(Address(7001), member: "m") == .done)
            #expect(proxy.accepted > 1)
            #expect(try await place.text(place.paths.master) == "127.0.0.1 7001")
            let owner = try await place.witness.exists(place.paths.member("m"))?.ephemeralOwner
            #expect(owner == place.registry.session.credentials.id)
        }
    }

    @Test func a_first_claim_that_was_overtaken_is_not_done() async throws {
        try await behindProxy { place, proxy in
            try await place.put(place.root)
            let before = try await place.tree()
            proxy.drop(afterRequests: 1)
            #expect(try await place.registry.claimFirst(Address(7001), member: "m") == .overtaken)
            #expect(proxy.accepted > 1)
            #expect(try await place.tree() == before)
        }
    }

    @Test func a_claim_at_a_version_is_told_apart_by_the_member_and_not_by_the_address() async throws {
        try await behindProxy { (place, proxy) async throws in
            #expect(try await place.registry.claimFirst(Address(7001), member: "a") == .done)
            proxy.drop(afterRequests: 1)
            #expect(try await place.registry.claimAgain(Address(7002), member: "b", at: 0) == .done)
            proxy.drop(afterRequests: 1)
            // The record names this very address, but not because of this transaction.
            #expect(try await place.registry.claimAgain(Address(7002), member: "c", at: 0) == .overtaken)
            #expect(try await place.registry.record() == Record(Address(7002), version: 1))
            #expect(try await place.witness.children(place.paths.members).sorted() == ["a", "b"])
        }
    }

    @Test func joining_and_taking_an_identity_are_resolved_too() async throws {
        try await behindProxy { place, proxy in
            #expect(try await place.registry.claimFirst(Address(7001), member: "a") == .done)
            proxy.drop(afterRequests: 1)
            #expect(try await place.registry.join(Address(7002), member: "b", checking: 0) == .done)
            let id = UUIDText.random()
            proxy.drop(afterRequests: 1)
            #expect(try await place.registry.createIdentity(id, for: Address(7101)) == .done)
            try await place.witness.delete(place.paths.lock(id))
            let identity = try #require(try await place.registry.identities().first)
            proxy.drop(afterRequests: 1)
            #expect(try await place.registry.take(identity, for: Address(7102)) == .done)
            proxy.drop(afterRequests: 1)
            #expect(try await place.another().take(identity, for: Address(7103)) == .overtaken)
            #expect(try await place.text(place.paths.lock(id)) == "127.0.0.1 7102")
        }
    }

    @Test func a_connection_that_is_lost_again_before_the_read_is_waited_for() async throws {
        try await behindProxy { place, proxy in
            proxy.drop(afterRequests: 1)
            proxy.refuseNew()
            async let outcome = place.registry.claimFirst(Address(7001), member: "m")
            try await eventually("it has tried to connect again, and again") { proxy.accepted >= 3 }
            proxy.allow()
            #expect(try await outcome == .done)
        }
    }

    @Test func a_request_that_a_watcher_has_taken_up_meanwhile_was_written() async throws {
        try await behindProxy { place, proxy in
            try await place.put(place.root)
            let path = place.paths.switchover
            proxy.drop(afterRequests: 1)
            proxy.refuseNew()
            async let outcome = place.registry.ask(Switchover(id: "mine", until: "2126-11-30T10:00:00Z"), over: nil)
            try await eventually("it is there") { try await place.witness.exists(path) != nil }
            try await place.witness.set(path, Array(#"{"id":"mine","state":"running"}"#.utf8))
            proxy.allow()
            #expect(try await outcome == .done)

            let node = try #require(try await place.registry.orderNode(path))
            proxy.drop(afterRequests: 1)
            proxy.refuseNew()
            async let next = place.registry.ask(Switchover(id: "next"), over: node)
            try await eventually("it is there") { try await place.text(path).contains("next") }
            try await place.witness.set(path, Array(#"{"id":"another"}"#.utf8))
            proxy.allow()
            #expect(try await next == .overtaken)
        }
    }

    @Test func where_nothing_can_be_read_either_it_is_a_failure() async throws {
        try await behindProxy { place, proxy in
            proxy.goSilent()
            let failure = try await failure { try await place.registry.claimFirst(Address(7001), member: "m") }
            #expect(failure.code == .unavailable)
            #expect(failure.description.contains("ZK_HOSTS"))
            proxy.speak()
        }
    }
}
