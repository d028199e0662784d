import Cluster
import Glibc
import Runtime
import Support
import Testing
import Throttle

/// A launcher whose data no redis-server would load: it never becomes a master, and loses nothing.
@Suite(.inTurn) struct UnloadableDataTests {
    /// A folder whose only data is an RDB file that lost its end.
    private func damagedFolder() async throws -> TemporaryFolder {
        let folder = try TemporaryFolder("redis")
        try writeBytes(Array(try await MadeData.shared.value.rdb.dropLast(3)), to: "\(folder.path)/dump.rdb")
        return folder
    }

    private func variables(_ place: Place, _ port: Int, _ more: [String: String] = [:]) throws -> [String: String] {
        place.variables(port: port, ["MASTER_TIMEOUT": "20s"].merging(more) { $1 })
    }

    @Test("as the recorded master, alone: 78, one line, and ZooKeeper untouched", arguments: [false, true])
    func recorded(renderOnly: Bool) async throws {
        try await Place.with { place in
            let folder = try await damagedFolder()
            let port = try freePort()
            try await place.put("master", "127.0.0.1 \(port)")
            try await place.put("cluster", #"{"id":"0c0c0c0c","members":1}"#)
            let before = try await place.tree()
            let outcome = try await Outcome.of(
                ["redis"] + (renderOnly ? ["--render-only"] : []) + ["--", "--appendonly", "no"],
                try variables(place, port), in: folder)
            expectRefusal(outcome, 78, "dump.rdb is cut off", "redis-check-rdb")
            #expect(try await place.tree() == before)
            #expect(names(in: folder.path) == ["dump.rdb"])
        }
    }

    @Test("as the first of a cluster it claims nothing, and leaves no candidate")
    func first() async throws {
        try await Place.with { place in
            let folder = try await damagedFolder()
            let outcome = try await Outcome.of(
                ["redis", "--", "--appendonly", "no"], try variables(place, freePort(), ["ZK_SESSION_TIMEOUT": "4s"]),
                in: folder)
            #expect(outcome.code == 78, "\(outcome)")
            #expect(outcome.lines.last?.contains("dump.rdb is cut off") == true, "\(outcome)")
            // It stood as a candidate for a while, and said why it might come to nothing.
            let warnings = outcome.lines.filter { $0.contains(" warning ") && $0.contains("no master can start") }
            #expect(warnings.count == 1, "\(outcome)")
            #expect(try await place.registered().isEmpty)
            #expect(try await place.tree()["\(place.root)/master"] == nil)
            #expect(names(in: folder.path) == ["dump.rdb"])
        }
    }

    @Test("a snapshot beside the shipped appendonly yes is not overwritten by an empty master")
    func ignoredSnapshot() async throws {
        try await Place.with { place in
            let folder = try TemporaryFolder("redis")
            try writeBytes(try await MadeData.shared.value.rdb, to: "\(folder.path)/dump.rdb")
            let port = try freePort()
            try await place.put("master", "127.0.0.1 \(port)")
            let outcome = try await Outcome.of(["redis"], try variables(place, port), in: folder)
            expectRefusal(outcome, 78, "dump.rdb holds data", "CONFIG SET appendonly yes")
            // The way out that the line names.
            let keys = try await keysLoaded(in: folder, ["--appendonly", "no"])
            #expect(keys == 3)
        }
    }

    @Test("following a master it is put aside, though the file bore the master's history", arguments: [true, false])
    func followed(isEmptied: Bool) async throws {
        try await Place.with { place in
            let settings = try TemporaryFolder("settings")
            try Support.write(
                "appendonly no\nsave \"\"\nrepl-diskless-sync-delay 0\n", to: "\(settings.path)/redis.conf")
            let more = ["REDIS_CONF": "\(settings.path)/redis.conf"]
            let master = try Launched(.redis, zookeeper: place.servers, root: place.root, more)
            try await eventually("the master answers") { try? await redis(master.port, "PING") == "PONG" }
            try await redis(master.port, "SET", "key", "value")
            let replica = try Launched(.redis, zookeeper: place.servers, root: place.root, more)
            try await linked(replica)
            try await redis(replica.port, "SAVE")
            let path = "\(replica.folder.path)/dump.rdb"
            await replica.stop()
            var info = stat()
            #expect(stat(path, &info) == 0 && truncate(path, isEmptied ? 0 : info.st_size - 3) == 0)
            let cut = readBytes(path)
            #expect(cut.isEmpty == isEmptied)
            // Neither would it be loaded, nor is it lost.
            try makeFolder("\(replica.folder.path)/appendonlydir")
            try Support.write("", to: "\(replica.folder.path)/appendonlydir/notes")

            let returned = try Launched(
                .redis, zookeeper: place.servers, root: place.root, folder: replica.folder, more)
            try await linked(returned)
            #expect(try await redis(returned.port, "GET", "key") == "value")
            let aside = names(in: replica.folder.path).filter {
                $0.contains(".aside-") && !$0.hasPrefix("interrex.")
            }
            try #require(aside.count == 2 && aside[1].hasPrefix("dump.rdb"), "\(aside)")
            #expect(readBytes("\(replica.folder.path)/\(aside[1])") == cut)
            #expect(returned.lines.filter { $0.contains("no master can start") }.count == 1)
            await returned.stop()
            await master.stop()
        }
    }

    private func linked(_ replica: Launched) async throws {
        try await eventually("the replica is linked: \(replica.lines)") {
            (try? await redis(replica.port, "INFO", "replication").contains("master_link_status:up")) == true
        }
    }

    private func readBytes(_ path: String) -> [UInt8] { readFile(path) ?? [] }
}
