import Fixtures
import Support
import Testing
import Throttle

/// `interrex doctor` where there are passwords: what it finds, and what it never shows.
@Suite(.inTurn) struct DoctorPasswordTests {
    private static let (ofRedis, ofSentinels) = ("swordfish-1", "swordfish-2")
    private let secrets = [
        "REDIS_PASSWORD": ofRedis, "SENTINEL_PASSWORD": ofSentinels, "ZK_AUTH": "ops:swordfish-3",
    ]
    private let patience = """
        sentinel down-after-milliseconds {{master_name}} 30000
        sentinel failover-timeout {{master_name}} 10000

        """

    @Test func findsWrongAndMixedPasswordsAndTellsNone() async throws {
        try await TestCluster.with(secrets) { cluster in
            let replica = try await whole(cluster)
            try await set("masterauth", "", replica)
            try await cluster.isSaid("masterauth", "fail", "has no masterauth", secrets)
            try await set("masterauth", "another-one", replica)
            try await cluster.isSaid("masterauth", "fail", "another masterauth", secrets)
            for arguments in [["--verbose"], ["--json"]] {
                let told = try await cluster.doctor(secrets, arguments)
                #expect(!(told.output + told.errors).contains("swordfish"))
                #expect(!(told.output + told.errors).contains("another-one"))
            }
            try await set("masterauth", Self.ofRedis, replica)
            try await set("requirepass", "", replica)
            try await cluster.isSaid("password-asked", "warn", "lets everybody in", secrets)
            try await set("requirepass", "another-one", replica, as: nil)
            try await cluster.isSaid("passwords", "fail", "REDIS_PASSWORD", secrets)
            try await set("requirepass", Self.ofRedis, replica, as: "another-one")
            try await cluster.isWell(secrets)
            try await cluster.isSaid(
                "passwords", "fail", "SENTINEL_PASSWORD", secrets.merging(["SENTINEL_PASSWORD": "swordfish-4"]) { $1 })
            try await cluster.isSaid(
                "zookeeper-user", "fail", "another user", secrets.merging(["ZK_AUTH": "ops:swordfish-5"]) { $1 })
        }
    }

    /// Three members and three sentinels, with which all is well. Returns a replica.
    private func whole(_ cluster: TestCluster) async throws -> Launched {
        let master = try cluster.redis()
        try await eventually("the master answers: \(master.process.text.suffix(500))") {
            try? await redis(master.port, "ROLE", password: Self.ofRedis).hasPrefix("master")
        }
        let replicas = try (0..<2).map { _ in try cluster.redis() }
        for replica in replicas {
            try await eventually("the replica is linked: \(replica.process.text.suffix(500))") {
                try? await redis(replica.port, "INFO", "replication", password: Self.ofRedis)
                    .contains("master_link_status:up")
            }
        }
        for _ in 0..<3 { _ = try cluster.sentinel(patience) }
        _ = try cluster.watcher()
        try await cluster.isWell(secrets)
        return replicas[0]
    }

    private func set(
        _ name: String, _ value: String, _ server: Launched, as password: String? = ofRedis
    ) async throws {
        let answer = try await redis(server.port, "CONFIG", "SET", name, value, password: password)
        guard answer == "OK" else { throw TestFailure("CONFIG SET \(name): \(answer)") }
    }
}
