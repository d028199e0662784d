import Glibc
import Support
import Testing
import Throttle

/// Stopped at the worst moments: registered, and not yet the server.
@Suite(.inTurn) struct StopRegisteredTests {
    @Test("F70: registered, the reply still on its way: the node goes with the launcher", arguments: [SIGTERM, SIGINT])
    func f70_slowReply(_ number: Int32) async throws {
        try await Place.with { place in
            let proxy = try await TCPProxy(to: ZooKeeperServer.shared().port)
            // Long enough for a busy machine to see the node and to send the signal before the reply is there.
            proxy.hold(replies: .seconds(2))
            let launch = try Stopping(["redis"], place.variables(port: freePort(), ["ZK_HOSTS": proxy.connectString]))
            try await eventually("it is registered") { try await place.children("members").count == 1 }
            try await launch.expectStop(number)
            try await eventually("its node goes") { try await place.registered() == [] }
            // The claim isn't taken back: the next launcher takes it over. A delete would reset the version.
            #expect(try await place.text("master").hasPrefix("127.0.0.1 "))
        }
    }

    @Test(
        "F70: registered, and ZooKeeper is silent from then on: still gone in a second",
        arguments: ["redis", "sentinel"])
    func f70_silenced(_ command: String) async throws {
        try await Place.with { place in
            let proxy = try await TCPProxy(to: ZooKeeperServer.shared().port)
            let master = try await RedisServer.start(["--proc-title-template", mark(place)])
            if command == "sentinel" { try await place.put("master", "127.0.0.1 \(master.port)") }
            // From the very transaction on: nothing is left to how soon a busy machine sees the node.
            proxy.goSilentAfterTransaction()
            let launch = try Stopping(
                [command],
                place.variables(port: freePort(), ["ZK_HOSTS": proxy.connectString, "ZK_SESSION_TIMEOUT": "2s"]))
            try await eventually("it is registered") { try await place.registered().isEmpty == false }
            try await launch.expectStop(SIGTERM)
            proxy.close()
            // Nobody could tell ZooKeeper: the session's timeout does.
            try await eventually("its node goes") { try await place.registered() == [] }
            await master.stop()
        }
    }

    @Test("F70: whenever the signal comes, within a launch, nothing of it stays", arguments: ["redis", "sentinel"])
    func f70_sweep(_ command: String) async throws {
        try await Place.with { place in
            let master = try await RedisServer.start(["--proc-title-template", mark(place)])
            for step in 0..<40 {
                // A root of its own each time for a first claim; a master to monitor for a sentinel.
                let folder = try TemporaryFolder()
                let root = "\(place.root)/\(step)"
                if command == "sentinel" {
                    try await place.put("\(step)/master", "127.0.0.1 \(master.port)")
                    _ = try await redis(
                        master.port, "CONFIG", "SET", "proc-title-template",
                        "{title} {listen-addr} {server-mode} \(root) mymaster -")
                }
                let launch = try Stopping(
                    [command], place.variables(port: freePort(), ["ZK_ROOT": root]), folder: folder)
                // The very thing that is varied: the moment of the signal.
                try await Task.sleep(for: .milliseconds(3 * step))
                kill(launch.process.pid, step.isMultiple(of: 2) ? SIGTERM : SIGINT)
                let code = try await end(launch.process)
                #expect([0, 128 + SIGTERM, 128 + SIGINT].contains(code), "\(step): \(launch.process.text)")
                try await eventually(
                    "nothing stays registered at step \(step): \(launch.process.text)", within: .seconds(3)
                ) {
                    // The step's own root: all forty take a busy ZooKeeper longer than the limit.
                    try await place.registered(below: "\(step)") == []
                }
                let expected = [[], ["\(command)-\(launchPort(folder)).conf"]]
                let left = names(in: folder.path).filter {
                    !["appendonlydir", "dump.rdb", "interrex.passport"].contains($0) && !$0.hasSuffix(".accepted")
                }
                #expect(expected.contains(left), "step \(step) left \(left)")
                try await eventually("no lease stays at step \(step)", within: .seconds(3)) {
                    ProcessFiles.all(withVariables: ["ZK_ROOT=\(root)"]).isEmpty
                }
            }
            await master.stop()
        }
    }

    /// Waits for the end. A real server may forget a signal that comes in its first milliseconds: with its handlers in
    /// place, it goes on (seen with redis-server 7.0.15, in about one of 400 starts). To such a one it is sent again; a
    /// launcher must not need it.
    private func end(_ process: ChildProcess) async throws -> Int32 {
        do { return try await process.wait(within: .seconds(2)) } catch {
            let name = contents(of: "/proc/\(process.pid)/comm")
            guard name.hasPrefix("redis-") else { throw TestFailure("\(name) goes on: \(process.text)") }
            kill(process.pid, SIGTERM)
            return try await process.wait(within: .seconds(5))
        }
    }

    /// The port in the name of the file that it may have rendered.
    private func launchPort(_ folder: TemporaryFolder) -> String {
        let file = names(in: folder.path).first { $0.hasSuffix(".conf") } ?? ""
        return String(file.dropLast(5).split(separator: "-").last ?? "")
    }
}
