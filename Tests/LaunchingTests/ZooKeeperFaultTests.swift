import Glibc
import Support
import Testing
import Throttle

/// A ZooKeeper that is down, frozen, silent or slow: bounded, clear, and tried again while it helps (F11, F13).
@Suite(.inTurn) struct ZooKeeperFaultTests {
    static let commands = ["redis", "sentinel"]

    @Test("F11: a ZooKeeper that is down: 69 once MASTER_TIMEOUT is over, and nothing started", arguments: commands)
    func f11_down(_ command: String) async throws {
        try await expectUnavailable(command, "127.0.0.1:\(freePort())")
    }

    @Test("F11: one that is silent: the same", arguments: commands)
    func f11_silent(_ command: String) async throws {
        let peer = try ScriptedPeer { $0.receiveToEnd() }
        try await expectUnavailable(command, "127.0.0.1:\(peer.port)")
    }

    @Test(
        "no ZooKeeper at all behind the port: the same",
        arguments: ["HTTP/1.1 400 Bad Request\r\n\r\n", "-ERR unknown\r\n", "\u{1}\u{2}"])
    func stranger(_ answer: String) async throws {
        let peer = try ScriptedPeer { peer in
            _ = peer.receive()
            peer.send(answer)
        }
        try await expectUnavailable("redis", "127.0.0.1:\(peer.port)")
    }

    @Test("frozen: the same; and thawed in time, it goes on", arguments: commands)
    func frozen(_ command: String) async throws {
        let server = try await ZooKeeperServer.start()
        server.freeze()
        try await expectUnavailable(command, server.connectString)
        let folder = try TemporaryFolder()
        let launch = try Stopping(
            [command], ["ZK_HOSTS": server.connectString, "BIND_IP": "127.0.0.1", "PORT0": "\(freePort())"],
            folder: folder)
        try await eventually("it has tried") {
            ProcessFiles(launch.process.pid).descriptors.values.contains { $0.hasPrefix("socket") }
        }
        server.thaw()
        try await eventually("it goes on: \(launch.process.text)") {
            launch.process.text.contains(command == "redis" ? "Ready to accept connections" : "waiting")
        }
        await launch.end()
        try await server.stop()
    }

    @Test("within a second it says what is wrong, then once a second", arguments: commands)
    func toldAtOnce(_ command: String) async throws {
        let port = try freePort()
        let peer = try ScriptedPeer { $0.receiveToEnd() }
        let launch = try Stopping(
            [command],
            [
                "ZK_HOSTS": "127.0.0.1:\(port),nowhere.invalid,127.0.0.1:\(peer.port)", "BIND_IP": "127.0.0.1",
                "PORT0": "\(freePort())",
            ])
        try await eventually("it says so: \(launch.process.text)") { launch.process.text.contains("waiting, ") }
        let line = try #require(launch.process.text.split(separator: "\n").first { $0.contains("waiting, ") })
        #expect(line.contains("s still: no session with ZooKeeper: "), "\(line)")
        // By its own clock, of a minute: how soon this machine lets it run is no part of it.
        let rest = line.firstMatch(of: /waiting, (\d+) s still/).flatMap { Int($0.1) }
        #expect(rest ?? 0 >= 58, "\(line)")
        for part in [
            "127.0.0.1:\(port) refuses connections", "nowhere.invalid:2181 can't be resolved (",
            "127.0.0.1:\(peer.port) accepts connections and gives no session",
        ] {
            #expect(line.contains(part), "\(line)")
        }
        try await launch.expectStop(SIGTERM)
    }

    @Test("F11: one that is down at first, and up in time: the launch goes on")
    func f11_upInTime() async throws {
        let server = try await ZooKeeperServer.start()
        try await server.kill()
        let launch = try Stopping(
            ["redis"],
            ["ZK_HOSTS": server.connectString, "BIND_IP": "127.0.0.1", "PORT0": "\(freePort())", "LOG_LEVEL": "debug"])
        try await launch.says("Connection refused")
        try await recovery {
            try await server.restart()
            try await launch.says("Ready to accept connections")
        }
        await launch.end()
        try await server.stop()
    }

    @Test(
        "silent in the middle of a launch: 69 within the limit, or the server where it came back",
        arguments: [true, false])
    func silentMidway(_ returns: Bool) async throws {
        try await Place.with { place in
            let proxy = try await TCPProxy(to: ZooKeeperServer.shared().port)
            proxy.goSilentAfterTransaction()
            let launch = try Stopping(
                ["redis"],
                place.variables(
                    port: freePort(),
                    [
                        "ZK_HOSTS": proxy.connectString, "ZK_SESSION_TIMEOUT": "2s",
                        "MASTER_TIMEOUT": returns ? "60s" : "4s",
                    ]))
            try await eventually("it is registered") { try await place.children("members").count == 1 }
            if returns {
                try await launch.says("trying again")
                proxy.speak()
                try await launch.says("Ready to accept connections")
                // One lease, its own: that of the first session went, or was taken for what it is.
                try await eventually("one member") { try await place.children("members").count == 1 }
                await launch.end()
            } else {
                let start = ContinuousClock.now
                let code = try await launch.process.wait(within: .seconds(20))
                #expect(code == 69, "\(launch.process.text)")
                #expect(ContinuousClock.now - start < .seconds(10))
                #expect(names(in: launch.folder.path) == [])
                proxy.close()
                try await eventually("the node goes with its session") { try await place.registered() == [] }
            }
        }
    }

    private func expectUnavailable(_ command: String, _ servers: String) async throws {
        let folder = try TemporaryFolder()
        let start = ContinuousClock.now
        let outcome = try await Outcome.of(
            [command],
            ["ZK_HOSTS": servers, "BIND_IP": "127.0.0.1", "PORT0": "\(freePort())", "MASTER_TIMEOUT": "1500ms"],
            in: folder)
        expectRefusal(outcome, 69, "ZooKeeper", "ZK_HOSTS", servers)
        let time = ContinuousClock.now - start
        // Its limit is 1.5 s; without one it would wait for a minute.
        #expect(time > .seconds(1.4) && time < .seconds(30), "\(time)")
        #expect(names(in: folder.path) == [])
    }
}
