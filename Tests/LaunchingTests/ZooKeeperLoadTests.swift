import Support
import Testing
import Throttle

/// Many launchers on a slow server, and more connections from one address than it takes (F03, F13).
@Suite(.inTurn, .taking(4)) struct ZooKeeperLoadTests {
    @Test("F13: each of ZooKeeper's replies three seconds late: 20 launchers all end up right, later")
    func f13_slow() async throws {
        try await Place.with { place in
            let proxy = try await TCPProxy(to: ZooKeeperServer.shared().port)
            proxy.hold(replies: .seconds(3))
            try await launchAll(
                20, place, ["ZK_HOSTS": proxy.connectString, "ZK_SESSION_TIMEOUT": "10s"], within: .seconds(120))
        }
    }

    @Test("F03: a ZooKeeper that takes few connections of an address: the late launchers try again, and get in")
    func f03_fewConnections() async throws {
        // Of twelve launchers four get in at once; a lease keeps its connection, so four more must come free.
        let server = try await ZooKeeperServer.start(maxClientConnections: 5)
        try await Place.with(server.connectString) { place in
            let first = try await started(4, place, [:])
            let late = try (0..<2).map { _ in
                try Launched(.redis, zookeeper: place.servers, root: place.root, ["LOG_LEVEL": "debug"])
            }
            // They are refused for now, and don't end for it.
            try await eventually("the late ones have tried") {
                late.allSatisfy { $0.process.text.contains(" debug ") }
            }
            #expect(
                late.allSatisfy {
                    $0.process.exitCode == nil && ProcessFiles($0.process.pid).program.hasSuffix("/interrex")
                })
            #expect(try await place.children("members").count == 4)
            for server in first.suffix(2) { await server.stop() }
            for server in late {
                try await eventually("a late one answers: \(server.process.text.suffix(600))", within: .seconds(40)) {
                    try? await redis(server.port, "PING") == "PONG"
                }
            }
            for server in first.prefix(2) + late { await server.stop() }
        }
        try await server.stop()
    }

    @Test("F03: a ZooKeeper that takes no more connections at all: 69 within the limit")
    func f03_noConnection() async throws {
        let server = try await ZooKeeperServer.start(maxClientConnections: 1)
        try await Place.with(server.connectString) { place in
            let outcome = try await Outcome.of(
                ["redis"], place.variables(port: freePort(), ["MASTER_TIMEOUT": "2s"]), in: TemporaryFolder())
            expectRefusal(outcome, 69, "ZooKeeper")
            #expect(try await place.tree().isEmpty)
        }
        try await server.stop()
    }

    private func launchAll(_ count: Int, _ place: Place, _ variables: [String: String], within limit: Duration)
        async throws
    {
        let servers = try await started(count, place, variables, within: limit)
        var masters: [Int] = []
        for server in servers where try await redis(server.port, "ROLE").hasPrefix("master") {
            masters.append(server.port)
        }
        #expect(masters.count == 1)
        #expect(try await place.text("master") == "127.0.0.1 \(masters[0])")
        for server in servers where server.port != masters[0] {
            try await eventually("a replica is linked: \(server.lines)", within: .seconds(30)) {
                let info = try await redis(server.port, "INFO", "replication").split(whereSeparator: \.isNewline)
                return info.contains("master_port:\(masters[0])") && info.contains("master_link_status:up")
            }
        }
        #expect(try await place.children("members").count == count)
        for server in servers { await server.stop() }
    }

    private func started(
        _ count: Int, _ place: Place, _ variables: [String: String], within limit: Duration = .seconds(40)
    ) async throws -> [Launched] {
        let servers = try (0..<count).map { _ in
            try Launched(.redis, zookeeper: place.servers, root: place.root, variables)
        }
        for server in servers {
            try await eventually("it answers: \(server.process.text.suffix(600))", within: limit) {
                try? await redis(server.port, "PING") == "PONG"
            }
        }
        return servers
    }
}
