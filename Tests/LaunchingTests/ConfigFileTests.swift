import Cluster
import Glibc
import Processes
import Support
import Testing
import Throttle

@testable import Launching

/// Writing a rendered file: there is always a whole one, and never a temporary one.
@Suite(.inTurn) struct ConfigFileTests {
    private func mode(_ path: String) -> mode_t {
        var info = stat()
        return stat(path, &info) == 0 ? info.st_mode & 0o7777 : 0
    }

    @Test("a new file is its owner's alone, whatever the mask")
    func newFile() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/redis.conf"
        try ConfigFile.write("port 1\nrequirepass ü\n", to: path)
        #expect(contents(of: path) == "port 1\nrequirepass ü\n")
        #expect(mode(path) == 0o600)
        #expect(names(in: folder.path) == ["redis.conf"])
    }

    @Test("an old file is replaced as a whole, and whoever reads it keeps what he has")
    func replaces() throws {
        let folder = try TemporaryFolder()
        let path = "\(folder.path)/redis.conf"
        try write(String(repeating: "old ", count: 1_000), to: path)
        chmod(path, 0o644)
        let reader = open(path, O_RDONLY | O_CLOEXEC)
        defer { close(reader) }
        try ConfigFile.write("new\n", to: path)
        #expect(contents(of: path) == "new\n" && mode(path) == 0o600)
        var chunk = [UInt8](repeating: 0, count: 8_192)
        #expect(read(reader, &chunk, chunk.count) == 4_000)
        #expect(names(in: folder.path) == ["redis.conf"])
    }

    @Test("a megabyte is written whole")
    func large() throws {
        let folder = try TemporaryFolder()
        let text = String(repeating: "0123456789abcde\n", count: 65_536)
        try ConfigFile.write(text, to: "\(folder.path)/f")
        #expect(contents(of: "\(folder.path)/f") == text)
    }

    @Test(
        "what a killed launcher left of its own files is gone with the next start, and nothing else is",
        arguments: ["redis", "sentinel"])
    func leftovers(_ command: String) async throws {
        let folder = try TemporaryFolder()
        let port = try freePort()
        let stem = "\(command)-\(port)"
        for name in ["\(stem).conf.aB3dE6", "\(stem).accepted.aB3dE6"] {
            try write("requirepass secret\n", to: "\(folder.path)/\(name)")
        }
        let others = [
            "\(stem).conf.aB3dE67", "\(stem).conf.aB3d.6", "\(stem).txt.aB3dE6", "\(command)-1\(port).conf.aB3dE6",
        ]
        for name in others { try write("x", to: "\(folder.path)/\(name)") }
        let outcome = try await Outcome.of(
            [command],
            [
                "BIND_IP": "127.0.0.1", "PORT0": "\(port)", "ZK_HOSTS": "127.0.0.1:\(freePort())",
                "MASTER_TIMEOUT": "100ms",
            ], in: folder)
        #expect(outcome.code == 69, "\(outcome)")
        #expect(names(in: folder.path) == others.sorted())
    }

    @Test("a folder that is missing, or a file that is a folder, is bad configuration")
    func wrongPlace() throws {
        let folder = try TemporaryFolder()
        mkdir("\(folder.path)/redis.conf", 0o700)
        for path in ["\(folder.path)/missing/redis.conf", "\(folder.path)/redis.conf"] {
            let failure = #expect(throws: Failure.self) { try ConfigFile.write("secret", to: path) }
            #expect(failure?.code == .badConfiguration)
            #expect(failure?.description.contains(path) == true && failure?.description.contains("secret") == false)
        }
        #expect(names(in: folder.path) == ["redis.conf"] && names(in: "\(folder.path)/redis.conf") == [])
    }

    /// Root writes in any folder but a read-only mount, so this runs in a mount namespace of its own.
    @Test(
        "F66: on a full disk, and in a folder that can't be written, the old file stays and nothing else is there",
        .enabled(if: Requirement.mounts.isMetOrDemanded, "needs root and mounts"),
        arguments: ["size=64k", "ro"])
    func f66_noRoom(_ option: String) async throws {
        try await Place.with { place in
            let folder = try TemporaryFolder()
            for name in ["data", "config"] { mkdir("\(folder.path)/\(name)", 0o700) }
            let port = try freePort()
            let (config, old) = ("\(folder.path)/config", "redis-\(port).conf")
            // Filled to the last page, but for one that another file gives back: enough to try a write, not for the
            // file.
            let script = """
                mount -t tmpfs -o size=64k none config && echo old > config/\(old)
                if [ \(option) = ro ]; then mount -o remount,ro config
                else dd if=/dev/zero of=config/fill bs=4k count=15 2>/dev/null; fi
                "$0" redis; code=$?
                ls -A config; cat config/\(old); exit $code
                """
            let settings = "\(folder.path)/redis.conf"
            try write((0..<400).map { "# a long line of comment number \($0)\n" }.joined(), to: settings)
            let variables = place.variables(
                port: port, ["DATA_DIR": "\(folder.path)/data", "CONFIG_DIR": config, "REDIS_CONF": settings])
            let outcome = try await Outcome.of(
                "unshare", ["--mount", "sh", "-c", script, interrexBinary()], variables, in: folder)
            #expect(outcome.code == 78 && outcome.errors.contains(config), "\(outcome)")
            let listed = option == "ro" ? [old] : ["fill", old]
            #expect(outcome.output.split(separator: "\n") == listed.map { Substring($0) } + ["old"], "\(outcome)")
            #expect(try await place.registered() == [])
        }
    }
}
