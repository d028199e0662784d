import Glibc
import Runtime
import Support
import Testing
import Throttle
import ZooKeeper

/// SIGTERM and SIGINT end every stage before exec within a second, and nothing stays (promise 9, F70).
@Suite(.inTurn) struct StopSignalTests {
    static let cases = [SIGTERM, SIGINT].flatMap { number in ["redis", "sentinel"].map { (number, $0) } }

    @Test("F70: while ZooKeeper refuses", arguments: cases)
    func f70_refused(_ number: Int32, _ command: String) async throws {
        let launch = try Stopping(
            [command],
            [
                "ZK_HOSTS": "127.0.0.1:\(freePort())", "BIND_IP": "127.0.0.1", "PORT0": "\(freePort())",
                "LOG_LEVEL": "debug",
            ])
        // libzookeeper's own complaint: it has tried.
        try await launch.says("Connection refused")
        try await launch.expectStop(number)
    }

    @Test("F70: while ZooKeeper is silent", arguments: cases)
    func f70_silent(_ number: Int32, _ command: String) async throws {
        let greeted = Protected(false)
        let peer = try ScriptedPeer { peer in
            if !peer.receive().isEmpty { greeted.withLock { $0 = true } }
            peer.receiveToEnd()
        }
        let launch = try Stopping(
            [command], ["ZK_HOSTS": "127.0.0.1:\(peer.port)", "BIND_IP": "127.0.0.1", "PORT0": "\(freePort())"])
        try await eventually("it has greeted") { greeted.value }
        try await launch.expectStop(number)
    }

    @Test("F70: while a sentinel waits for a first master", arguments: [SIGTERM, SIGINT])
    func f70_waiting(_ number: Int32) async throws {
        try await Place.with { place in
            let launch = try Stopping(["sentinel"], place.variables(port: freePort()))
            try await launch.says("waiting")
            try await launch.expectStop(number)
            #expect(try await place.registered() == [])
        }
    }

    @Test("F70: while somebody else's Redis has the recorded address", arguments: cases)
    func f70_waitingForTheLimit(_ number: Int32, _ command: String) async throws {
        try await Place.with { place in
            let other = try await RedisServer.start()
            try await place.put("master", "127.0.0.1 \(other.port)")
            let before = try await place.tree()
            let launch = try Stopping([command], place.variables(port: freePort()))
            try await launch.says("waiting")
            try await launch.expectStop(number)
            #expect(try await place.tree() == before)
            await other.stop()
        }
    }

    @Test("F70: while it stands in a cold start", arguments: [SIGTERM, SIGINT])
    func f70_standing(_ number: Int32) async throws {
        try await Place.with { place in
            // A cluster of which nothing else is left, and somebody who stands before us.
            try await place.put("cluster", #"{"id":"0c0c0c0c","members":2}"#)
            let lower = #"{"address":"127.0.0.1 1","freshness":{"holds_data":false}}"#
            try await place.put("candidates/n-", Array(lower.utf8), .ephemeralSequential)
            let launch = try Stopping(["redis"], place.variables(port: freePort()))
            try await eventually("it stands: \(launch.process.text)") {
                try await place.children("candidates").count == 2
            }
            try await launch.expectStop(number)
            // Its own node goes with its session, also where a busy ZooKeeper does not hear its goodbye in time.
            try await eventually("only the other stands") {
                try await place.children("candidates") == ["n-0000000000"]
            }
            #expect(try await place.children("members") == [])
            #expect(try await place.session.exists("\(place.root)/master") == nil)
        }
    }

    @Test("F70: while a sentinel waits for an identity", arguments: [SIGTERM, SIGINT])
    func f70_choosing(_ number: Int32) async throws {
        try await Place.with { place in
            let master = try await RedisServer.start(["--proc-title-template", mark(place)])
            try await place.put("master", "127.0.0.1 \(master.port)")
            // A sentinel's lease whose server is gone already.
            let (id, address) = ("0c0c0c0c-0d0d-4e0e-8f0f-101010101010", try "127.0.0.1 \(freePort())")
            try await place.put("identities/\(id)", address)
            try await place.put("identities/\(id)/lock", [], .ephemeral)
            try await place.put("sentinels/\(id)", Array(address.utf8), .ephemeral)
            let launch = try Stopping(["sentinel"], place.variables(port: freePort()))
            try await launch.says("its node is about to go")
            try await launch.expectStop(number)
            #expect(try await place.children("identities") == [id])
            await master.stop()
        }
    }

    @Test(
        "F72: launched with the signal blocked, or ignored, it stops all the same",
        arguments: ["--block-signal", "--ignore-signal"])
    func f72_blocked(_ how: String) async throws {
        try await Place.with { place in
            for (name, number) in [("TERM", SIGTERM), ("INT", SIGINT)] {
                let launch = try Stopping(
                    ["\(how)=\(name)", interrexBinary(), "sentinel"], place.variables(port: freePort()), by: "env")
                try await launch.says("waiting")
                try await launch.expectStop(number)
            }
        }
    }
}
