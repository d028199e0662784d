import Fixtures
import Glibc
import Support
import Testing
import Throttle
import ZooKeeper

/// Registered sentinels that no session takes away: another tool wrote their nodes.
@Suite(.inTurn) struct LeftoverTests {
    @Test func a_persistent_node_is_removed_when_its_sentinel_refuses_for_a_minute_and_one_that_answers_stays()
        async throws
    {
        try await WatchedCluster.with(members: 1, sentinels: 1, quorum: 1) { watched in
            let session = watched.cluster.session
            let answering = try await SentinelServer.start(monitor: watched.master.port, quorum: 1)
            let parent = "\(watched.cluster.root)/sentinels"
            let (live, dead) = ("\(parent)/tool-live", "\(parent)/tool-dead")
            let nobody = try freePort()
            try await session.create(live, Array("127.0.0.1 \(answering.port)".utf8), .persistent)
            try await session.create(dead, Array("127.0.0.1 \(nobody)".utf8), .persistent)
            let written = ContinuousClock.now
            try await watched.stays("both are there", for: .seconds(55)) {
                let names = try await watched.cluster.children(parent)
                return names.contains("tool-live") && names.contains("tool-dead")
            }
            try await eventually("the dead one is removed", within: .seconds(15)) {
                try await watched.cluster.node(dead) == nil
            }
            #expect(ContinuousClock.now - written >= .seconds(59))
            #expect(watched.watcher.process.text.contains("removed the dead sentinel 127.0.0.1:\(nobody)"))
            let names = try await watched.cluster.children(parent)
            #expect(names.count == 2 && names.contains("tool-live"), "\(names)")
        }
    }
}
