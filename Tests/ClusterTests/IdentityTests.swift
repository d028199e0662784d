import Succession
import Support
import Testing
import Throttle
import Vocabulary
import ZooKeeper

@testable import Cluster

/// A sentinel's identity: created, or taken over, by one at a time.
@Suite(.inTurn) struct IdentityTests {
    @Test func a_new_one_is_locked_by_its_session() async throws {
        try await Place.with { place in
            try await place.registry.createParents()
            let id = UUIDText.random()
            #expect(try await place.registry.createIdentity(id, for: Address(7101)) == .done)
            #expect(
                try await place.registry.identities() == [
                    Identity(id: id, address: Address(7101), version: 0, isLocked: true)
                ])
            let stats = try await place.tree().mapValues(\.stat)
            #expect(stats[place.paths.identity(id)]?.ephemeralOwner == 0)
            #expect(stats[place.paths.lock(id)]?.ephemeralOwner == place.registry.session.credentials.id)
            #expect(stats[place.paths.identity(id)]?.czxid == stats[place.paths.lock(id)]?.czxid)
            // Another that comes to the same id, however unlikely.
            #expect(try await place.another().createIdentity(id, for: Address(7102)) == .overtaken)
            #expect(try await place.text(place.paths.identity(id)) == "127.0.0.1 7101")
        }
    }

    @Test func its_lock_goes_with_the_session_and_then_it_can_be_taken() async throws {
        try await Place.with { place in
            try await place.registry.createParents()
            let (id, first) = (UUIDText.random(), try await place.another())
            #expect(try await first.createIdentity(id, for: Address(7101)) == .done)
            await first.session.close()
            let free = try #require(try await place.registry.identities().first)
            #expect(free == Identity(id: id, address: Address(7101), version: 0, isLocked: false))
            #expect(try await place.registry.take(free, for: Address(7102)) == .done)
            #expect(
                try await place.registry.identities() == [
                    Identity(id: id, address: Address(7102), version: 1, isLocked: true)
                ])
        }
    }

    @Test func a_locked_one_can_not_be_taken_and_stays_as_it_is() async throws {
        try await Place.with { place in
            try await place.registry.createParents()
            #expect(try await place.registry.createIdentity(UUIDText.random(), for: Address(7101)) == .done)
            let identity = try #require(try await place.registry.identities().first)
            let before = try await place.tree()
            #expect(try await place.another().take(identity, for: Address(7102)) == .overtaken)
            #expect(try await place.tree() == before)
        }
    }

    @Test func of_two_takers_of_one_version_exactly_one_gets_it() async throws {
        try await Place.with { place in
            try await place.registry.createParents()
            let (one, two) = (place.registry, try await place.another())
            for round in 0..<50 {
                let id = UUIDText.random()
                try await place.put(place.paths.identity(id), "127.0.0.1 7100")
                let identity = Identity(id: id, address: Address(7100), version: 0, isLocked: false)
                async let first = one.take(identity, for: Address(7101))
                async let second = two.take(identity, for: Address(7102))
                let outcomes = try await [first, second]
                #expect(outcomes.filter { $0 == .done }.count == 1, "round \(round)")
                let (winner, address) =
                    outcomes[0] == .done ? (one, "127.0.0.1 7101") : (two, "127.0.0.1 7102")
                let lock = try await place.witness.get(place.paths.lock(id))
                #expect(lock.stat.ephemeralOwner == winner.session.credentials.id)
                #expect(try await place.text(place.paths.identity(id)) == address)
                #expect(try await place.witness.exists(place.paths.identity(id))?.version == 1)
            }
        }
    }

    @Test func a_stale_version_takes_nothing() async throws {
        try await Place.with { place in
            let id = UUIDText.random()
            try await place.put(place.paths.identity(id), "127.0.0.1 7100")
            let read = try #require(try await place.registry.identities().first)
            try await place.witness.set(place.paths.identity(id), Array("127.0.0.1 7109".utf8))
            #expect(try await place.registry.take(read, for: Address(7102)) == .overtaken)
            #expect(try await place.registry.identities().map(\.isLocked) == [false])
            #expect(try await place.text(place.paths.identity(id)) == "127.0.0.1 7109")
        }
    }

    @Test func ensuring_creates_what_is_missing_and_overwrites_nothing() async throws {
        try await Place.with { place in
            let id = UUIDText.random()
            try await place.registry.ensureIdentity(id, for: Address(7101))
            #expect(try await place.text(place.paths.identity(id)) == "127.0.0.1 7101")
            try await place.registry.ensureIdentity(id, for: Address(7102))
            #expect(try await place.text(place.paths.identity(id)) == "127.0.0.1 7101")
        }
    }

    @Test(arguments: ["not-a-uuid", "0A000000-0000-4000-8000-000000000000", "0a000000-0000-4000-8000-00000000000"])
    func a_node_that_is_no_uuid_is_left_out(_ name: String) async throws {
        try await Place.with { place in
            try await place.put(place.paths.identity(name), "127.0.0.1 7100")
            let id = UUIDText.random()
            try await place.put(place.paths.identity(id), "127.0.0.1 7101")
            #expect(try await place.registry.identities().map(\.id) == [id])
            let bad = BadNode(path: place.paths.identity(name), reason: "its name is no UUID")
            #expect(try await place.registry.view().badNodes == [bad])
        }
    }

    @Test func a_random_id_is_a_uuid_and_its_run_id_has_forty_digits() {
        let ids = Set((0..<1_000).map { _ in UUIDText.random() })
        #expect(ids.count == 1_000)
        for id in ids {
            #expect(UUIDText.isValid(id))
            #expect(Array(id)[14] == "4" && "89ab".contains(Array(id)[19]))
            #expect(isReplicationID(Identity.runID(id)) && Identity.runID(id).hasSuffix("00000000"))
        }
    }
}
