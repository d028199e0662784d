import Cluster
import Succession
import Support
import Testing
import Throttle
import Vocabulary
import ZooKeeper

let newCluster = ClusterRecord(id: "0123456789abcdef", members: 1, epoch: 1)

extension Registry {
    /// The first claim of all, as a launcher makes it that found nothing.
    func claimFirst(_ address: Address, member: String, creating missing: [String]? = nil) async throws -> Outcome {
        try await claim(
            address, member: member, at: nil, cluster: newCluster, clusterVersion: nil,
            creating: missing ?? paths.parents)
    }

    /// A claim at the version that was read before the evidence.
    /// - Parameter clusterVersion: of `/redis/cluster`; nil for as many claims and records as there were of the master.
    func claimAgain(
        _ address: Address, member: String, at version: Int32, cluster: ClusterRecord = newCluster,
        clusterVersion: Int32? = nil, lossVersion: Int32? = nil
    ) async throws -> Outcome {
        try await claim(
            address, member: member, at: version, cluster: cluster, clusterVersion: clusterVersion ?? version,
            lossVersion: lossVersion, creating: [])
    }
}

/// The fenced transaction that makes a master.
@Suite(.inTurn) struct ClaimTests {
    @Test func the_first_claim_creates_everything_in_one_transaction() async throws {
        try await Place.with { place in
            #expect(try await place.registry.claimFirst(Address(7001), member: "m") == .done)
            let tree = try await place.tree()
            let expected = place.paths.parents + [place.paths.master, place.paths.cluster, place.paths.member("m")]
            #expect(tree.keys.sorted() == expected.sorted())
            #expect(Set(tree.values.map(\.stat.czxid)).count == 1)
            #expect(try await place.text(place.paths.master) == "127.0.0.1 7001")
            #expect(try await place.text(place.paths.member("m")) == "127.0.0.1 7001")
            #expect(try await place.registry.cluster()?.record == newCluster)
            let owners = tree.mapValues(\.stat.ephemeralOwner).filter { $0.value != 0 }
            #expect(owners == [place.paths.member("m"): place.registry.session.credentials.id])
            #expect(try await place.registry.record() == Record(Address(7001), version: 0))
        }
    }

    /// Whichever of its nodes somebody else creates a moment before: nothing of the claim is there afterwards.
    @Test(arguments: ["", "/members", "/sentinels", "/identities", "/candidates", "/master", "/cluster", "/members/m"])
    func overtaken_at_any_node_it_leaves_nothing(_ victim: String) async throws {
        try await Place.with { place in
            let registry = place.registry
            let above = victim.split(separator: "/").dropLast().reduce(into: victim.isEmpty ? [] : [place.root]) {
                $0.append("\($0.last!)/\($1)")
            }
            for path in above { try await place.put(path) }
            let missing = try await registry.missingParents(rootIsMissing: above.isEmpty)
            #expect(missing == place.paths.parents.filter { !above.contains($0) })
            try await place.put(place.root + victim, "theirs")
            let before = try await place.tree()
            #expect(try await registry.claimFirst(Address(7001), member: "m", creating: missing) == .overtaken)
            #expect(try await place.tree() == before)
        }
    }

    @Test func of_two_first_claims_at_once_one_sticks() async throws {
        for round in 0..<20 {
            try await Place.with { place in
                let other = try await place.another()
                async let one = place.registry.claimFirst(Address(7001), member: "one")
                async let two = other.claimFirst(Address(7002), member: "two")
                let outcomes = try await [one, two]
                #expect(outcomes.filter { $0 == .done }.count == 1, "round \(round)")
                let winner = outcomes[0] == .done ? "7001" : "7002"
                #expect(try await place.text(place.paths.master) == "127.0.0.1 \(winner)")
                #expect(try await place.witness.children(place.paths.members).count == 1)
            }
        }
    }

    @Test func a_claim_at_the_version_that_was_read_replaces_the_master() async throws {
        try await Place.with { place in
            #expect(try await place.registry.claimFirst(Address(7001), member: "a") == .done)
            let other = try await place.another()
            #expect(try await other.claimAgain(Address(7002), member: "b", at: 0) == .done)
            #expect(try await place.registry.record() == Record(Address(7002), version: 1))
            #expect(try await place.witness.children(place.paths.members).sorted() == ["a", "b"])
        }
    }

    @Test func a_claim_at_a_stale_version_changes_nothing() async throws {
        try await Place.with { place in
            #expect(try await place.registry.claimFirst(Address(7001), member: "a") == .done)
            #expect(try await place.registry.claimAgain(Address(7001), member: "b", at: 0) == .done)
            let before = try await place.tree()
            for stale in [Int32(0), 2, 17] {
                #expect(try await place.registry.claimAgain(Address(7002), member: "c", at: stale) == .overtaken)
            }
            #expect(try await place.tree() == before)
        }
    }

    @Test func a_claim_at_a_version_of_a_node_that_is_gone_is_overtaken() async throws {
        try await Place.with { place in
            #expect(try await place.registry.claimFirst(Address(7001), member: "a") == .done)
            try await place.witness.delete(place.paths.master)
            let before = try await place.tree()
            #expect(try await place.registry.claimAgain(Address(7002), member: "b", at: 0) == .overtaken)
            #expect(try await place.tree() == before)
        }
    }
}
