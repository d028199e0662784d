import Cluster
import Succession
import Support
import Testing
import Throttle
import Vocabulary
import ZooKeeper

/// A new master is recorded with `/redis/cluster` and the history, once, or not at all.
@Suite(.inTurn) struct RecordingTests {
    @Test func all_three_are_written_in_one_transaction() async throws {
        try await Place.claimed { (place) async throws in
            let entry = HistoryEntry(7001, 7002)
            #expect(try await place.registry.recordUponLook(7002, entry) == .done)
            #expect(try await place.text(place.paths.master) == "127.0.0.1 7002")
            #expect(try await place.registry.record() == Record(Address(7002), version: 1))
            #expect(try await place.registry.cluster()?.record == newReign)
            #expect(try await place.registry.history() == [entry])
            let tree = try await place.tree()
            let transactions = [place.paths.master, place.paths.cluster, place.paths.history].map {
                tree[$0]?.stat.mzxid
            }
            #expect(Set(transactions).count == 1)

            let next = HistoryEntry(7002, 7003)
            #expect(try await place.registry.recordUponLook(7003, next) == .done)
            #expect(try await place.registry.record() == Record(Address(7003), version: 2))
            #expect(try await place.registry.history() == [entry, next])
            #expect(try await place.asides().isEmpty)
        }
    }

    @Test func after_a_wipe_it_is_created_with_the_cluster_s_id() async throws {
        for keepsRoot in [false, true] {
            try await Place.with(subpath: "/below") { (place) async throws in
                if keepsRoot { try await place.put(place.root) }
                let entry = HistoryEntry(nil, 7002)
                let outcome = try await place.registry.record(
                    .nameless(7002, previous: nil), clusterVersion: nil, clusterID: "fedcba98", entry: entry)
                #expect(outcome == .done)
                #expect(try await place.registry.record() == Record(Address(7002), version: 0))
                #expect(try await place.registry.cluster()?.record.id == "fedcba98")
                #expect(try await place.registry.history() == [entry])
                #expect(try await place.tree().values.allSatisfy { $0.stat.ephemeralOwner == 0 })
            }
        }
    }

    /// What a look found, and what somebody did before the write.
    @Test(arguments: [
        "a claim of a launcher", "the master deleted", "another reign begun", "the cluster record deleted",
    ])
    func whoever_was_faster_stays(_ what: String) async throws {
        try await Place.claimed { (place) async throws in
            let view = try await place.registry.watcherView()
            switch what {
            case "a claim of a launcher":
                let other = try await place.another()
                #expect(try await other.claimAgain(Address(7003), member: "c", at: 0) == .done)
            case "the master deleted": try await place.witness.delete(place.paths.master)
            case "another reign begun":
                let next = ClusterRecord(id: newCluster.id, members: 1, epoch: 1_000)
                try await place.witness.set(place.paths.cluster, Array(next.json.utf8))
            default: try await place.witness.delete(place.paths.cluster)
            }
            let before = try await place.tree()
            let outcome = try await place.registry.record(
                Recording(7002, previous: view.record), clusterVersion: view.clusterVersion, clusterID: "fedcba98",
                entry: HistoryEntry(7001, 7002))
            #expect(outcome == .overtaken)
            #expect(try await place.tree() == before)
        }
    }

    /// The master's lease writes it once a second: that must not cost a failover another look.
    @Test func what_a_lease_has_written_meanwhile_is_kept() async throws {
        try await Place.claimed { (place) async throws in
            let view = try await place.registry.watcherView()
            var kept = newCluster
            kept.holdings = Holdings(epoch: kept.epoch, offset: 4_711, keys: 3, seen: "2026-01-01T00:00:00.000Z")
            try await place.witness.set(place.paths.cluster, Array(kept.json.utf8))
            let outcome = try await place.registry.record(
                Recording(7002, previous: view.record), clusterVersion: view.clusterVersion, clusterID: "fedcba98",
                entry: HistoryEntry(7001, 7002))
            #expect(outcome == .done)
            let cluster = try #require(try await place.registry.cluster()?.record)
            #expect(cluster.holdings == kept.holdings && cluster.epoch > kept.epoch)
            #expect(try await place.registry.record() == Record(Address(7002), version: 1))
        }
    }

    @Test func where_nothing_was_recorded_a_claim_that_was_faster_stays() async throws {
        try await Place.claimed { (place) async throws in
            let before = try await place.tree()
            let outcome = try await place.registry.record(
                .nameless(7002, previous: nil), clusterVersion: nil, clusterID: "fedcba98",
                entry: HistoryEntry(nil, 7002))
            #expect(outcome == .overtaken)
            #expect(try await place.tree() == before)
        }
    }

    @Test func of_two_watchers_at_once_one_records_and_there_is_one_entry() async throws {
        try await Place.claimed { (place) async throws in
            let watchers = [place.registry, try await place.another()]
            for round in 1...20 {
                let view = try await place.registry.watcherView()
                let port = 7001 + round
                let entries = [8081, 8082].map { HistoryEntry(port - 1, port, by: "127.0.0.1:\($0)") }
                func record(_ index: Int) async throws -> RecordOutcome {
                    try await watchers[index].record(
                        Recording(port, previous: view.record), clusterVersion: view.clusterVersion,
                        clusterID: "fedcba98", entry: entries[index])
                }
                async let first = record(0)
                async let second = record(1)
                let outcomes = try await [first, second]
                #expect(outcomes.filter { $0 == .done }.count == 1, "round \(round)")
                let history = try await watchers[1].history()
                #expect(history.count == round)
                #expect(history.last == entries[outcomes[0] == .done ? 0 : 1])
                #expect(try await watchers[1].record() == Record(Address(port), version: Int32(round)))
            }
        }
    }

    @Test func what_no_reader_would_take_is_not_written() async throws {
        try await Place.claimed { (place) async throws in
            let before = try await place.tree()
            var recording = Recording(7002, previous: Record(Address(7001), version: 0))
            recording.cluster.replicationID = #"","id":"other"#
            let failure = try await failure {
                try await place.registry.record(
                    recording, clusterVersion: 0, clusterID: "fedcba98", entry: HistoryEntry(7001, 7002))
            }
            #expect(failure.code == .badData && failure.description.contains(place.paths.cluster))
            #expect(try await place.tree() == before)
        }
    }

    @Test func with_a_digest_it_is_ours_and_read_by_the_world() async throws {
        try await Place.claimed(digest: Digest(user: "interrex", password: "p:w")) { (place) async throws in
            #expect(try await place.registry.recordUponLook(7002) == .done)
            let stranger = try await place.another { $0.digest = nil }
            #expect(try await stranger.history().count == 1)
            let failure = try await failure { try await stranger.recordUponLook(7003) }
            #expect(failure.code == .notAuthorised)
            #expect(try await place.registry.record() == Record(Address(7002), version: 1))
        }
    }
}
