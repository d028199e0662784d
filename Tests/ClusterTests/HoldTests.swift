import Cluster
import Succession
import Support
import Testing
import Throttle
import Vocabulary
import ZooKeeper

/// An ephemeral node that outlives one session because a lease renews it.
@Suite(.inTurn) struct HoldTests {
    @Test func a_missing_node_is_created_and_ones_own_is_left_alone() async throws {
        try await Place.with { place in
            try await place.registry.createParents()
            let path = place.paths.member("m")
            #expect(try await place.registry.hold(path, Address(7001), replacing: []))
            let before = try await place.tree()
            #expect(before[path]?.stat.ephemeralOwner == place.registry.session.credentials.id)
            #expect(try await place.text(path) == "127.0.0.1 7001")
            #expect(try await place.registry.hold(path, Address(7001), replacing: []))
            #expect(try await place.tree() == before)
        }
    }

    @Test func the_node_of_an_earlier_session_is_replaced() async throws {
        try await Place.with { place in
            try await place.registry.createParents()
            let (path, earlier) = (place.paths.member("m"), try await place.another())
            #expect(try await earlier.hold(path, Address(7001), replacing: []))
            let mine = try await place.another()
            #expect(try await mine.hold(path, Address(7001), replacing: [earlier.session.credentials.id]))
            #expect(try await place.witness.exists(path)?.ephemeralOwner == mine.session.credentials.id)
            // The end of the earlier session takes nothing away any more.
            await earlier.session.close()
            #expect(try await place.witness.exists(path) != nil)
        }
    }

    @Test func a_foreign_session_keeps_its_node() async throws {
        try await Place.with { place in
            try await place.registry.createParents()
            let (path, foreign) = (place.paths.member("m"), try await place.another())
            #expect(try await foreign.hold(path, Address(7001), replacing: []))
            let before = try await place.tree()
            #expect(try await !place.registry.hold(path, Address(7002), replacing: [1, 2]))
            #expect(try await place.tree() == before)
        }
    }

    @Test func a_persistent_node_is_nobodys_session_and_stays() async throws {
        try await Place.with { place in
            let path = place.paths.sentinel("s")
            try await place.put(path, "127.0.0.1 7101")
            #expect(try await !place.registry.hold(path, Address(7101), replacing: []))
            #expect(try await place.witness.exists(path)?.ephemeralOwner == 0)
        }
    }

    @Test func parents_that_were_wiped_come_back() async throws {
        try await Place.with { place in
            let path = place.paths.member("m")
            #expect(try await place.registry.hold(path, Address(7001), replacing: []))
            try await place.wipe(place.root)
            #expect(try await place.tree().isEmpty)
            #expect(try await place.registry.hold(path, Address(7001), replacing: []))
            #expect(try await place.tree().keys.sorted() == (place.paths.parents + [path]).sorted())
        }
    }

    @Test func a_held_node_is_watched() async throws {
        try await Place.with { place in
            try await place.registry.createParents()
            let path = place.paths.member("m")
            #expect(try await place.registry.hold(path, Address(7001), replacing: []))
            // Its creation, by ourselves, may be told as well.
            #expect(try await place.registry.hold(path, Address(7001), replacing: []))
            var changes = place.registry.session.changes().makeAsyncIterator()
            try await place.witness.delete(path)
            #expect(await changes.next()?.path == path)
            #expect(try await place.registry.hold(path, Address(7001), replacing: []))
            #expect(try await place.witness.exists(path) != nil)
        }
    }

    @Test func a_lost_reply_is_looked_at_again() async throws {
        let proxy = try await TCPProxy(to: ZooKeeperServer.shared().port)
        try await Place.with(through: proxy) { place in
            try await place.registry.createParents()
            let path = place.paths.member("m")
            // The look, then the transaction whose reply is lost.
            proxy.drop(afterRequests: 2)
            #expect(try await place.registry.hold(path, Address(7001), replacing: []))
            #expect(try await place.witness.exists(path)?.ephemeralOwner == place.registry.session.credentials.id)
            #expect(proxy.accepted > 1)
        }
    }

    /// `deleteall` on an identity takes the lock first; its lease may put the lock back between the two.
    @Test func a_lock_whose_identity_is_gone_comes_back_with_it() async throws {
        try await Place.with { place in
            try await place.registry.createParents()
            let lock = place.paths.lock(UUIDText.random())
            #expect(try await place.registry.hold(lock, Address(7101), replacing: []))
            let identity = try #require(try await place.registry.identities().first)
            #expect(identity.isLocked && identity.address == Address(7101))
        }
    }
}
