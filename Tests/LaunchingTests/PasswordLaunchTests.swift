import Support
import Testing
import Throttle
import ZooKeeper

/// To whom launchers tell passwords, and what they say of open doors.
@Suite(.inTurn) struct PasswordLaunchTests {
    private static let variables = [
        "REDIS_PASSWORD": "redis-4711", "SENTINEL_PASSWORD": "sentinels-4712", "MASTER_TIMEOUT": "1s",
    ]

    @Test(
        "a recorded master that no member's node registers is told nothing, nor what an identity or a holder names",
        arguments: [["redis"], ["redis", "--render-only"], ["sentinel"], ["sentinel", "--render-only"]])
    func unregistered(_ arguments: [String]) async throws {
        try await Place.with { place in
            let (recorded, identity, holder) = (try PasswordTrap(), try PasswordTrap(), try PasswordTrap())
            try await place.put("master", "127.0.0.1 \(recorded.port)")
            try await place.put("identities/0c0c0c0c-0d0d-4e0e-8f0f-101010101010", "127.0.0.1 \(identity.port)")
            try await place.put(
                "cluster", #"{"id":"abcdefgh","members":2,"holders":[{"at":"127.0.0.1:\#(holder.port)","e":1,"to":1}]}"#
            )
            let outcome = try await Outcome.of(
                arguments, place.variables(port: freePort(), Self.variables), in: TemporaryFolder())
            #expect(outcome.code == 75, "\(outcome)")
            #expect(outcome.errors.contains("nobody else is told a password"), "\(outcome)")
            #expect(recorded.heard.contains("INFO"))
            for trap in [recorded, identity, holder] {
                #expect(!trap.heard.contains("AUTH") && !trap.heard.contains("471"), "\(trap.heard)")
            }
        }
    }

    @Test("a sentinel that is registered never gets the servers' password, nor a member the sentinels'")
    func kinds() async throws {
        try await Place.with { place in
            let (member, sentinel) = (try PasswordTrap(), try PasswordTrap())
            try await place.put("master", "127.0.0.1 \(member.port)")
            try await place.put("members/m", Array("127.0.0.1 \(member.port)".utf8), .ephemeral)
            try await place.put("sentinels/0c0c0c0c-0d0d-4e0e-8f0f-101010101010", "127.0.0.1 \(sentinel.port)")
            for command in ["redis", "sentinel"] {
                _ = try await Outcome.of(
                    [command], place.variables(port: freePort(), Self.variables), in: TemporaryFolder())
            }
            #expect(member.heard.contains("redis-4711") && !member.heard.contains("sentinels-4712"))
            #expect(sentinel.heard.contains("sentinels-4712") && !sentinel.heard.contains("redis-4711"))
        }
    }

    @Test("passwords without ZK_AUTH, and no password on an address that others reach, are said once")
    func openDoors() async throws {
        try await Place.with { place in
            let (zookeeper, redisDoor) = ("ZK_AUTH is not set", "REDIS_PASSWORD is not set, and others reach")
            let sentinelDoor = "SENTINEL_PASSWORD is not set, and others reach"
            let everywhere = ["BIND_IP": "0.0.0.0", "ANNOUNCE_IP": "127.0.0.1"]
            let folder = try TemporaryFolder("users")
            try write("user bob on >x ~* +@all\n", to: "\(folder.path)/redis.conf")
            let bob = everywhere.merging(["REDIS_CONF": "\(folder.path)/redis.conf"]) { $1 }
            let cases: [(Launched.Kind, [String: String], [String])] = [
                (.redis, ["REDIS_PASSWORD": "4711"], [zookeeper]),
                (.redis, ["REDIS_PASSWORD": "4711", "ZK_AUTH": "a:b"], []),
                // Another user keeps nobody out.
                (.redis, everywhere, [redisDoor]), (.redis, bob, [redisDoor]), (.redis, [:], []),
                (.sentinel, everywhere, [sentinelDoor]), (.sentinel, ["SENTINEL_PASSWORD": "4712"], [zookeeper]),
            ]
            for (index, (kind, variables, lines)) in cases.enumerated() {
                let launched = try Launched(kind, zookeeper: place.servers, root: "\(place.root)-\(index)", variables)
                // A sentinel has nothing to wait for here: it has said it before it asks ZooKeeper.
                try await eventually("it is up, or waits: \(launched.process.text.suffix(500))") {
                    if kind == .sentinel { return launched.process.text.contains("waiting") }
                    return launched.process.text.contains("Ready to accept")
                }
                for line in [zookeeper, redisDoor, sentinelDoor] {
                    let count = launched.lines.count { $0.contains(line) }
                    #expect(count == (lines.contains(line) ? 1 : 0), "\(kind) \(variables): \(launched.lines)")
                }
                await launched.stop()
            }
        }
    }

    @Test("where somebody made the root beforehand, and it is open, it is 77 with what mends it")
    func openRoot() async throws {
        try await Place.with { place in
            try await place.put("members", "")
            for arguments in [["redis"], ["sentinel"], ["redis", "--render-only"], ["sentinel", "--render-only"]] {
                let outcome = try await Outcome.of(
                    arguments, place.variables(port: freePort(), ["ZK_AUTH": "interrex:sesame"]), in: TemporaryFolder())
                expectRefusal(
                    outcome, 77, place.root, "ZK_AUTH", "setAcl -R \(place.root) auth::cdrwa,world:anyone:r")
                #expect(!outcome.errors.contains("sesame"))
            }
        }
    }

    @Test("ZooKeeper that lets in nobody without a password is 77, and the line names ZK_AUTH")
    func enforced() async throws {
        let server = try await ZooKeeperServer.start(extra: [
            "enforce.auth.enabled=true", "enforce.auth.schemes=digest",
        ])
        for arguments in [["redis"], ["sentinel"], ["redis", "--render-only"]] {
            let variables = [
                "ZK_HOSTS": server.connectString, "BIND_IP": "127.0.0.1", "PORT0": "\(try freePort())",
                "MASTER_TIMEOUT": "1s",
            ]
            let outcome = try await Outcome.of(arguments, variables, in: TemporaryFolder())
            expectRefusal(outcome, 77, "set ZK_AUTH")
        }
        try await server.stop()
    }
}
