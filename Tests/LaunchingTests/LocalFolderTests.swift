import Glibc
import Support
import Testing
import Throttle

/// The folders of `interrex local`: each member keeps its own over restarts, and `--folder` keeps them all.
@Suite(.inTurn) struct LocalFolderTests {
    @Test("a folder that was named is kept, with everything in it")
    func keepsFolder() async throws {
        try await Place.with { place in
            let folder = try TemporaryFolder("kept")
            let local = try await Local(
                ["--redis", "1", "--sentinels", "1", "--zookeeper", place.servers, "--folder", "\(folder.path)/new"],
                root: place.root)
            let topology = try await local.complete(redis: 1, sentinels: 1)
            try await local.end(SIGTERM)
            #expect(names(in: "\(folder.path)/new") == ["logs", "redis-1", "sentinel-1", "watcher-1"])
            #expect(names(in: "\(folder.path)/new/logs") == ["redis-1.log", "sentinel-1.log", "watcher-1.log"])
            let files = names(in: "\(folder.path)/new/redis-1").filter { $0.hasSuffix(".conf") }
            #expect(files == ["redis-\(topology.masters[0]).conf"])
            #expect(names(in: folder.path) == ["new"])
        }
    }

    @Test("all three redis-servers killed at once come back with all keys, in their own folders")
    func outage() async throws {
        let local = try await Local([])
        let before = try await local.complete()
        for number in 0..<100 { #expect(try await redis(before.masters[0], "SET", "key-\(number)", "kept") == "OK") }
        for replica in before.replicas {
            try await eventually("the replica has all") { try await redis(replica, "DBSIZE") == "100" }
        }
        let folder = try local.cluster
        let folders = names(in: folder)
        let victims = try await local.servers(at: before.masters + before.replicas)
        for pid in victims { kill(pid, SIGKILL) }
        let after = try await eventually(
            "whole again: \(local.output) \(local.errors.suffix(2_000))", within: .seconds(90)
        ) {
            let now = local.topology
            let areNew = Set(now.masters + now.replicas).isDisjoint(with: before.servers)
            return areNew && now.isWhole(redis: 3, sentinels: 3) ? now : nil
        }
        for server in after.masters + after.replicas { #expect(try await redis(server, "DBSIZE") == "100") }
        #expect(names(in: folder) == folders)
        for number in 1...3 {
            // That of the last start only.
            #expect(names(in: "\(folder)/redis-\(number)").filter { $0.hasSuffix(".conf") }.count == 1)
        }
        #expect(!local.output.contains("ended with exit code"), "\(local.output)")
        try await local.end(SIGINT)
    }

    @Test("with --folder the next start has all keys again; no second one meanwhile")
    func folderTwice() async throws {
        let folder = try TemporaryFolder("kept")
        let arguments = ["--redis", "2", "--sentinels", "1", "--folder", folder.path]
        let first = try await Local(arguments)
        let topology = try await first.complete(redis: 2, sentinels: 1)
        for number in 0..<100 { #expect(try await redis(topology.masters[0], "SET", "key-\(number)", "kept") == "OK") }
        let refused = try await Outcome.of(["local"] + arguments, in: TemporaryFolder())
        expectRefusal(refused, 78, folder.path, "PID \(first.process.pid)", "--folder")
        try await first.end(SIGINT)

        let second = try await Local(arguments)
        let after = try await second.complete(redis: 2, sentinels: 1)
        // No lease of the first run was left: its session would have had to expire before.
        #expect(!second.errors.contains("127.0.0.1:\(topology.masters[0]) does not answer but holds its lease"))
        #expect(try await redis(after.masters[0], "DBSIZE") == "100")
        try await second.end(SIGTERM)
    }

    @Test("what a killed one has left running, where its guard was killed as well, keeps the folder")
    func abandonedFolder() async throws {
        try await Place.with { place in
            let folder = try TemporaryFolder("kept")
            let arguments = [
                "--redis", "1", "--sentinels", "0", "--watchers", "0", "--zookeeper", place.servers, "--folder",
                folder.path,
            ]
            let first = try await Local(arguments, root: place.root)
            let topology = try await first.complete(redis: 1, sentinels: 0)
            let server = try await first.servers(at: topology.masters)[0]
            try await first.killGuard()
            first.process.signal(SIGKILL)
            try await first.process.wait()
            let refused = try await Outcome.of(["local"] + arguments, in: TemporaryFolder())
            expectRefusal(refused, 78, "\(folder.path)/redis-1", "PID \(server)")
            kill(server, SIGKILL)
            let second = try await Local(arguments, root: place.root)
            _ = try await second.complete(redis: 1, sentinels: 0)
            try await second.end(SIGTERM)
        }
    }

    @Test("where it is killed itself, everything that it has started ends, and its temporary folder goes")
    func killed() async throws {
        let local = try await Local(["--redis", "2", "--sentinels", "1"])
        _ = try await local.complete(redis: 2, sentinels: 1)
        try await local.end(code: 128 + SIGKILL, gone: .seconds(20)) { local.process.signal(SIGKILL) }
    }

    @Test("a killed guard is no harm")
    func killedGuard() async throws {
        try await Place.with { place in
            let local = try await Local(
                ["--redis", "1", "--sentinels", "0", "--watchers", "0", "--zookeeper", place.servers], root: place.root)
            let topology = try await local.complete(redis: 1, sentinels: 0)
            try await local.killGuard()
            try await local.killServer(at: topology.masters[0])
            try await eventually("back: \(local.output)", within: .seconds(30)) {
                local.output.contains("back: 1 master")
            }
            try await local.end(SIGTERM)
        }
    }
}
