import Cluster
import Rendering
import Support
import Testing
import Throttle

/// Passwords with odd characters work, come from files, and are shown nowhere (F62, F80).
@Suite(.inTurn) struct SecretTests {
    static let odd = [
        "back\\slash\\", "grüße🔑", "{{password}}", "{{/master}}", "$HOME`id`$(id)", "%s%n", "\\x00\\n", "-", "<hidden>",
        String(repeating: "x", count: 16_384),
    ]

    @Test("the rule of what Sentinel keeps is one and the same for all programs", arguments: 0...UInt8(0x7F))
    func sameRule(_ byte: UInt8) {
        let value = "a\(UnicodeScalar(byte))é"
        #expect(survivesSentinelRewrite(value) == RedisQuoting.survivesSentinelRewrite(value))
    }

    @Test("F62: an odd password is the real server's, exactly", arguments: odd)
    func f62_onARealServer(_ password: String) async throws {
        try await Place.with { place in
            let master = try Launched(.redis, zookeeper: place.servers, root: place.root, ["REDIS_PASSWORD": password])
            try await eventually("it lets the password in: \(master.process.text.suffix(500))") {
                try? await redis(master.port, "PING", password: password) == "PONG"
            }
            #expect(try await redis(master.port, "PING").hasPrefix("-NOAUTH"))
            #expect(
                try await redis(master.port, "CONFIG", "GET", "masterauth", password: password)
                    == "masterauth\n\(password)")
            // It is registered with it, and a second server can log in to the first.
            let replica = try Launched(.redis, zookeeper: place.servers, root: place.root, ["REDIS_PASSWORD": password])
            try await eventually("the replica is linked: \(replica.process.text.suffix(500))") {
                try? await redis(replica.port, "INFO", "replication", password: password).contains(
                    "master_link_status:up")
            }
            for server in [master, replica] {
                #expect(!server.lines.joined().contains(password) || password == "-")
                #expect(!contents(of: "/proc/\(server.process.pid)/cmdline").contains(password) || password == "-")
                for lease in server.children { #expect(contents(of: "/proc/\(lease)/cmdline") == "interrex\0lease\0") }
                await server.stop()
            }
        }
    }

    @Test(
        "F62: what Sentinel's rewrite would lose is refused by every program, before anything is written",
        arguments: ["redis", "sentinel"], ["REDIS_PASSWORD", "SENTINEL_PASSWORD"])
    func f62_refusedForSentinel(_ command: String, _ variable: String) async throws {
        try await Place.with { place in
            for password in [
                "two words", "qu\"ote", "it's", "#hash", "tab\tbed", " leading", "trailing ", "delete\u{7f}",
            ] {
                let folder = try TemporaryFolder()
                let outcome = try await Outcome.of(
                    [command], place.variables(port: freePort(), [variable: password]), in: folder)
                expectRefusal(outcome, 78, variable, "Sentinel", "rewrite")
                #expect(!outcome.errors.contains(password))
                #expect(names(in: folder.path) == [])
            }
            #expect(try await place.tree().isEmpty)
        }
    }
}
