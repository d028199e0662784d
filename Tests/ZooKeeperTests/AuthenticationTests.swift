import Support
import Testing
import Throttle
import ZooKeeper

/// Digests and ACLs.
@Suite(.inTurn) struct AuthenticationTests {
    let me = Digest(user: "me", password: "secret")

    @Test func ownerWritesOthersRead() async throws {
        let root = TestRoot.path()
        let owner = try await TestRoot.session(chroot: root) { $0.digest = me }
        try await owner.create("/a", [1])
        try await owner.multi([.create("/b", [1], .persistent)])
        let wrong = try await TestRoot.session(chroot: root) { $0.digest = Digest(user: "me", password: "guess") }
        let nobody = try await TestRoot.session(chroot: root)
        for stranger in [wrong, nobody] {
            for path in ["/a", "/b"] {
                #expect(try await stranger.get(path).data == [1])
                let error = await failure { try await stranger.set(path, [2]) }
                #expect(error == ZooKeeperError(.noAuth, "set", root + path))
            }
            let error = await failure { try await stranger.multi([.set("/a", [2], version: nil)]) }
            #expect(error?.code == .noAuth)
            #expect(error?.failedOperation == 0)
        }
        try await owner.set("/a", [2])
        for session in [owner, wrong, nobody] { await session.close() }
    }

    @Test func ownACL() async throws {
        let root = TestRoot.path()
        let owner = try await TestRoot.session(chroot: root) {
            $0.digest = me
            $0.acl = .owner
        }
        let nobody = try await TestRoot.session(chroot: root)
        #expect(await failure { try await nobody.children("/") }?.code == .noAuth)
        await owner.close()
        await nobody.close()
    }

    @Test func aclNeedsADigest() async throws {
        let session = try await TestRoot.session(on: ZooKeeperServer.shared().connectString) { $0.acl = .readable }
        let path = TestRoot.path()
        #expect(await failure { try await session.create(path) } == ZooKeeperError(.invalidACL, "create", path))
        await session.close()
    }

    @Test func digestIsGivenAgainAfterReconnect() async throws {
        let proxy = try await TCPProxy(to: ZooKeeperServer.shared().port)
        let session = try await TestRoot.session(on: proxy.connectString, chroot: TestRoot.path()) { $0.digest = me }
        try await session.create("/a")
        var states = session.states().makeAsyncIterator()
        #expect(await states.next() == .connected)
        proxy.dropAll()
        #expect(await states.next() == .connecting)
        #expect(await states.next() == .connected)
        try await session.set("/a", [1])
        await session.close()
    }

    /// Of a server that has no `digest` scheme, libzookeeper's handle is of no use any more.
    @Test func unknownSchemeFailsToConnect() async throws {
        let server = try await ZooKeeperServer.start(extra: ["DigestAuthenticationProvider.enabled=false"])
        let error = await #expect(throws: ZooKeeperError.self) {
            try await TestRoot.session(on: server.connectString) { $0.digest = me }
        }
        #expect(error == ZooKeeperError(.authFailed, "connect", server.connectString))
        try await server.stop()
    }

    @Test func passwordIsNeverShown() throws {
        var configuration = Session.Configuration(servers: try ConnectString("a"), digest: me)
        configuration.credentials = SessionCredentials(id: 1, password: Array("0123456789abcdef".utf8))
        var dumped = ""
        dump(configuration, to: &dumped)
        for text in ["\(me)", String(reflecting: me), "\(configuration)", dumped] {
            #expect(!text.contains("secret"))
            #expect(!text.contains("48, 49"))
        }
        #expect(me.description == "me:(redacted)")
        #expect(Digest("me:a:b") == Digest(user: "me", password: "a:b"))
        #expect(Digest("me") == nil)
        #expect(Digest(":x") == nil)
    }
}
