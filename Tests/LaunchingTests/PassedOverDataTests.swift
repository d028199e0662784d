import Cluster
import Glibc
import Runtime
import Support
import Testing
import Throttle

/// A launcher whose server would load the older of two files: it never becomes a master by it, and loses nothing.
@Suite(.inTurn) struct PassedOverDataTests {
    @Test("a log switched on at run time is newer than the RDB file that the settings load: 78, and both ways on go on")
    func switchedOn() async throws {
        try await Place.with { place in
            let server = try await RedisServer.start()
            try await addKeys(100, to: server.port)
            try await redis(server.port, "SAVE")
            try await redis(server.port, "CONFIG", "SET", "appendonly", "yes")
            try await rewritten(server)
            try await addKeys(900, to: server.port, prefix: "later")
            await server.stop()
            let (folder, port) = (server.folder, try freePort())
            try setTime(of: "\(folder.path)/dump.rdb", to: currentTime - 60_000)
            try await place.put("master", "127.0.0.1 \(port)")
            let variables = place.variables(port: port, ["DATA_DIR": folder.path, "MASTER_TIMEOUT": "20s"])
            let outcome = try await Outcome.of(["redis", "--", "--appendonly", "no"], variables, in: TemporaryFolder())
            expectRefusal(
                outcome, 78, "appendonlydir (written ", "newer than dump.rdb", "set appendonly yes", "move it away")
            #expect(try await place.registered().isEmpty)

            let other = try Launched(.redis, zookeeper: place.servers, root: place.root, port: port, folder: folder)
            try await answer(other)
            #expect(try await redis(port, "DBSIZE") == "1000")
            await other.stop()
        }
    }

    @Test("a backup copied beside an old log: 78, and the way out that the line names keeps every key")
    func copiedBackup() async throws {
        try await Place.with { place in
            let old = try await RedisServer.start(["--appendonly", "yes"])
            try await addKeys(10, to: old.port)
            await old.stop()
            let backup = try await RedisServer.start()
            try await addKeys(1_000, to: backup.port)
            try await redis(backup.port, "SAVE")
            await backup.stop()
            let (folder, port) = (old.folder, try freePort())
            try writeBytes(readFile("\(backup.folder.path)/dump.rdb") ?? [], to: "\(folder.path)/dump.rdb")
            try setTime(of: "\(folder.path)/dump.rdb", to: currentTime + 1_000)
            try await place.put("master", "127.0.0.1 \(port)")
            let variables = place.variables(port: port, ["DATA_DIR": folder.path, "MASTER_TIMEOUT": "20s"])
            let outcome = try await Outcome.of(["redis"], variables, in: TemporaryFolder())
            expectRefusal(outcome, 78, "dump.rdb (", "newer than the log appendonlydir", "CONFIG SET appendonly yes")

            let server = try Launched(
                .redis, zookeeper: place.servers, root: place.root, port: port, folder: folder,
                ["MASTER_TIMEOUT": "20s"],
                arguments: ["--", "--appendonly", "no"])
            try await answer(server)
            #expect(try await redis(port, "DBSIZE") == "1000")
            try await redis(port, "CONFIG", "SET", "appendonly", "yes")
            try await eventually("the log is written anew") {
                try await redis(port, "INFO", "persistence").contains("aof_rewrite_in_progress:0")
            }
            try await eventually("the passport knows of the log") {
                contents(of: "\(folder.path)/interrex.passport").contains(#""persistence":"aof""#)
            }
            await server.stop()
            let again = try Launched(.redis, zookeeper: place.servers, root: place.root, port: port, folder: folder)
            try await answer(again)
            #expect(try await redis(port, "DBSIZE") == "1000")
            await again.stop()
        }
    }

    @Test("a snapshot beside an idle log is the normal case, and starts")
    func hourlySnapshot() async throws {
        try await Place.with { place in
            let server = try await RedisServer.start(["--appendonly", "yes"])
            try await addKeys(100, to: server.port)
            try await redis(server.port, "SAVE")
            await server.stop()
            let (folder, port) = (server.folder, try freePort())
            for name in names(in: "\(folder.path)/appendonlydir") {
                try setTime(of: "\(folder.path)/appendonlydir/\(name)", to: currentTime - 3_600_000)
            }
            try await place.put("master", "127.0.0.1 \(port)")
            let again = try Launched(.redis, zookeeper: place.servers, root: place.root, port: port, folder: folder)
            try await answer(again)
            #expect(try await redis(port, "DBSIZE") == "100")
            await again.stop()
        }
    }

    private func answer(_ server: Launched) async throws {
        try await eventually("the server answers: \(server.lines)", within: .seconds(20)) {
            if server.process.exitCode != nil { throw TestFailure("it ended: \(server.process.text)") }
            return try? await redis(server.port, "PING") == "PONG"
        }
    }

    private func rewritten(_ server: RedisServer) async throws {
        try await eventually("the log is begun") {
            let info = try await redis(server.port, "INFO", "persistence")
            return info.contains("aof_enabled:1") && info.contains("aof_rewrite_in_progress:0")
                && info.contains("aof_rewrite_scheduled:0")
        }
    }
}
