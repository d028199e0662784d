import FoundationEssentials
import Support
import Testing
import Throttle
import ZooKeeper

/// Nothing is left behind: descriptors, threads. In processes of their own, so that no other test disturbs the counts.
@Suite(.inTurn) struct ResourceTests {
    @Test func twoHundredSessionsLeaveNothing() async throws {
        let servers = try await ZooKeeperServer.shared().connectString + TestRoot.path()
        await #expect(processExitsWith: .success) { [servers = servers as String] in
            let first = try await TestRoot.session(on: servers)
            await first.close()
            let before = try (entries("/proc/self/fd"), entries("/proc/self/task"))
            for _ in 0..<200 {
                let session = try await TestRoot.session(on: servers)
                _ = try await session.get("/")
                await session.close()
            }
            try await eventually("as many descriptors as before") { try entries("/proc/self/fd") <= before.0 }
            // The pool may have grown by a thread for each core; sessions have two each.
            try await eventually("as many threads as before") { try entries("/proc/self/task") <= before.1 + 4 }
        }
    }

    @Test func failedConnectLeavesNothing() async throws {
        await #expect(processExitsWith: .success) {
            let nowhere = Session.Configuration(servers: try ConnectString("127.0.0.1:1,localhost:1"))
            _ = await failure { try await Session.connect(nowhere, within: .milliseconds(20)) }
            try await eventually("closed") { try entries("/proc/self/task") < 8 }
            let before = try entries("/proc/self/fd")
            for _ in 0..<20 {
                let error = await failure { try await Session.connect(nowhere, within: .milliseconds(20)) }
                #expect(error?.code == .deadline)
            }
            try await eventually("as many descriptors as before") { try entries("/proc/self/fd") <= before }
        }
    }
}

private func entries(_ folder: String) throws -> Int {
    try FileManager.default.contentsOfDirectory(atPath: folder).count
}
