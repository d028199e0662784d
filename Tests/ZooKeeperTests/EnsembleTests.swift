import Support
import Testing
import Throttle
import ZooKeeper

/// Three servers: what a session outlives.
@Suite(.inTurn, .taking(3)) struct EnsembleTests {
    @Test func sessionOutlivesItsServers() async throws {
        let ensemble = try await ZooKeeperEnsemble.start()
        let session = try await TestRoot.session(on: ensemble.connectString) {
            $0.timeout = .seconds(10)
            $0.operationTimeout = .seconds(2)
        }
        try await session.create("/e", [], .ephemeral)

        let dead = try await ensemble.leader()
        try await dead.kill()
        try await eventually("the others serve", within: .seconds(30)) {
            await failure { try await session.set("/e", [1]) } == nil
        }
        #expect(try await session.exists("/e")?.ephemeralOwner == session.credentials.id)
        try await dead.restart()

        let frozen = try await ensemble.leader()
        frozen.freeze()
        try await eventually("the others serve", within: .seconds(30)) {
            await failure { try await session.set("/e", [2]) } == nil
        }
        #expect(session.state == .connected)
        #expect(try await session.get("/e").data == [2])
        frozen.thaw()
        await session.close()
        try await ensemble.stop()
    }
}
