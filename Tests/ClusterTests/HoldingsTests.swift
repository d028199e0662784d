import Cluster
import Succession
import Support
import Testing
import Throttle
import Vocabulary
import ZooKeeper

/// What a lease reads and writes of the reign, and what a wait for a master notes.
@Suite(.inTurn) struct HoldingsTests {
    private let held = Holdings(epoch: 1, offset: 1_234, rate: 56, keys: 7, seen: "2026-11-22T18:00:00.000Z")

    private func holding(_ record: ClusterRecord = newCluster) -> ClusterRecord {
        var record = record
        record.holdings = held
        record.replicationID = String(repeating: "a", count: 40)
        return record
    }

    @Test func a_reign_is_the_record_and_the_cluster_with_both_versions() async throws {
        try await Place.with { (place) async throws in
            #expect(try await place.registry.reign() == nil)
            #expect(try await place.registry.claimFirst(Address(7001), member: "a") == .done)
            let first = ReignView(record: Record(Address(7001), version: 0), cluster: newCluster, clusterVersion: 0)
            #expect(try await place.registry.reign() == first)
            #expect(try await place.registry.claimAgain(Address(7002), member: "b", at: 0, cluster: newReign) == .done)
            let second = ReignView(
                record: Record(Address(7002), version: 1), cluster: newReign, clusterVersion: 1, leases: 2)
            #expect(try await place.registry.reign() == second)
            try await place.witness.delete(place.paths.cluster)
            #expect(try await place.registry.reign() == nil)
        }
    }

    @Test func its_watch_tells_the_creation_the_change_and_the_end_of_the_master() async throws {
        try await Place.with { (place) async throws in
            var changes = place.registry.session.changes().makeAsyncIterator()
            #expect(try await place.registry.reign() == nil)
            try await place.put(place.paths.master, "10.0.0.1 6379")
            #expect(await changes.next()?.path == place.paths.master)
            // Without a cluster there is no reign; it is told all the same when a master is recorded.
            #expect(try await place.registry.reign() == nil)
            try await place.witness.set(place.paths.master, Array("10.0.0.2 6379".utf8))
            #expect(await changes.next()?.path == place.paths.master)
            _ = try await place.registry.reign()
            try await place.witness.delete(place.paths.master)
            #expect(await changes.next()?.path == place.paths.master)
        }
    }

    @Test func what_is_kept_stands_in_the_cluster_record_alone() async throws {
        try await Place.claimed { (place) async throws in
            let reign = try #require(try await place.registry.reign())
            let before = try await place.tree()
            #expect(try await place.registry.keep(holding(), in: reign) == .done)
            let after = try await place.tree()
            #expect(try await place.registry.cluster()?.record == holding())
            #expect(after.filter { before[$0.key] != $0.value }.map(\.key) == [place.paths.cluster])
        }
    }

    /// What happens between a lease's look and its write.
    @Test(arguments: ["a claim", "a record", "another lease's word", "the master deleted", "the cluster deleted"])
    func what_was_read_before_it_is_never_overwritten(_ what: String) async throws {
        try await Place.claimed { (place) async throws in
            let reign = try #require(try await place.registry.reign())
            let other = try await place.another()
            switch what {
            case "a claim":
                #expect(try await other.claimAgain(Address(7002), member: "b", at: 0, cluster: newReign) == .done)
            case "a record": #expect(try await other.recordUponLook(7002) == .done)
            case "another lease's word":
                let same = try #require(try await other.reign())
                #expect(try await other.keep(holding(), in: same) == .done)
            case "the master deleted": try await place.witness.delete(place.paths.master)
            default: try await place.witness.delete(place.paths.cluster)
            }
            let before = try await place.tree()
            #expect(try await place.registry.keep(holding(), in: reign) == .overtaken)
            #expect(try await place.tree() == before)
        }
    }

    @Test func what_no_reader_would_take_is_not_kept() async throws {
        try await Place.claimed { (place) async throws in
            let reign = try #require(try await place.registry.reign())
            let before = try await place.tree()
            var bad = holding()
            bad.holdings?.offset = -1
            let failure = try await failure { try await place.registry.keep(bad, in: reign) }
            #expect(failure.code == .badData && failure.description.contains(place.paths.cluster))
            #expect(try await place.tree() == before)
        }
    }

    @Test func that_nobody_is_master_is_noted_once_and_outlives_who_noted_it() async throws {
        try await Place.claimed { (place) async throws in
            let registry = try await place.another()
            let (cluster, version) = try #require(try await registry.cluster())
            #expect(try await registry.noteMissing(cluster, version: version, since: 1_700_000_000_000) == .done)
            #expect(try await registry.noteMissing(cluster, version: version, since: 1_800_000_000_000) == .overtaken)
            await registry.session.close()
            let noted = try #require(try await place.registry.view().cluster)
            #expect(noted.missingSince == 1_700_000_000_000)
            var expected = newCluster
            expected.missingSince = 1_700_000_000_000
            #expect(noted == expected)
            // The next reign begins without it.
            let next = noted.succeeded(epoch: 2, by: nil)
            #expect(
                try await place.registry.claimAgain(Address(7002), member: "b", at: 0, cluster: next, clusterVersion: 1)
                    == .done)
            #expect(try await place.registry.cluster()?.record.missingSince == nil)
        }
    }

    @Test func a_note_of_a_cluster_that_is_gone_creates_nothing() async throws {
        try await Place.claimed { (place) async throws in
            try await place.witness.delete(place.paths.cluster)
            let before = try await place.tree()
            #expect(try await place.registry.noteMissing(newCluster, version: 0, since: 1) == .overtaken)
            #expect(try await place.tree() == before)
        }
    }
}
