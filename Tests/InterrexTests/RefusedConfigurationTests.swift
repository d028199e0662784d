import Glibc
import Support
import Testing

/// Settings that only the real server finds wrong: its own exit code, and nobody has to wait for what it left (F69).
@Suite(.slots) struct RefusedConfigurationTests {
    @Test("F69: redis-server refuses the file: its own code, its node and lease gone, the claim free")
    func f69_redisServer() async throws {
        try await Place.with { place in
            let folder = try TemporaryFolder()
            try write("maxmemory nonsense\n", to: "\(folder.path)/mine.conf")
            let outcome = try await Outcome.of(
                ["redis"], place.variables(port: freePort(), ["REDIS_CONF": "\(folder.path)/mine.conf"]), in: folder)
            #expect(outcome.code == 1, "\(outcome)")
            #expect((outcome.errors + outcome.output).contains("FATAL CONFIG FILE ERROR"))
            try await eventually("its node goes at once", within: .seconds(3)) { try await place.registered() == [] }
            try await expectNoLease(place)
            try await expectTakeover(place)
        }
    }

    @Test("F69: a server that ends at once, whatever its code, gives its place back", arguments: [0, 3, 137])
    func f69_endsAtOnce(_ code: Int32) async throws {
        try await Place.with { place in
            let tools = try TemporaryFolder("tools")
            let script = "#!/bin/sh\n" + (code > 128 ? "kill -\(code - 128) $$\n" : "exit \(code)\n")
            try writeProgram(script, to: "\(tools.path)/server")
            let outcome = try await Outcome.of(
                ["redis"], place.variables(port: freePort(), ["REDIS_SERVER": "\(tools.path)/server"]),
                in: TemporaryFolder())
            #expect(outcome.code == code, "\(outcome)")
            try await eventually("its node goes at once", within: .seconds(3)) { try await place.registered() == [] }
            try await expectTakeover(place)
        }
    }

    @Test("F69: redis-sentinel refuses the file: its own code, never registered, its identity free")
    func f69_sentinel() async throws {
        try await Place.with { place in
            let master = try Launched(.redis, zookeeper: place.servers, root: place.root)
            try await eventually("the master answers") { try? await redis(master.port, "PING") == "PONG" }
            let folder = try TemporaryFolder()
            try write("sentinel nonsense mymaster 1\n", to: "\(folder.path)/mine.conf")
            let seen = Locked<Set<String>>([])
            let outcome = try await Outcome.of(
                ["sentinel"], place.variables(port: freePort(), ["SENTINEL_CONF": "\(folder.path)/mine.conf"]),
                in: folder)
            for name in try await place.children("sentinels") { seen.withLock { _ = $0.insert(name) } }
            #expect(outcome.code == 1, "\(outcome)")
            #expect((outcome.errors + outcome.output).contains("FATAL CONFIG FILE ERROR"))
            #expect(seen.value == [])
            try await eventually("the lock goes", within: .seconds(3)) { try await place.registered().count == 1 }
            // The next one takes that very identity instead of making another.
            let identities = try await place.children("identities")
            #expect(identities.count == 1)
            let next = try Launched(.sentinel, zookeeper: place.servers, root: place.root)
            try await eventually("the next registers: \(next.process.text.suffix(500))") {
                try await place.children("sentinels") == identities
            }
            await next.stop()
            await master.stop()
        }
    }
}

/// Writes a script that can be executed.
func writeProgram(_ text: String, to path: String) throws {
    try write(text, to: path)
    guard chmod(path, 0o755) == 0 else { throw TestFailure("\(path) can't be made executable") }
}
