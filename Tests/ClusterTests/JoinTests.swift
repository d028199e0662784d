import Cluster
import Succession
import Support
import Testing
import Throttle
import Vocabulary
import ZooKeeper

/// The fenced transaction that makes a member under a recorded master, and the parents that it needs.
@Suite(.inTurn) struct JoinTests {
    @Test func under_the_recorded_version_it_creates_the_member_alone() async throws {
        try await Place.with { place in
            #expect(try await place.registry.claimFirst(Address(7001), member: "a") == .done)
            var expected = try await place.tree().keys.sorted()
            let other = try await place.another()
            #expect(try await other.join(Address(7002), member: "b", checking: 0) == .done)
            expected = (expected + [place.paths.member("b")]).sorted()
            #expect(try await place.tree().keys.sorted() == expected)
            #expect(try await place.text(place.paths.member("b")) == "127.0.0.1 7002")
            #expect(
                try await place.witness.exists(place.paths.member("b"))?.ephemeralOwner == other.session.credentials.id)
            #expect(try await place.registry.record() == Record(Address(7001), version: 0))
        }
    }

    @Test func under_a_stale_version_it_creates_nothing() async throws {
        try await Place.with { place in
            #expect(try await place.registry.claimFirst(Address(7001), member: "a") == .done)
            #expect(try await place.registry.claimAgain(Address(7001), member: "b", at: 0) == .done)
            let before = try await place.tree()
            #expect(try await place.registry.join(Address(7002), member: "c", checking: 0) == .overtaken)
            try await place.witness.delete(place.paths.master)
            #expect(try await place.registry.join(Address(7002), member: "c", checking: 1) == .overtaken)
            #expect(try await place.tree().keys.sorted() == before.keys.filter { $0 != place.paths.master }.sorted())
        }
    }

    @Test func the_master_that_comes_back_overtakes_a_claim_that_was_decided_before() async throws {
        try await Place.with { place in
            #expect(try await place.registry.claimFirst(Address(7001), member: "a") == .done)
            let other = try await place.another()
            #expect(try await other.claimAgain(Address(7001), member: "b", at: 0) == .done)
            #expect(try await place.registry.record() == Record(Address(7001), version: 1))
            #expect(try await place.registry.claimAgain(Address(7002), member: "c", at: 0) == .overtaken)
            #expect(try await place.registry.record() == Record(Address(7001), version: 1))
        }
    }

    @Test func with_nothing_recorded_it_checks_nothing() async throws {
        try await Place.with { place in
            try await place.registry.createParents()
            #expect(try await place.registry.join(Address(7002), member: "c", checking: nil) == .done)
            #expect(try await place.text(place.paths.member("c")) == "127.0.0.1 7002")
        }
    }

    @Test func parents_that_were_wiped_come_back_and_the_next_try_succeeds() async throws {
        try await Place.with { (place) async throws in
            #expect(try await place.registry.join(Address(7002), member: "c", checking: nil) == .overtaken)
            #expect(try await place.tree().keys.sorted() == place.paths.parents.sorted())
            #expect(try await place.registry.join(Address(7002), member: "c", checking: nil) == .done)
        }
    }

    @Test func what_is_missing_below_the_root_is_told_in_the_order_of_creation() async throws {
        try await Place.with { place in
            #expect(try await place.registry.missingParents(rootIsMissing: false) == place.paths.parents)
            try await place.put(place.paths.sentinels)
            try await place.put("\(place.root)/another-tool")
            let missing = try await place.registry.missingParents(rootIsMissing: false)
            #expect(missing == [place.paths.members, place.paths.identities, place.paths.candidates])
            #expect(try await place.registry.claimFirst(Address(7001), member: "m", creating: missing) == .done)
            #expect(try await place.registry.missingParents(rootIsMissing: false) == [])
        }
    }

    @Test func a_nested_root_gets_what_stands_above_it() async throws {
        try await Place.with(subpath: "/teams/blue") { place in
            #expect(try await place.registry.children(place.root) == nil)
            let missing = try await place.registry.missingParents(rootIsMissing: true)
            #expect(missing == place.paths.parents)
            #expect(try await place.tree().isEmpty)
            #expect(try await place.registry.claimFirst(Address(7001), member: "m", creating: missing) == .done)
            #expect(try await place.text("\(place.root)/master") == "127.0.0.1 7001")
        }
    }

    @Test func a_view_tells_all_that_is_registered() async throws {
        try await Place.with { place in
            #expect(try await place.registry.view() == View())
            #expect(try await place.registry.claimFirst(Address(7001), member: "m") == .done)
            try await place.put(place.paths.sentinel("s"), "10.0.0.1 26379")
            _ = try await place.registry.stand(Address(7003), .empty)
            let view = try await place.registry.view()
            #expect(view.record == Record(Address(7001), version: 0))
            #expect(view.cluster == newCluster && view.clusterVersion == 0 && view.lossVersion == nil)
            #expect(view.members.map(\.id) == ["m"] && view.members.map(\.address) == [Address(7001)])
            #expect(view.members.map(\.isLeased) == [true])
            #expect(view.sentinels.map(\.address) == [Address("10.0.0.1:26379")])
            #expect(view.sentinels.map(\.isLeased) == [false])
            #expect(view.candidates.map(\.address) == [Address(7003)])
        }
    }

    @Test func the_watch_of_a_view_tells_the_creation_and_the_change_of_the_master() async throws {
        try await Place.with { place in
            _ = try await place.registry.view()
            var changes = place.registry.session.changes().makeAsyncIterator()
            try await place.put(place.paths.master, "10.0.0.1 6379")
            #expect(await changes.next()?.path == place.paths.master)
            _ = try await place.registry.view()
            try await place.witness.set(place.paths.master, Array("10.0.0.2 6379".utf8))
            #expect(await changes.next()?.path == place.paths.master)
        }
    }
}
