import Support
import Testing
import Throttle

/// Folders that can't take a file: refused with 78, the old file whole, nothing half written, no node (F66, F67).
@Suite(.inTurn, .enabled(if: Requirement.mounts.isMetOrDemanded, "needs mounts of its own (root)"))
struct FolderTests {
    @Test(
        "F67: a read-only folder is refused before ZooKeeper is touched", arguments: ["redis", "sentinel"],
        ["DATA_DIR", "CONFIG_DIR"])
    func f67_readOnly(_ command: String, _ variable: String) async throws {
        let outcome = try await launch(
            command, "mount -t tmpfs none m && mount -o remount,ro m",
            [variable: "m", "ZK_HOSTS": "127.0.0.1:\(freePort())"])
        expectRefusal(outcome, 78, "Read-only", variable)
    }

    @Test(
        "F66: a full folder is refused before ZooKeeper is touched", arguments: ["redis", "sentinel"],
        ["DATA_DIR", "CONFIG_DIR"])
    func f66_full(_ command: String, _ variable: String) async throws {
        let outcome = try await launch(
            command, "mount -t tmpfs -o size=8k none m && \(fill)",
            [variable: "m", "ZK_HOSTS": "127.0.0.1:\(freePort())"],
            after: "rm m/fill && ls -A m | grep -v accepted")
        expectRefusal(outcome, 78, "No space left")
    }

    @Test(
        "F66: full exactly while rendering: the old file stays whole, no half file, the claim is given back",
        arguments: ["redis", "sentinel"])
    func f66_fullWhileRendering(_ command: String) async throws {
        try await Place.with { place in
            let master = try await RedisServer.start(["--proc-title-template", mark(place)])
            if command == "sentinel" { try await place.put("master", "127.0.0.1 \(master.port)") }
            let port = try freePort()
            let old = "\(command)-\(port).conf"
            // One page is free: enough to see that the folder can be written, too little for the file.
            let settings = try TemporaryFolder("settings")
            try write(String(repeating: "# a long comment\n", count: 400), to: "\(settings.path)/mine.conf")
            let more = [
                "CONFIG_DIR": "m", command == "redis" ? "REDIS_CONF" : "SENTINEL_CONF": "\(settings.path)/mine.conf",
            ]
            let outcome = try await launch(
                command,
                "mount -t tmpfs -o size=16k none m && echo old >m/\(old) && \(fill); truncate -s -4096 m/fill",
                place.variables(port: port, more), after: "cat m/\(old); ls -A m | grep -v accepted")
            #expect(outcome.code == 78, "\(outcome)")
            #expect(outcome.lines.count == 1 && outcome.errors.contains("No space left"), "\(outcome)")
            #expect(outcome.output == "old\nfill\n\(old)\n")
            #expect(try await place.registered() == [])
            try await expectNoLease(place)
            if command == "redis" { try await expectTakeover(place) }
            await master.stop()
        }
    }

    @Test(
        "F67: a file that is mounted by itself can't be replaced: refused, and the file untouched",
        arguments: ["redis", "sentinel"])
    func f67_singleFile(_ command: String) async throws {
        try await Place.with { place in
            let master = try await RedisServer.start(["--proc-title-template", mark(place)])
            if command == "sentinel" { try await place.put("master", "127.0.0.1 \(master.port)") }
            let port = try freePort()
            let file = "m/\(command)-\(port).conf"
            let outcome = try await launch(
                command, "echo old >source && touch \(file) && mount --bind source \(file)",
                place.variables(port: port, ["CONFIG_DIR": "m"]), after: "cat \(file); ls -A m | grep -v accepted")
            #expect(outcome.code == 78, "\(outcome)")
            #expect(outcome.lines.count == 1 && outcome.errors.contains("\(file) can't be written"), "\(outcome)")
            #expect(outcome.output == "old\n\(command)-\(port).conf\n")
            #expect(try await place.registered() == [])
            try await expectNoLease(place)
            await master.stop()
        }
    }

    @Test(
        "F67: started as another user, a folder of root's is refused",
        .enabled(if: Requirement.redisUser.isMetOrDemanded, "needs the user redis"), arguments: ["redis", "sentinel"])
    func f67_othersFolder(_ command: String) async throws {
        let outcome = try await launch(
            command, "chmod 755 . m", ["CONFIG_DIR": "m", "DATA_DIR": "/tmp", "ZK_HOSTS": "127.0.0.1:\(freePort())"],
            as: "setpriv --reuid=redis --regid=redis --clear-groups")
        expectRefusal(outcome, 78, "Permission denied", "CONFIG_DIR")
    }

    /// Fills the folder `m` to its last byte.
    private let fill = "{ head -c 1M /dev/zero >m/fill 2>/dev/null || true; }"

    /// Prepares a folder `m` in a mount namespace, launches there, and runs `after` in it.
    private func launch(
        _ command: String, _ prepare: String, _ variables: [String: String], after: String = "true",
        as user: String = ""
    ) async throws -> Outcome {
        let folder = try TemporaryFolder()
        try makeFolder("\(folder.path)/m")
        let script =
            "set -e; \(prepare); set +e; \(user) \(try interrexBinary()) \(command); code=$?; \(after); exit $code"
        let base = ["BIND_IP": "127.0.0.1", "PORT0": "\(try freePort())"]
        return try await Outcome.of(
            "unshare", ["--mount", "sh", "-c", script], base.merging(variables) { $1 }, in: folder)
    }
}
