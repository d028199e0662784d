import Support
import Testing
import Throttle
import ZooKeeper

/// Who may do what in ZooKeeper, and the ways to name it (F06, F21, F23, F24).
@Suite(.inTurn) struct ZooKeeperAccessTests {
    private static let secret = "ses:am e\"#"

    @Test("nodes belong to the user of ZK_AUTH, and the world may read them")
    func acl() async throws {
        try await Place.with { place in
            let variables = ["ZK_AUTH": "interrex:\(Self.secret)", "SENTINEL_QUORUM": "1"]
            let servers = try [Launched.Kind.redis, .redis, .sentinel].map {
                try Launched($0, zookeeper: place.servers, root: place.root, variables)
            }
            try await eventually("all are registered: \(servers.map(\.lines))") {
                try await place.registered().count == 4
            }
            let (nobody, owner) = (place.session, try await session(place, Digest("interrex:\(Self.secret)")))
            let tree = try await place.tree()
            // The master, the cluster, the history, five parents, two members, a sentinel, an identity and its lock.
            #expect(tree.count == 13)
            for (path, node) in tree {
                let data = try await nobody.get(path).data
                #expect(await code { try await nobody.set(path, [1]) } == .noAuth, "\(path)")
                #expect(await code { try await owner.set(path, data) } == nil, "\(path)")
                if node.stat.ephemeralOwner == 0 {
                    #expect(await code { try await nobody.create("\(path)/x") } == .noAuth, "\(path)")
                }
            }
            for server in servers {
                #expect(!server.process.text.contains(Self.secret))
                await server.stop()
            }
            await owner.close()
        }
    }

    @Test("F24: a wrong digest, or none, is 77 in one line without the secret", arguments: ["redis", "sentinel"])
    func f24_wrongDigest(_ command: String) async throws {
        try await Place.with { place in
            let owner = try await session(place, Digest("interrex:right"))
            let master = try await RedisServer.start(["--proc-title-template", mark(place)])
            try await owner.create(place.root, [])
            for parent in ["members", "sentinels", "identities", "candidates"] {
                try await owner.create("\(place.root)/\(parent)", [])
            }
            try await owner.create("\(place.root)/master", Array("127.0.0.1 \(master.port)".utf8))
            let before = try await place.tree()
            for auth in ["interrex:sesame", "nobody:sesame", ""] {
                let folder = try TemporaryFolder()
                let outcome = try await Outcome.of(
                    [command], place.variables(port: freePort(), ["ZK_AUTH": auth]), in: folder)
                expectRefusal(outcome, 77, "ZK_AUTH", place.root)
                #expect(!outcome.errors.contains("sesame"))
                #expect(names(in: folder.path) == [])
                #expect(try await place.tree() == before)
            }
            await owner.close()
            await master.stop()
        }
    }

    @Test("F24: a server without digests is 77")
    func f24_unknownScheme() async throws {
        let server = try await ZooKeeperServer.start(extra: ["DigestAuthenticationProvider.enabled=false"])
        let outcome = try await Outcome.of(
            ["redis"],
            [
                "ZK_HOSTS": server.connectString, "BIND_IP": "127.0.0.1", "PORT0": "\(freePort())",
                "ZK_AUTH": "u:sesame",
            ],
            in: TemporaryFolder())
        expectRefusal(outcome, 77, "ZK_AUTH")
        #expect(!outcome.errors.contains("sesame"))
        try await server.stop()
    }

    @Test("F06: a chroot that is missing is created, and a deep root too")
    func f06_chroot() async throws {
        try await Place.with { place in
            let server = try Launched(
                .redis, zookeeper: "\(place.servers)\(place.root)/deep/chroot", root: "/some/where")
            try await eventually("it answers: \(server.process.text.suffix(500))") {
                try? await redis(server.port, "PING") == "PONG"
            }
            #expect(try await place.text("deep/chroot/some/where/master") == "127.0.0.1 \(server.port)")
            await server.stop()
        }
    }

    @Test(
        "F23: connect strings as people write them are accepted",
        arguments: [
            "zk://S", "S,", " S ", "S/", "zk://S/", "S,127.0.0.1:1", "127.0.0.1:1,S", "no-such-host.invalid:2181,S",
            "localhost:P", "[::ffff:127.0.0.1]:P",
        ])
    func f23_variants(_ text: String) async throws {
        try await Place.with { place in
            let port = place.servers.split(separator: ":").last!
            let servers = text.replacing("S", with: place.servers).replacing("P", with: port)
            let outcome = try await Outcome.of(
                ["redis", "--render-only"], place.variables(port: freePort(), ["ZK_HOSTS": servers]),
                in: TemporaryFolder())
            #expect(outcome.code == 0, "\(outcome)")
            #expect(outcome.errors.contains("starting as master"), "\(outcome)")
        }
    }

    @Test("an ensemble with a dead server works")
    func deadServer() async throws {
        let ensemble = try await ZooKeeperEnsemble.start()
        let dead = try await ensemble.follower()
        try await dead.kill()
        // More than one, because the order of the servers is drawn.
        for round in 0..<4 {
            let server = try Launched(.redis, zookeeper: ensemble.connectString, root: "/round-\(round)")
            try await eventually("it answers: \(server.process.text.suffix(500))") {
                try? await redis(server.port, "PING") == "PONG"
            }
            await server.stop()
        }
        try await ensemble.stop()
    }

    private func session(_ place: Place, _ digest: Digest?) async throws -> Session {
        var configuration = Session.Configuration(servers: try ConnectString(place.servers))
        configuration.digest = digest
        return try await Session.connect(configuration, within: .seconds(15))
    }

    private func code<Value>(_ body: () async throws -> Value) async -> ZooKeeperError.Code? {
        do {
            _ = try await body()
            return nil
        } catch {
            return (error as? ZooKeeperError)?.code
        }
    }
}
