import Cluster
import Succession
import Support
import Testing
import Throttle
import Vocabulary
import ZooKeeper

/// `ZK_AUTH`: what we create is all for that user and can be read by the world.
@Suite(.inTurn) struct AuthorisationTests {
    private func protected(_ body: (Place) async throws -> Void) async throws {
        try await Place.with(digest: Digest(user: "interrex", password: "p:w")) { place in
            try await place.registry.createParents()
            #expect(try await place.registry.claimFirst(Address(7001), member: "m", creating: []) == .done)
            #expect(try await place.registry.createIdentity(UUIDText.random(), for: Address(7101)) == .done)
            _ = try await place.registry.stand(Address(7001), .empty)
            #expect(try await place.registry.hold(place.paths.sentinel("s"), Address(7101), replacing: []))
            try await body(place)
        }
    }

    @Test func every_node_can_be_read_by_the_world_and_changed_by_nobody_else() async throws {
        try await protected { place in
            let tree = try await place.tree()
            #expect(tree.count == place.paths.parents.count + 7)
            for path in tree.keys {
                let set = await #expect(throws: ZooKeeperError.self) { try await place.witness.set(path, [1]) }
                #expect(set?.code == .noAuth, "\(path)")
                // Ephemeral nodes have no children, and say so first.
                guard tree[path]?.stat.ephemeralOwner == 0 else { continue }
                let create = await #expect(throws: ZooKeeperError.self) { try await place.witness.create("\(path)/x") }
                #expect(create?.code == .noAuth, "\(path)")
            }
            let view = try await place.another { $0.digest = nil }.view()
            #expect(view.record?.address == Address(7001) && view.cluster == newCluster)
        }
    }

    @Test func the_same_user_in_another_session_may_write() async throws {
        try await protected { place in
            let other = try await place.another()
            #expect(try await other.claimAgain(Address(7002), member: "b", at: 0) == .done)
            #expect(try await other.join(Address(7003), member: "c", checking: 1) == .done)
        }
    }

    @Test(arguments: [nil, Digest(user: "interrex", password: "guess"), Digest(user: "somebody", password: "p:w")])
    func a_write_of_others_is_not_authorised(_ digest: Digest?) async throws {
        try await protected { place in
            let stranger = try await place.another { $0.digest = digest }
            let before = try await place.tree()
            let identity = try #require(try await place.registry.identities().first)
            let writes: [(Registry) async throws -> Void] = [
                { _ = try await $0.claimAgain(Address(7002), member: "b", at: 0) },
                { _ = try await $0.join(Address(7002), member: "b", checking: 0) },
                { _ = try await $0.stand(Address(7002), .empty) },
                { _ = try await $0.take(identity, for: Address(7102)) },
                { _ = try await $0.createIdentity(UUIDText.random(), for: Address(7102)) },
                { _ = try await $0.hold(place.paths.member("b"), Address(7002), replacing: []) },
                { try await $0.ensureIdentity(UUIDText.random(), for: Address(7102)) },
            ]
            for write in writes {
                let failure = try await failure { try await write(stranger) }
                #expect(failure.code == .notAuthorised)
                #expect(failure.description.contains("ZK_AUTH"))
                #expect(!failure.description.contains("guess") && !failure.description.contains("p:w"))
            }
            #expect(try await place.tree() == before)
        }
    }

    @Test func without_a_digest_everything_is_open() async throws {
        try await Place.with { place in
            #expect(try await place.registry.claimFirst(Address(7001), member: "m") == .done)
            for path in try await place.tree().keys { try await place.witness.set(path, Array("10.0.0.1 1".utf8)) }
        }
    }
}
