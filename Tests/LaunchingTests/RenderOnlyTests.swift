import Glibc
import Support
import Testing
import Throttle
import ZooKeeper

/// `--render-only` shows the very file that a launch would use, and why, and writes nothing anywhere.
@Suite(.inTurn) struct RenderOnlyTests {
    @Test("a first claim: the file is the launch's, but for the cluster's random id")
    func claim() async throws {
        try await expectSame("redis") { _ in }
    }

    @Test("a replica, without data and with it", arguments: [false, true])
    func replica(_ holdsData: Bool) async throws {
        try await Place.with { place in
            let master = try Launched(
                .redis, zookeeper: place.servers, root: place.root, ["MIN_REPLICAS_TO_WRITE": "1"])
            try await eventually("the master answers") { try? await redis(master.port, "PING") == "PONG" }
            // Its lease writes that down once, and nothing more while nothing is written.
            try await eventually("what it holds is written down") {
                try await place.text("cluster").contains(#""holds":"#)
            }
            let folder = try TemporaryFolder()
            if holdsData { try writeBytes(Array("REDIS0010 with something".utf8), to: "\(folder.path)/dump.rdb") }
            let outcome = try await expectSame("redis", at: place, in: folder)
            #expect(outcome.errors.contains("replica of 127.0.0.1:\(master.port) (rule 4a"))
            #expect(outcome.output.contains("\nreplicaof 127.0.0.1 \(master.port)\n"))
            #expect(outcome.output.contains("\nreplica-priority 0\n"))
            await master.stop()
        }
    }

    @Test("a sentinel, with the seeds and the identity that it would get")
    func sentinel() async throws {
        try await Place.with { place in
            let servers = try (0..<2).map { _ in try Launched(.redis, zookeeper: place.servers, root: place.root) }
            try await eventually("a replica is linked") {
                for server in servers {
                    guard let info = try? await redis(server.port, "INFO", "replication") else { return false }
                    if info.contains("master_link_status:up") { return true }
                }
                return false
            }
            try await eventually("what they hold is written down") {
                let text = try await place.text("cluster")
                return text.contains(#""holds":"#) && text.contains(#""members":2"#)
            }
            // An identity that a dead sentinel left.
            try await place.put("identities/0c0c0c0c-0d0d-4e0e-8f0f-101010101010", "127.0.0.1 \(try freePort())")
            let outcome = try await expectSame("sentinel", at: place, in: TemporaryFolder())
            #expect(outcome.output.contains("\nsentinel myid 0c0c0c0c0d0d4e0e8f0f10101010101000000000\n"))
            #expect(outcome.output.contains("\nsentinel known-replica mymaster 127.0.0.1 "))
            #expect(outcome.errors.contains("monitor 127.0.0.1:"))
            for server in servers { await server.stop() }
        }
    }

    @Test("a chroot or root that is missing stays missing")
    func missingChroot() async throws {
        try await Place.with { place in
            for chroot in [place.root, "\(place.root)/deep"] {
                let outcome = try await Outcome.of(
                    ["redis", "--render-only"], place.variables(port: freePort(), ["ZK_HOSTS": place.servers + chroot]),
                    in: TemporaryFolder())
                #expect(outcome.code == 0, "\(outcome)")
            }
            let sentinel = try await Outcome.of(
                ["sentinel", "--render-only"],
                place.variables(port: freePort(), ["ZK_HOSTS": place.servers + place.root, "MASTER_TIMEOUT": "300ms"]),
                in: TemporaryFolder())
            #expect(sentinel.code == 75, "\(sentinel)")
            #expect(try await place.tree().isEmpty)
        }
    }

    @Test("a cold start can't be shown: 75, the reason, and no candidate")
    func coldStart() async throws {
        try await Place.with { place in
            try await place.put("cluster", #"{"id":"0c0c0c0c","members":2}"#)
            let before = try await place.tree()
            let outcome = try await Outcome.of(
                ["redis", "--render-only"], place.variables(port: freePort()), in: TemporaryFolder())
            expectRefusal(outcome, 75, "cold start")
            #expect(try await place.tree() == before)
        }
    }

    private func expectSame(_ command: String, _ prepare: (Place) async throws -> Void) async throws {
        try await Place.with { place in
            try await prepare(place)
            let outcome = try await expectSame(command, at: place, in: TemporaryFolder())
            #expect(outcome.errors.contains("starting as master"))
        }
    }

    /// Previews, sees that nothing has changed, launches in the same place, and compares.
    @discardableResult
    private func expectSame(_ command: String, at place: Place, in folder: TemporaryFolder) async throws -> Outcome {
        // Settles what the running servers' leases and sentinels still do.
        let tools = try TemporaryFolder("tools")
        try writeProgram(
            """
            #!/bin/sh
            case "$1" in /proc/*) exec \(command == "redis" ? "redis-server" : "redis-sentinel") "$@";; esac
            cat "$1"

            """, to: "\(tools.path)/cat")
        let variables = place.variables(
            port: try freePort(),
            [
                command == "redis" ? "REDIS_SERVER" : "REDIS_SENTINEL": "\(tools.path)/cat", "REDIS_PASSWORD": "",
                "ZK_SESSION_TIMEOUT": "5s",
            ])
        let before = (try await place.tree(), names(in: folder.path))
        let preview = try await Outcome.of([command, "--render-only", "--show-secrets"], variables, in: folder)
        #expect(preview.code == 0, "\(preview)")
        #expect(preview.lines.count == 1 && preview.errors.contains("notice"), "\(preview)")
        #expect(try await place.tree() == before.0)
        #expect(names(in: folder.path) == before.1)
        #expect(access("\(folder.path)/interrex.lock", F_OK) != 0, "the folder isn't locked for a look")
        let real = try await Outcome.of([command], variables, in: folder)
        #expect(real.code == 0, "\(real)")
        #expect(!real.output.isEmpty)
        #expect(withoutRandom(preview.output) == withoutRandom(real.output))
        return preview
    }

    /// Without the last word of the mark, the cluster's id.
    private func withoutRandom(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false)
            .map {
                $0.hasPrefix("proc-title-template")
                    ? $0.split(separator: " ").dropLast().joined(separator: " ") : String($0)
            }
            .joined(separator: "\n")
    }
}
