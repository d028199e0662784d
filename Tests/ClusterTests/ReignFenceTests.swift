import Cluster
import Succession
import Support
import Testing
import Throttle
import Vocabulary
import ZooKeeper

/// What fences the beginning of a reign: the version of `/redis/cluster`, and a loss that is accepted once.
@Suite(.inTurn) struct ReignFenceTests {
    private let loss = #"{"who":"ops","why":"the disks are gone"}"#

    /// `/redis/master` is as it was, but the epoch that the claim would take may be taken already.
    @Test func a_claim_at_a_stale_version_of_the_cluster_is_overtaken() async throws {
        try await Place.claimed { (place) async throws in
            let (cluster, version) = try #require(try await place.registry.cluster())
            #expect(try await place.registry.noteMissing(cluster, version: version, since: 1) == .done)
            let before = try await place.tree()
            for stale in [Int32(0), 2, 17] {
                let outcome = try await place.registry.claimAgain(
                    Address(7002), member: "b", at: 0, cluster: newReign, clusterVersion: stale)
                #expect(outcome == .overtaken)
            }
            #expect(try await place.tree() == before)
            let outcome = try await place.registry.claimAgain(
                Address(7002), member: "b", at: 0, cluster: newReign, clusterVersion: 1)
            #expect(outcome == .done)
            #expect(try await place.registry.cluster()?.record == newReign)
        }
    }

    @Test func a_claim_that_knows_of_no_cluster_is_overtaken_where_there_is_one() async throws {
        try await Place.claimed { (place) async throws in
            let before = try await place.tree()
            let outcome = try await place.registry.claim(
                Address(7002), member: "b", at: 0, cluster: newReign, clusterVersion: nil, creating: [])
            #expect(outcome == .overtaken)
            #expect(try await place.tree() == before)
        }
    }

    @Test func of_many_claims_upon_one_look_one_begins_a_reign() async throws {
        try await Place.claimed { (place) async throws in
            var others: [Registry] = []
            for _ in 0..<4 { others.append(try await place.another()) }
            for round in 0..<10 {
                let version = Int32(round)
                let outcomes = try await withThrowingTaskGroup(of: Registry.Outcome.self) { group in
                    for (index, other) in others.enumerated() {
                        group.addTask {
                            try await other.claimAgain(
                                Address(7010 + index), member: "\(round)-\(index)", at: version, cluster: newReign)
                        }
                    }
                    return try await group.reduce(into: [Registry.Outcome]()) { $0.append($1) }
                }
                #expect(outcomes.count { $0 == .done } == 1, "round \(round)")
                #expect(try await place.registry.cluster()?.version == version + 1)
            }
        }
    }

    @Test func a_claim_uses_an_accepted_loss_up() async throws {
        try await Place.claimed { (place) async throws in
            #expect(try await place.registry.view().lossVersion == nil)
            try await place.put(place.paths.acceptLoss, loss)
            try await place.witness.set(place.paths.acceptLoss, Array(loss.utf8))
            let version = try await place.registry.view().lossVersion
            #expect(version == 1)
            #expect(try await place.registry.watcherView().lossVersion == 1)
            let outcome = try await place.registry.claimAgain(
                Address(7002), member: "b", at: 0, cluster: newReign, lossVersion: version)
            #expect(outcome == .done)
            #expect(try await place.witness.exists(place.paths.acceptLoss) == nil)
            #expect(try await place.registry.view().lossVersion == nil)
        }
    }

    @Test func so_does_a_record() async throws {
        try await Place.claimed { (place) async throws in
            try await place.put(place.paths.acceptLoss, loss)
            let view = try await place.registry.watcherView()
            let outcome = try await place.registry.record(
                Recording(7002, previous: view.record), clusterVersion: view.clusterVersion,
                lossVersion: view.lossVersion, clusterID: "fedcba98", entry: HistoryEntry(7001, 7002))
            #expect(outcome == .done)
            #expect(try await place.witness.exists(place.paths.acceptLoss) == nil)
            #expect(try await place.registry.history().count == 1)
        }
    }

    /// It was used up, or taken back, a moment before.
    @Test(arguments: [true, false]) func one_that_is_gone_allows_nothing(_ isRecord: Bool) async throws {
        try await Place.claimed { (place) async throws in
            for change in ["deleted", "written again"] {
                try await place.put(place.paths.acceptLoss, loss)
                if change == "deleted" {
                    try await place.witness.delete(place.paths.acceptLoss)
                } else {
                    try await place.witness.set(place.paths.acceptLoss, Array(loss.utf8))
                }
                let before = try await place.tree()
                let outcome =
                    if isRecord {
                        try await place.registry.record(
                            Recording(7002, previous: Record(Address(7001), version: 0)), clusterVersion: 0,
                            lossVersion: 0, clusterID: "fedcba98", entry: HistoryEntry(7001, 7002))
                    } else {
                        try await place.registry.claimAgain(
                            Address(7002), member: "b", at: 0, cluster: newReign, lossVersion: 0)
                    }
                #expect(outcome == .overtaken, "\(change)")
                let after = try await place.tree()
                // What a claim may create are our parents, and they are there.
                #expect(after == before, "\(change)")
            }
        }
    }
}
