import Glibc
import Support
import Testing
import Throttle

/// As a container's first process, for which the kernel drops every signal of default action (F70, F71).
@Suite(
    .inTurn, .enabled(if: Requirement.processNamespace.isMetOrDemanded, "needs a process namespace (root)")
) struct PidOneTests {
    @Test("F71: PID 1 stops while ZooKeeper refuses", arguments: StopSignalTests.cases)
    func f71_connecting(_ number: Int32, _ command: String) async throws {
        let launch = try await PidOne(
            [command],
            [
                "ZK_HOSTS": "127.0.0.1:\(freePort())", "BIND_IP": "127.0.0.1", "PORT0": "\(freePort())",
                "LOG_LEVEL": "debug",
            ])
        try await launch.outer.says("Connection refused")
        try await launch.outer.expectStop(number, to: launch.pid)
    }

    @Test("F71: PID 1 stops while it waits for a master", arguments: [SIGTERM, SIGINT])
    func f71_waiting(_ number: Int32) async throws {
        try await Place.with { place in
            let launch = try await PidOne(["sentinel"], place.variables(port: freePort()))
            try await launch.outer.says("waiting")
            try await launch.outer.expectStop(number, to: launch.pid)
        }
    }

    @Test("F71: PID 1 stops while registered and not yet the server")
    func f71_registered() async throws {
        try await Place.with { place in
            let proxy = try await TCPProxy(to: ZooKeeperServer.shared().port)
            proxy.hold(replies: .milliseconds(300))
            let launch = try await PidOne(
                ["redis"], place.variables(port: freePort(), ["ZK_HOSTS": proxy.connectString]))
            try await eventually("it is registered") { try await place.children("members").count == 1 }
            try await launch.outer.expectStop(SIGTERM, to: launch.pid)
            try await eventually("its node goes", within: .seconds(2)) { try await place.registered() == [] }
        }
    }

    @Test("F71: the server itself is PID 1, and a signal ends it as it should", arguments: [SIGTERM, SIGINT])
    func f71_server(_ number: Int32) async throws {
        try await Place.with { place in
            let port = try freePort()
            let launch = try await PidOne(["redis"], place.variables(port: port))
            try await eventually("it answers: \(launch.outer.process.text)") {
                try? await redis(port, "PING") == "PONG"
            }
            #expect(!ProcessFiles(launch.pid).program.contains("interrex"))
            #expect(ProcessFiles(launch.pid)["NSpid"].hasSuffix(" 1"))
            kill(launch.pid, number)
            #expect(try await launch.outer.process.wait(within: .seconds(10)) == 0)
            // The lease died with PID 1, so the session's timeout takes the node.
            try await eventually("the node goes", within: .seconds(15)) { try await place.registered() == [] }
        }
    }

    @Test("F71: at PID 1 the status of whatever ends is passed on, a refusal's and a server's own")
    func f71_status() async throws {
        try await Place.with { place in
            let tools = try TemporaryFolder("tools")
            try writeProgram("#!/bin/sh\nexit 3\n", to: "\(tools.path)/server")
            let ends: [([String: String], Int32)] = [
                (["PORT0": "x"], 78), (["REDIS_SERVER": "\(tools.path)/server"], 3),
            ]
            for (more, code) in ends {
                let outcome = try await Outcome.of(
                    "unshare", ["--pid", "--fork", "--mount-proc", interrexBinary(), "redis"],
                    place.variables(port: freePort(), more), in: TemporaryFolder())
                #expect(outcome.code == code, "\(outcome)")
            }
        }
    }

    @Test(
        "F71: PID 1 stops while a name server is silent",
        .enabled(if: Requirement.mounts.isMetOrDemanded, "needs mounts of its own (root)"),
        arguments: ["ANNOUNCE_IP", "ZK_HOSTS"], [SIGTERM, SIGINT])
    func f71_nameServer(_ variable: String, _ number: Int32) async throws {
        let server = try SilentNameServer()
        let folder = try TemporaryFolder()
        let settings = try TemporaryFolder("names")
        try write("nameserver \(server.address)\noptions timeout:20 attempts:1\n", to: "\(settings.path)/resolv.conf")
        try write("hosts: dns\n", to: "\(settings.path)/nsswitch.conf")
        let script = """
            mount --bind \(settings.path)/resolv.conf /etc/resolv.conf &&
            mount --bind \(settings.path)/nsswitch.conf /etc/nsswitch.conf && exec "$0" redis
            """
        let variables = ["BIND_IP": "127.0.0.1", "PORT0": "\(try freePort())", "ZK_HOSTS": "127.0.0.1:1"]
            .merging([variable: "some-name.example"]) { $1 }
        let outer = try Stopping(
            ["--mount", "--pid", "--fork", "--mount-proc", "sh", "-c", script, interrexBinary()], variables,
            by: "unshare",
            folder: folder)
        try await eventually("it asks for the name: \(outer.process.text)") { server.wasAsked }
        if variable == "ANNOUNCE_IP" { try await outer.says("no name server has answered") }
        let pid = try #require(ProcessFiles(outer.process.pid).children.first)
        try await outer.expectStop(number, to: pid)
    }
}

/// A launcher in a process namespace of its own.
private struct PidOne {
    let outer: Stopping
    /// Its process id as seen from here.
    let pid: Int32

    init(_ arguments: [String], _ variables: [String: String]) async throws {
        outer = try Stopping(
            ["--pid", "--fork", "--mount-proc", interrexBinary()] + arguments, variables, by: "unshare")
        let unshare = ProcessFiles(outer.process.pid)
        pid = try await eventually("the namespace has its first process") {
            unshare.children.first.flatMap { ProcessFiles($0).program.contains("interrex") ? $0 : nil }
        }
    }
}
