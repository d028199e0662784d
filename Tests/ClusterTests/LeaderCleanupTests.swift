import Succession
import Support
import Testing
import Throttle
import Vocabulary
import ZooKeeper

@testable import Cluster

/// The nodes that the leader takes away: a dead sentinel of another tool's, a pause that is over.
@Suite(.inTurn) struct LeaderCleanupTests {
    @Test func a_sentinel_of_another_tool_is_deleted_and_a_lease_never() async throws {
        try await Place.claimed { (place) async throws in
            let watcher = try await place.registry.enlist(Address(8081))
            try await place.put(place.paths.sentinel("theirs"), "127.0.0.1 7101")
            try await place.put(place.paths.sentinel("lease"), "127.0.0.1 7102", .ephemeral)
            func remove(_ id: String, as watcher: String) async throws -> RecordOutcome {
                try await place.registry.removeSentinel(id: id, as: watcher)
            }
            let before = try await place.tree()
            #expect(try await remove("lease", as: watcher) == .overtaken)
            #expect(try await remove("gone", as: watcher) == .overtaken)
            #expect(try await remove("theirs", as: place.paths.watcherPrefix + "0000000009") == .overtaken)
            #expect(try await place.tree() == before)
            #expect(try await remove("theirs", as: watcher) == .done)
            #expect(try await place.registry.watcherView().sentinels.map(\.id) == ["lease"])
        }
    }

    @Test func one_with_children_is_named() async throws {
        try await Place.claimed { (place) async throws in
            let watcher = try await place.registry.enlist(Address(8081))
            try await place.put("\(place.paths.sentinel("theirs"))/child")
            let failure = try await failure {
                try await place.registry.removeSentinel(id: "theirs", as: watcher)
            }
            #expect(failure.code == .badData)
            #expect(failure.description.contains("\(place.paths.sentinel("theirs")) in ZooKeeper can't be used"))
        }
    }

    @Test(arguments: [
        #"{"until":"2020-01-01T00:00:00Z"}"#, #"{"until":"2020-01-01T00:00:00.5Z","who":"ops"}"#,
        #"{"until":"2020-01-01T02:00:00+02:00"}"#,
    ])
    func a_pause_that_is_over_is_deleted(_ pause: String) async throws {
        try await Place.claimed { (place) async throws in
            let watcher = try await place.registry.enlist(Address(8081))
            try await place.put(place.paths.paused, pause)
            let another = place.paths.watcherPrefix + "0000000009"
            #expect(try await place.registry.resume(as: another) == .overtaken)
            #expect(try await place.registry.watcherView().isPaused)
            #expect(try await place.registry.resume(as: watcher) == .done)
            #expect(try await !place.registry.watcherView().isPaused)
            #expect(try await place.registry.resume(as: watcher) == .overtaken)
        }
    }

    @Test func a_pause_that_is_over_goes_with_what_somebody_put_below_it() async throws {
        try await Place.claimed { (place) async throws in
            let watcher = try await place.registry.enlist(Address(8081))
            try await place.put(place.paths.paused, #"{"until":"2020-01-01T00:00:00Z"}"#)
            for child in ["a", "b", "b/c", "b/c/d"] { try await place.put("\(place.paths.paused)/\(child)", "x") }
            // Nobody is kept from anything meanwhile.
            let view = try await place.registry.watcherView()
            #expect(view.isPaused && view.isPauseOver && view.badNodes.isEmpty)
            #expect(try await place.registry.resume(as: watcher) == .done)
            #expect(try await place.witness.exists(place.paths.paused) == nil)
        }
    }

    @Test(arguments: ["{}", "", "secret", #"{"who":"ops"}"#, #"{"until":"2100-01-01T00:00:00Z"}"#, #"{"until":"x"}"#])
    func any_other_pause_stays(_ pause: String) async throws {
        try await Place.claimed { (place) async throws in
            let watcher = try await place.registry.enlist(Address(8081))
            try await place.put(place.paths.paused, pause)
            let before = try await place.tree()
            #expect(try await place.registry.resume(as: watcher) == .overtaken)
            #expect(try await place.tree() == before)
        }
    }

    @Test(arguments: [
        "2020-01-01T00:00:00Z": true, "2020-01-01T00:00:00.000Z": true, "2020-01-01T00:00:00+02:00": true,
        "2100-01-01T00:00:00Z": false, "2100-01-01T00:00:00.123456Z": false, "": false, "2020": false,
        "2020-01-01": false, "2020-01-01T00:00:00": false, "2020-01-01 00:00": false, "2020-02-30T25:00:00Z": false,
        "x2020-01-01T00:00:00Z": false, "2020-01-01T00:00:00Zx": false, "2020-02-30T00:00:00Z": false,
        "2020-01-01T00:00:00.Z": false, "2020-01-01T00:00:00+2:00": false, "2020-01-01T00:00:00+24:00": false,
        "2020-13-01T00:00:00Z": false, "2020-00-01T00:00:00Z": false, "2020-01-01T00:60:00Z": false,
        "２020-01-01T00:00:00Z": false, "-020-01-01T00:00:00Z": false, "2020-01-01T00:00:00Z\0": false,
    ])
    func only_a_time_of_rfc_3339_passes(_ text: String, _ hasPassed: Bool) {
        #expect(Timestamp.hasPassed(text) == hasPassed)
    }

    @Test func offsets_and_fractions_count() {
        #expect(Timestamp.seconds("1970-01-01T00:00:00Z") == 0)
        #expect(Timestamp.seconds("2026-11-22T18:00:00.25Z") == 1_795_370_400.25)
        #expect(Timestamp.seconds("2026-11-22T19:30:00+01:30") == 1_795_370_400)
        #expect(Timestamp.seconds("2026-11-22T10:00:00-08:00") == 1_795_370_400)
    }

    @Test func a_moment_ago_has_passed() {
        #expect(Timestamp.hasPassed(Timestamp.now))
    }
}
