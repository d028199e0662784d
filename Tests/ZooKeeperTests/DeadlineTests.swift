import Runtime
import Support
import Testing
import Throttle

@testable import ZooKeeper

/// No wait without a limit: frozen and silent servers, cancellation, connecting to nowhere.
@Suite(.inTurn) struct DeadlineTests {
    @Test func frozenServer() async throws {
        // With a short session libzookeeper's own end of a call could be the first on a busy machine.
        let server = try await ZooKeeperServer.start(tickTime: 2_000)
        let session = try await TestRoot.session(on: server.connectString) {
            $0.timeout = .seconds(30)
            $0.operationTimeout = .milliseconds(300)
        }
        server.freeze()
        let start = ContinuousClock.now
        let errors = [
            await failure { try await session.get("/") }, await failure { try await session.create("/a") },
            await failure { try await session.multi([.create("/b", [], .persistent)]) },
        ]
        #expect(ContinuousClock.now - start < .seconds(6))
        #expect(errors.map { $0?.code } == [.deadline, .deadline, .deadline])
        #expect(errors.map { $0?.isAmbiguous } == [false, true, true])
        let closing = ContinuousClock.now
        await session.close()
        #expect(ContinuousClock.now - closing < Session.closeLimit + .seconds(1))
        server.thaw()
        try await server.stop()
    }

    /// The reply comes after all; the call is over, the session goes on.
    @Test func lateReplyIsDropped() async throws {
        let proxy = try await TCPProxy(to: ZooKeeperServer.shared().port)
        let session = try await TestRoot.session(on: proxy.connectString) { $0.operationTimeout = .milliseconds(200) }
        let path = TestRoot.path()
        proxy.hold(replies: .milliseconds(600))
        let error = await failure { try await session.create(path) }
        #expect(error == ZooKeeperError(.deadline, "create", path))
        #expect(error?.isAmbiguous == true)
        proxy.hold(replies: .zero)
        try await eventually("the session answers again") {
            await failure { try await session.get(path) } == nil
        }
        #expect(session.state == .connected)
        await session.close()
    }

    @Test func cancelledCallReturnsAtOnce() async throws {
        let proxy = try await TCPProxy(to: ZooKeeperServer.shared().port)
        // Without the cancellation it would be libzookeeper's own end of the call, or our deadline: not `.cancelled`.
        let session = try await TestRoot.session(on: proxy.connectString) { $0.timeout = .seconds(10) }
        let path = TestRoot.path()
        proxy.goSilent()
        let call = Task { await failure { try await session.create(path) } }
        try await eventually("the call waits") { session.link.calls.withLock { $0.unanswered } == 1 }
        call.cancel()
        let error = await call.value
        #expect(error == ZooKeeperError(.cancelled, "create", path))
        #expect(error?.isAmbiguous == true)
        proxy.speak()
        try await eventually("the session goes on") { await failure { try await session.get("/") } == nil }
        await session.close()
    }

    @Test func cancelledTaskSendsNothing() async throws {
        let session = try await TestRoot.session()
        let code = await Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return await failure { try await session.create("/a") }?.code
        }.value
        #expect(code == .cancelled)
        #expect(try await session.exists("/a") == nil)
        await session.close()
    }

    @Test(arguments: [false, true])
    func connectToNoServer(isFrozen: Bool) async throws {
        // A proxy that is silent takes connections and answers nothing, like a frozen server.
        let proxy = try TCPProxy(to: freePort())
        if isFrozen { proxy.goSilent() } else { proxy.close() }
        let servers = "127.0.0.1:\(proxy.port),[::1]:\(try freePort())/x"
        let configuration = Session.Configuration(servers: try ConnectString(servers))
        let start = ContinuousClock.now
        let error = await failure { try await Session.connect(configuration, within: .milliseconds(400)) }
        #expect(error == ZooKeeperError(.deadline, "connect", configuration.servers.description))
        #expect((.milliseconds(400)..<(.seconds(15))).contains(ContinuousClock.now - start))
        #expect(error?.isAmbiguous == false)
    }

    @Test func cancelledConnectReturnsAtOnce() async throws {
        let proxy = try TCPProxy(to: freePort())
        proxy.goSilent()
        let start = ContinuousClock.now
        for host in ["127.0.0.1", "localhost"] {
            let configuration = Session.Configuration(servers: try ConnectString("\(host):\(proxy.port)"))
            let before = proxy.accepted
            let connect = Task { await failure { try await Session.connect(configuration, within: .seconds(60)) } }
            try await eventually("it tries") { proxy.accepted > before }
            connect.cancel()
            #expect(await connect.value?.code == .cancelled)
        }
        #expect(ContinuousClock.now - start < .seconds(45))
    }

    @Test func unknownNames() async throws {
        let port = try await ZooKeeperServer.shared().port
        let unknown = try ConnectString("no-such-host.invalid,neither.invalid")
        let error = await failure { try await Session.connect(.init(servers: unknown), within: .milliseconds(500)) }
        #expect(error == ZooKeeperError(.unusableHosts, "connect", unknown.description))
        // One name that nobody knows among others does no harm.
        let session = try await TestRoot.session(on: "no-such-host.invalid,localhost:\(port)")
        #expect(session.state == .connected)
        await session.close()
    }

    /// A server that refuses for now is tried again until the limit.
    @Test func connectWaitsForTheServer() async throws {
        let proxy = try await TCPProxy(to: ZooKeeperServer.shared().port)
        proxy.refuse()
        async let session = TestRoot.session(on: proxy.connectString, chroot: TestRoot.path())
        try await eventually("three tries") { proxy.accepted >= 3 }
        proxy.allow()
        #expect(try await session.state == .connected)
        try await session.close()
    }

    /// `maxClientCnxns`: a server closes what is too much from one address.
    @Test func tooManyConnections() async throws {
        let server = try await ZooKeeperServer.start(maxClientConnections: 3)
        var sessions: [Session] = []
        for _ in 0..<3 { sessions.append(try await TestRoot.session(on: server.connectString)) }
        let configuration = Session.Configuration(servers: try ConnectString(server.connectString))
        let error = await failure { try await Session.connect(configuration, within: .milliseconds(600)) }
        #expect(error == ZooKeeperError(.deadline, "connect", server.connectString))
        async let late = Session.connect(configuration, within: .seconds(15))
        await sessions.removeLast().close()
        sessions.append(try await late)
        for session in sessions { await session.close() }
        try await server.stop()
    }
}
