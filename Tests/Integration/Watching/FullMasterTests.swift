import Fixtures
import Support
import Testing
import Throttle

/// A master that has as many clients as it takes: it turns new ones away, and serves the others.
@Suite(.inTurn) struct FullMasterTests {
    private static let full = "CONFIG SET maxclients 1\r\n"
    private static let roomy = "CONFIG SET maxclients 10000\r\n"

    /// The sentinels and the replicas are in; a watcher that starts then is not. Whoever takes the master for a
    /// stranger, and so for dead, promotes a second one beside it.
    @Test func a_watcher_that_is_not_let_in_promotes_nobody() async throws {
        try await WatchedCluster.with { watched in
            let master = watched.master
            await watched.watcher.stop()
            let client = try HTTPClient(port: master.port)
            client.send(Self.full)
            let watcher = try await watched.startWatcher()
            try await eventually("it is said why", within: .seconds(20)) {
                watcher.process.text.contains("does not let us in")
            }
            try await watched.stays("nobody is promoted", for: .seconds(12)) {
                try await watched.cluster.recordedMaster() == master.address
            }
            client.send(Self.roomy)
            try await eventually("the watcher is let in", within: .seconds(20)) {
                watcher.process.text.contains(/over after .*: no-master/)
            }
            #expect(!watcher.process.text.contains("another cluster"))
            #expect(try await watched.history() == [])
        }
    }

    @Test func it_is_not_asked_ever_faster() async throws {
        try await WatchedCluster.with { watched in
            let master = watched.master
            let client = try HTTPClient(port: master.port)
            client.send(Self.full + "CLIENT KILL TYPE normal SKIPME yes\r\n")
            try await watched.stays("it is the master", for: .seconds(3)) {
                try await watched.cluster.recordedMaster() == master.address
            }
            client.send(Self.roomy)
            try await master.ready()
            // The watcher's own connection five times a second, and what its passes and the sentinels ask.
            let rejected = try #require(Int(await master.info("stats")["rejected_connections"] ?? ""))
            #expect((1..<1_000).contains(rejected), "\(rejected)")
            #expect(try await watched.history() == [])
        }
    }
}
