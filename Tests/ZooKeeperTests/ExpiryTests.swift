import Support
import Testing
import Throttle
import ZooKeeper

/// The end of a session that the server decides, and sessions that go from hand to hand.
@Suite(.inTurn) struct ExpiryTests {
    /// A session of one second behind a proxy, cut off until the server has ended it.
    private func expired() async throws -> (TCPProxy, Session) {
        let root = TestRoot.path()
        let proxy = try await TCPProxy(to: ZooKeeperServer.shared().port)
        let session = try await TestRoot.session(on: proxy.connectString, chroot: root) { $0.timeout = .seconds(1) }
        let witness = try await TestRoot.session(chroot: root)
        try await session.create("/e", [], .ephemeral)
        proxy.refuse()
        try await eventually("the server ends the session") { try await witness.exists("/e") == nil }
        await witness.close()
        return (proxy, session)
    }

    @Test func isToldAndFinal() async throws {
        let (proxy, session) = try await expired()
        #expect(session.state == .connecting)
        let states = session.states()
        proxy.allow()
        var last: Session.State?
        for await state in states { last = state }
        #expect(last == .expired)
        let start = ContinuousClock.now
        for _ in 0..<100 {
            let error = await failure { try await session.set("/", [1]) }
            #expect(error?.code == .sessionExpired)
            #expect(error?.isAmbiguous == false)
        }
        #expect(ContinuousClock.now - start < .seconds(1))
        await session.close()
        #expect(session.state == .closed)
    }

    @Test func credentialsOfAnEndedSession() async throws {
        let (proxy, session) = try await expired()
        let server = try await ZooKeeperServer.shared()
        var configuration = Session.Configuration(servers: try ConnectString(server.connectString))
        configuration.credentials = session.credentials
        let error = await failure { try await Session.connect(configuration, within: .seconds(15)) }
        #expect(error == ZooKeeperError(.sessionExpired, "connect", server.connectString))
        await session.close()
        proxy.close()
    }

    @Test func wrongPasswordIsNoSession() async throws {
        let session = try await TestRoot.session()
        let server = try await ZooKeeperServer.shared()
        var configuration = Session.Configuration(servers: try ConnectString(server.connectString))
        configuration.credentials = session.credentials
        configuration.credentials?.password[0] ^= 1
        let error = await failure { try await Session.connect(configuration, within: .seconds(15)) }
        #expect(error?.code == .sessionExpired)
        // The server cuts the owner off before it looks at the password; the session itself lives on.
        try await eventually("the owner goes on") { await failure { try await session.sync("/") } == nil }
        #expect(session.state == .connected)
        await session.close()
    }

    /// One process stops using a session without closing it, as exec does; another goes on with it.
    @Test func handedOver() async throws {
        let root = TestRoot.path()
        let server = try await ZooKeeperServer.shared()
        let proxy = try TCPProxy(to: server.port)
        let giver = try await TestRoot.session(on: proxy.connectString, chroot: root)
        let witness = try await TestRoot.session(chroot: root)
        try await giver.create("/e", [1], .ephemeral)
        let created = try await witness.exists("/e")
        proxy.refuse()
        let taker = try await TestRoot.session(chroot: root) { $0.credentials = giver.credentials }
        #expect(taker.credentials == giver.credentials)
        #expect(try await witness.exists("/e") == created)
        try await taker.set("/e", [2])
        #expect(taker.state == .connected)
        await taker.close()
        #expect(try await witness.exists("/e") == nil)
        await witness.close()
        await giver.close()
    }

    /// A server that restarts with its data keeps the sessions of clients that come back in time.
    @Test func serverRestartsInTime() async throws {
        let server = try await ZooKeeperServer.start()
        let session = try await TestRoot.session(on: server.connectString) { $0.timeout = .seconds(10) }
        try await session.create("/e", [], .ephemeral)
        try await server.restart()
        try await eventually("the session goes on") { await failure { try await session.sync("/") } == nil }
        #expect(try await session.exists("/e")?.ephemeralOwner == session.credentials.id)
        await session.close()
        try await server.stop()
    }
}
