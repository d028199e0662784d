import Fixtures
import Support
import Testing
import Throttle

/// A master whose process died.
@Suite(.inTurn) struct CrashTests {
    /// It comes back as a replica of the new one.
    @Test func a_killed_master_that_is_started_again_follows_the_new_one() async throws {
        try await WatchedCluster.with(downAfter: .seconds(30)) { cluster in
            let old = cluster.master
            try await cluster.kill(old)
            let new = try await cluster.agree(onOtherThan: old)
            let back = try await cluster.restart(old).ready().linked(to: new)
            try await cluster.isComplete()
            try await cluster.stays("\(new.port) is the only master", for: .seconds(3)) {
                let isLinked = await back.isLinked(to: new)
                return try await cluster.agreedMaster()?.port == new.port && isLinked
            }
            #expect(try await cluster.history().count == 1)
        }
    }
}
