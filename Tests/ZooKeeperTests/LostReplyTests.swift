import Support
import Testing
import Throttle
import ZooKeeper

/// A write whose request arrived and whose reply didn't: it took effect, and says that it may have.
@Suite(.inTurn) struct LostReplyTests {
    private func lost<Value: Sendable>(
        _ write: (Session) async throws -> Value
    ) async throws -> (error: ZooKeeperError?, session: Session, witness: Session) {
        let root = TestRoot.path()
        let proxy = try await TCPProxy(to: ZooKeeperServer.shared().port)
        // Long enough that no ping comes between.
        let session = try await TestRoot.session(on: proxy.connectString, chroot: root) { $0.timeout = .seconds(10) }
        let witness = try await TestRoot.session(chroot: root)
        try await witness.create("/a")
        proxy.drop(afterRequests: 1)
        let error = await failure { try await write(session) }
        try await eventually("it connects again") { await failure { try await session.sync("/") } == nil }
        return (error, session, witness)
    }

    @Test func create() async throws {
        let (error, session, witness) = try await lost { try await $0.create("/new", [], .ephemeral) }
        #expect(error?.code == .connectionLoss)
        #expect(error?.isAmbiguous == true)
        #expect(try await witness.exists("/new")?.ephemeralOwner == session.credentials.id)
        await session.close()
        await witness.close()
    }

    @Test func set() async throws {
        let (error, session, witness) = try await lost { try await $0.set("/a", [1], version: 0) }
        #expect(error?.isAmbiguous == true)
        #expect(try await witness.get("/a").data == [1])
        await session.close()
        await witness.close()
    }

    @Test func delete() async throws {
        let (error, session, witness) = try await lost { try await $0.delete("/a") }
        #expect(error?.isAmbiguous == true)
        #expect(try await witness.exists("/a") == nil)
        await session.close()
        await witness.close()
    }

    @Test func multi() async throws {
        let (error, session, witness) = try await lost {
            try await $0.multi([.check("/a", version: 0), .create("/b", [], .persistent)])
        }
        #expect(error?.code == .connectionLoss)
        #expect(error?.isAmbiguous == true)
        #expect(error?.failedOperation == nil)
        #expect(try await witness.exists("/b") != nil)
        await session.close()
        await witness.close()
    }

    @Test func readIsNotAmbiguous() async throws {
        let (error, session, witness) = try await lost { try await $0.get("/a") }
        #expect(error?.code == .connectionLoss)
        #expect(error?.isAmbiguous == false)
        await session.close()
        await witness.close()
    }
}
