import Fixtures
import FoundationEssentials
import Glibc
import Support
import Testing
import Throttle

/// Data that a launcher finds in its folder, and that is not the master's.
@Suite(.inTurn) struct SetAsideTests {
    /// Snapshots only: a file that bears the replication id.
    private let snapshots = """
        appendonly no
        save 3600 1
        repl-diskless-sync-delay 0

        """

    @Test(arguments: ["dump.rdb", "appendonlydir"])
    func foreign_data_stands_beside_the_new(kind: String) async throws {
        let folder = try await foreignData(kind, key: "foreign")
        let before = try files(in: "\(folder.path)/\(kind)")
        try await TestCluster.with { cluster in
            let master = try await cluster.redis().ready()
            try await redis(master.port, "SET", "ours", "kept")
            let server = try await cluster.redis(folder: folder).linked(to: master)
            #expect(try await redis(server.port, "KEYS", "*") == "ours")
            let aside = entries(of: folder.path).filter { $0.hasPrefix("\(kind).aside-") }
            try #require(aside.count == 1)
            #expect(try files(in: "\(folder.path)/\(aside[0])") == before, "byte for byte")
            #expect(server.lines.contains { $0.contains("set aside") && $0.contains(aside[0]) })

            // Another life with other data: both copies are kept.
            try await server.isNoted()
            try await server.stopForGood()
            // Its server has been gone for a minute when somebody puts them there.
            try setTime(of: server.passportPath, to: Int64(time(nil)) * 1_000 - 60_000)
            let other = try await foreignData(kind, key: "other")
            try? FileManager.default.removeItem(atPath: "\(folder.path)/\(kind)")
            try FileManager.default.copyItem(atPath: "\(other.path)/\(kind)", toPath: "\(folder.path)/\(kind)")
            let again = try await cluster.redis(folder: folder).linked(to: master)
            let both = entries(of: folder.path).filter { $0.hasPrefix("\(kind).aside-") }.sorted()
            try #require(both.count == 2 && both[0] == aside[0])
            #expect(try files(in: "\(folder.path)/\(both[0])") == before)
            #expect(try files(in: "\(folder.path)/\(both[1])") == files(in: "\(other.path)/\(kind)"))
            #expect(try await redis(again.port, "KEYS", "*") == "ours")
        }
    }

    @Test func a_returning_replica_keeps_its_snapshot_and_copies_only_what_it_missed() async throws {
        try await TestCluster.with { cluster in
            let master = try await cluster.redis(snapshots).ready()
            let replica = try await cluster.redis(snapshots).linked(to: master)
            for number in 0..<100 { try await redis(master.port, "SET", "key-\(number)", "kept") }
            try await eventually("the replica has it all") { try await redis(replica.port, "DBSIZE") == "100" }
            await replica.stop()
            #expect(entries(of: replica.folder.path).contains("dump.rdb"))
            try await redis(master.port, "SET", "missed", "kept")

            let before = await master.info("stats")
            let returned = try await cluster.redis(snapshots, folder: replica.folder).linked(to: master)
            #expect(!entries(of: replica.folder.path).contains { $0.contains("aside") })
            #expect(try await redis(returned.port, "DBSIZE") == "101")
            let after = await master.info("stats")
            #expect(after["sync_full"] == before["sync_full"], "no full copy")
            #expect(after["sync_partial_ok"] != before["sync_partial_ok"], "a partial one")
            // It may be promoted again.
            try await eventually("it has its priority") {
                await returned.info("replication")["slave_priority"] == "100"
            }
        }
    }

    /// A folder with the data of a server of nobody's cluster: a snapshot, or an append-only folder.
    private func foreignData(_ kind: String, key: String) async throws -> TemporaryFolder {
        let folder = try TemporaryFolder("foreign")
        let extra = kind == "dump.rdb" ? ["--save", "3600 1000"] : ["--appendonly", "yes"]
        let server = try await RedisServer.start(extra, folder: folder)
        try await redis(server.port, "SET", key, String(repeating: "x", count: 1_000))
        if kind == "dump.rdb" { try await redis(server.port, "SAVE") }
        await server.stop()
        return folder
    }

    /// A file's bytes by its name, or those of all files in a folder.
    private func files(in path: String) throws -> [String: Data] {
        var isFolder = false
        guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
            throw TestFailure("no \(path)")
        }
        guard isFolder else { return ["": try Data(contentsOf: URL(filePath: path))] }
        return try entries(of: path).reduce(into: [:]) { $0[$1] = try Data(contentsOf: URL(filePath: "\(path)/\($1)")) }
    }
}
