import Glibc
import Support
import Testing
import Throttle

/// What can't be started: its own exit code, and nothing of it left in ZooKeeper (F68, F69).
@Suite(.inTurn) struct ServerBinaryTests {
    static let commands = ["redis", "sentinel"]

    @Test("F69: a server that isn't there is 127, before ZooKeeper is touched", arguments: commands)
    func f69_missing(_ command: String) async throws {
        let folder = try TemporaryFolder()
        for (variable, value) in [
            ("REDIS_\(command == "redis" ? "SERVER" : "SENTINEL")", "no-such-program"), ("PATH", "/nowhere:"),
        ] {
            let outcome = try await Outcome.of(
                [command], ["BIND_IP": "127.0.0.1", "ZK_HOSTS": "127.0.0.1:\(freePort())", variable: value], in: folder)
            expectRefusal(outcome, 127, "isn't found", "REDIS_SE")
        }
        #expect(names(in: folder.path) == [])
    }

    @Test("F69: a file that can't be executed, or a folder, is 126", arguments: commands)
    func f69_notExecutable(_ command: String) async throws {
        let (folder, tools) = (try TemporaryFolder(), try TemporaryFolder("tools"))
        try write("#!/bin/sh\n", to: "\(tools.path)/plain")
        chmod("\(tools.path)/plain", 0o644)
        for path in ["\(tools.path)/plain", tools.path] {
            let outcome = try await Outcome.of(
                [command], ["BIND_IP": "127.0.0.1", "ZK_HOSTS": "127.0.0.1:\(freePort())", variable(command): path],
                in: folder)
            expectRefusal(outcome, 126, path)
        }
        #expect(names(in: folder.path) == [])
    }

    @Test("F69: what only exec can tell to be no program is 126 or 127, and the lease is gone", arguments: commands)
    func f69_noProgram(_ command: String) async throws {
        let tools = try TemporaryFolder("tools")
        try write("this is no program\n", to: "\(tools.path)/text")
        try write("#!/no/such/interpreter\n", to: "\(tools.path)/script")
        for (name, code) in [("text", 126), ("script", 127)] as [(String, Int32)] {
            chmod("\(tools.path)/\(name)", 0o755)
            try await Place.with { place in
                let master = try await RedisServer.start(["--proc-title-template", mark(place)])
                if command == "sentinel" { try await place.put("master", "127.0.0.1 \(master.port)") }
                let folder = try TemporaryFolder()
                let outcome = try await Outcome.of(
                    [command], place.variables(port: freePort(), [variable(command): "\(tools.path)/\(name)"]),
                    in: folder)
                #expect(outcome.code == code, "\(outcome)")
                #expect(
                    outcome.lines.filter { $0.contains(" error ") }.count == 1 && outcome.lines.count <= 2, "\(outcome)"
                )
                #expect(outcome.errors.contains("\(tools.path)/\(name)"))
                #expect(try await place.registered() == [])
                try await expectNoLease(place)
                if command == "redis" { try await expectTakeover(place) }
                await master.stop()
            }
        }
    }

    @Test("F68: a port in use is 78, before ZooKeeper is touched", arguments: commands)
    func f68_portInUse(_ command: String) async throws {
        let other = try await RedisServer.start()
        let folder = try TemporaryFolder()
        let outcome = try await Outcome.of(
            [command], ["BIND_IP": "127.0.0.1", "PORT0": "\(other.port)", "ZK_HOSTS": "127.0.0.1:\(freePort())"],
            in: folder)
        expectRefusal(outcome, 78, "\(other.port)", "in use", "PORT0")
        #expect(names(in: folder.path) == [])
        await other.stop()
    }

    @Test("F68: a port that is taken between the check and the exec: the server's own code, and the claim is released")
    func f68_portTakenLate() async throws {
        try await Place.with { place in
            let (port, tools) = (try freePort(), try TemporaryFolder("tools"))
            // Listens itself, and then becomes the server.
            let script = """
                #!/usr/bin/python3
                import os, socket, sys
                taken = socket.socket()
                taken.bind(("127.0.0.1", \(port)))
                taken.listen()
                taken.set_inheritable(True)
                os.execvp("redis-server", ["redis-server"] + sys.argv[1:])
                """
            try writeProgram(script, to: "\(tools.path)/server")
            let outcome = try await Outcome.of(
                ["redis"], place.variables(port: port, ["REDIS_SERVER": "\(tools.path)/server"]), in: TemporaryFolder())
            #expect(outcome.code == 1, "\(outcome)")
            #expect((outcome.errors + outcome.output).contains("Address already in use"), "\(outcome)")
            try await eventually("its node goes at once", within: .seconds(3)) { try await place.registered() == [] }
            try await expectNoLease(place)
            try await expectTakeover(place)
        }
    }

    @Test("an address of another machine is 78, and names the variables")
    func foreignAddress() async throws {
        let folder = try TemporaryFolder()
        let outcome = try await Outcome.of(["redis"], ["BIND_IP": "192.0.2.1", "ZK_HOSTS": "127.0.0.1:1"], in: folder)
        expectRefusal(outcome, 78, "192.0.2.1", "BIND_IP")
    }

    private func variable(_ command: String) -> String { command == "redis" ? "REDIS_SERVER" : "REDIS_SENTINEL" }
}

/// A lease is known by its environment: the launcher's.
func expectNoLease(_ place: Place) async throws {
    try await eventually("no process of \(place.root) is left", within: .seconds(3)) {
        ProcessFiles.all(withVariables: ["ZK_ROOT=\(place.root)"]).allSatisfy { !$0.isRunning }
    }
}

/// A claim whose maker failed must not stand in the way of the next launcher.
func expectTakeover(_ place: Place) async throws {
    // Empty, it waits for half of the limit for somebody with data; 6 s are the least.
    let next = try Launched(.redis, zookeeper: place.servers, root: place.root, ["MASTER_TIMEOUT": "12s"])
    try await eventually("the next launcher is master: \(next.process.text.suffix(600))", within: .seconds(30)) {
        try? await redis(next.port, "ROLE").hasPrefix("master")
    }
    #expect(try await place.text("master") == "127.0.0.1 \(next.port)")
    await next.stop()
}
