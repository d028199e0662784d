import Cluster
import Succession
import Support
import Testing
import Throttle
import Vocabulary
import ZooKeeper

/// Whether a master could be recorded, without a trace.
@Suite(.inTurn) struct RehearsalTests {
    @Test func itSaysWhetherItWouldHoldAndChangesNothing() async throws {
        try await Place.claimed { (place) async throws in
            let (registry, paths) = (place.registry, place.paths)
            let view = try await registry.watcherView()
            let version = try #require(view.record?.version)
            let before = try await place.tree()
            #expect(try await registry.rehearsesRecord(over: version, clusterVersion: view.clusterVersion))
            // A record is rebased on what its lease has written meanwhile.
            #expect(try await registry.rehearsesRecord(over: version, clusterVersion: 77))
            #expect(try await !registry.rehearsesRecord(over: version + 1, clusterVersion: view.clusterVersion))
            #expect(try await !registry.rehearsesRecord(over: nil, clusterVersion: view.clusterVersion))
            #expect(
                try await !registry.rehearsesRecord(
                    over: version, clusterVersion: view.clusterVersion, lossVersion: 0))
            // It is there, and nobody could read it.
            let failure = await #expect(throws: Failure.self) {
                try await registry.rehearsesRecord(over: version, clusterVersion: nil)
            }
            #expect(failure?.code == .badData && failure?.description.contains(paths.cluster) == true)
            #expect(try await place.tree() == before)

            try await place.witness.delete(paths.master)
            let gone = try await place.tree()
            #expect(try await registry.rehearsesRecord(over: nil, clusterVersion: view.clusterVersion))
            #expect(try await !registry.rehearsesRecord(over: version, clusterVersion: view.clusterVersion))
            #expect(try await place.tree() == gone)
        }
    }
}
