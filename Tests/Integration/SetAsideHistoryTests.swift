import Fixtures
import FoundationEssentials
import Glibc
import Support
import Testing
import Throttle

/// What is set aside is of use to who wants it back, and what is of the master's history is not set aside.
@Suite(.inTurn) struct SetAsideHistoryTests {
    @Test(arguments: ["dump.rdb", "appendonlydir"])
    func a_plain_server_reads_what_was_set_aside(name: String) async throws {
        let keeping = ["--appendonly", name == "appendonlydir" ? "yes" : "no"]
        let settings = quickRedis + "appendonly \(keeping[1])\n"
        let folder = try TemporaryFolder("foreign")
        let foreign = try await RedisServer.start(keeping + ["--appendfsync", "always"], folder: folder)
        try await fill(foreign.port, keys: 3, prefix: "old")
        if name == "dump.rdb" { try await redis(foreign.port, "SAVE") }
        await foreign.stop()

        try await TestCluster.with { cluster in
            let master = try await cluster.redis(settings).ready()
            try await fill(master.port, keys: 20, prefix: "new")
            let server = try await cluster.redis(settings, folder: folder).ready().linked(to: master)
            let line = try #require(server.lines.first { $0.contains("set aside") })
            #expect(line.contains(" warning interrex redis: "))
            let aside = String(line[(line.firstRange(of: " as ")!.upperBound)...].prefix { $0 != ":" })
            #expect(line.contains("it is no part of the history of the master 127.0.0.1:\(master.port)"))
            #expect(aside.hasPrefix("\(folder.path)/\(name).aside-"))
            // YYYYMMDDThhmmssmmmZ
            let time = aside.dropFirst("\(folder.path)/\(name).aside-".count)
            #expect(time.count == 19 && time.hasPrefix("20") && time.hasSuffix("Z") && Array(time)[8] == "T")
            #expect(try await keys(of: aside, as: name, keeping) == ["old:1", "old:2", "old:3"])
            // The new stands beside it, under the old name.
            try await redis(server.port, "SAVE")
            #expect(try await keys(of: "\(folder.path)/\(name)", as: name, keeping).count == 20)
            #expect(try await redis(server.port, "DBSIZE") == "20")
        }
    }

    /// The master that it left is dead: its data is of the history that the promoted one had before.
    @Test func a_replica_that_returns_after_a_failover_keeps_its_data_too() async throws {
        try await TestCluster.with { cluster in
            let master = try await cluster.redis(quickRedis).ready()
            try await fill(master.port, keys: 100)
            let heir = try await cluster.redis(quickRedis).ready().linked(to: master)
            let replica = try await cluster.redis(quickRedis).ready().linked(to: master)
            let sentinels = try (0..<3).map { _ in try cluster.sentinel(quickSentinel) }
            try await sentinels.know(replicas: 2)
            try await stopSaving(replica)
            master.process.signal(SIGKILL)
            try await eventually("a failover", within: .seconds(30)) { await heir.role == "master" }
            for sentinel in sentinels {
                try await eventually("\(sentinel.port) names the new master") { await sentinel.named == heir.address }
            }
            let before = await heir.info("stats")
            let returned = try await cluster.redis(quickRedis, port: replica.port, folder: replica.folder).ready()
            try await returned.linked(to: heir)
            let after = await heir.info("stats")
            #expect(before["sync_partial_ok"] == "0" && after["sync_partial_ok"] == "1")
            #expect(before["sync_full"] == after["sync_full"])
            #expect(try await redis(returned.port, "DBSIZE") == "100")
            #expect(!entries(of: replica.folder.path).contains { $0.contains("aside") })
        }
    }

    /// The keys in a data file or folder, as a server finds them that starts on a copy.
    private func keys(of path: String, as name: String, _ keeping: [String]) async throws -> [String] {
        let folder = try TemporaryFolder("copy")
        try FileManager.default.copyItem(atPath: path, toPath: "\(folder.path)/\(name)")
        let server = try await RedisServer.start(keeping, folder: folder)
        let keys = try await redis(server.port, "KEYS", "*").split(separator: "\n").map(String.init).sorted()
        await server.stop()
        return keys
    }
}
