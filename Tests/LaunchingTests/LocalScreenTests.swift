import Glibc
import Support
import Testing
import Throttle

/// What a person sees of `interrex local` on a terminal of 80x24, and what closing that does.
@Suite(.inTurn) struct LocalScreenTests {
    @Test(
        "up to \"Ctrl-C ends it all\" all is on one screen: who is what with PIDs, how to connect, what to try, where the logs are"
    )
    func oneScreen() async throws {
        let terminal = try Terminal()
        let local = try await Local([], on: terminal)
        _ = try await local.complete()
        try await eventually("the last line") { terminal.text.contains("Ctrl-C ends it all") }
        let lines = terminal.lines
        #expect(lines.count <= 24 && lines.allSatisfy { $0.count <= 80 }, "\(terminal.text)")
        let logs = "\(try local.cluster)/logs"
        #expect(terminal.text.contains("\(logs)/*.log"))
        let expected =
            (1...3).flatMap { ["redis-\($0).log", "sentinel-\($0).log"] } + ["watcher-1.log", "zookeeper.log"]
        #expect(names(in: logs) == expected.sorted())
        #expect(contents(of: "\(logs)/redis-1.log").contains("Ready to accept connections"))
        let master = try #require(lines.first { $0.hasPrefix("master ") }).split(separator: " ")
        #expect(terminal.text.contains("kill -9 \(master[2]) "))
        #expect(terminal.text.contains("redis-cli -p \(local.topology.masters[0])\n"))
        #expect(terminal.text.contains("Sentinel([(\"127.0.0.1\", \(local.topology.sentinels[0]))])"))
        // Nothing more while nothing happens, but the cluster turns.
        try await eventually("a whole look further") { try await redis(local.topology.masters[0], "DBSIZE") == "0" }
        #expect(terminal.lines == lines)
        try await local.end { terminal.type("\u{3}") }
    }

    @Test("a killed master is four lines: its end, who is master now and after how long, its return, the whole again")
    func killedMaster() async throws {
        let terminal = try Terminal()
        let local = try await Local([], on: terminal)
        let before = try await local.complete()
        let start = terminal.lines.count
        let pid = try await local.servers(at: before.masters)[0]
        kill(pid, SIGKILL)
        try await eventually("whole again: \(terminal.text)") {
            terminal.text.contains("back: 1 master")
        }
        let lines = terminal.lines.dropFirst(start - 1).filter { !$0.isEmpty }
        try #require(lines.count == 4, "\(lines)")
        #expect(
            lines.contains { $0.hasSuffix(" 127.0.0.1:\(before.masters[0]) (PID \(pid), master) ended by signal 9") })
        let success = /redis-\d 127.0.0.1:(\d+) \(PID (\d+)\) is master, after \d+\.\d+ s/
        let found = lines.compactMap { $0.wholeMatch(of: success)?.output }
        let successor = try #require(found.first)
        let (port, process) = (try #require(Int(successor.1)), try #require(Int32(successor.2)))
        #expect(before.replicas.contains(port))
        #expect(try await local.servers(at: [port]) == [process])
        #expect(lines.contains { $0.wholeMatch(of: /redis-\d started again: 127.0.0.1:\d+ \(PID \d+\)/) != nil })
        #expect(lines[3].hasPrefix("back: 1 master (PID \(process)), 2 replicas, 3 sentinels, after "), "\(lines)")
        #expect(terminal.text.contains("\u{1b}["))
        try await local.end(SIGTERM)
    }

    @Test("a closed terminal and SIGHUP end everything as Ctrl-C does", arguments: ["window", "no SIGHUP", "SIGHUP"])
    func closedTerminal(_ how: String) async throws {
        try await Place.with { place in
            let terminal = try Terminal()
            let local = try await Local(
                ["--redis", "2", "--sentinels", "1", "--zookeeper", place.servers], root: place.root, on: terminal,
                session: how == "window")
            _ = try await local.complete(redis: 2, sentinels: 1)
            try await local.end { if how == "SIGHUP" { local.process.signal(SIGHUP) } else { terminal.close() } }
            #expect(try await place.registered() == [])
        }
    }

    @Test("NO_COLOR and a terminal without colours are obeyed", arguments: [["NO_COLOR": "1"], ["TERM": "dumb"]])
    func noColour(_ variables: [String: String]) async throws {
        try await Place.with { place in
            let terminal = try Terminal()
            let local = try await Local(
                ["--redis", "1", "--sentinels", "0", "--watchers", "0", "--zookeeper", place.servers], root: place.root,
                variables, on: terminal)
            let topology = try await local.complete(redis: 1, sentinels: 0)
            try await local.killServer(at: topology.masters[0])
            try await eventually("its end is told") { terminal.text.contains("ended by signal 9") }
            #expect(!terminal.text.contains("\u{1b}"))
            try await local.end(SIGINT)
        }
    }

    @Test("a terminal that is held keeps nothing from ending")
    func heldTerminal() async throws {
        try await Place.with { place in
            let terminal = try Terminal()
            let local = try await Local(
                ["--redis", "1", "--sentinels", "0", "--watchers", "0", "--zookeeper", place.servers], root: place.root,
                on: terminal)
            let topology = try await local.complete(redis: 1, sentinels: 0)
            terminal.type("\u{13}")
            let server = try await local.servers(at: topology.masters)[0]
            kill(server, SIGKILL)
            try await eventually("it is started again") {
                local.children.contains { $0.program.contains("redis-") && $0.isRunning && $0.pid != server }
            }
            try await local.end(SIGTERM)
        }
    }

    @Test("a second Ctrl-C ends at once a server that does not hear the first")
    func secondSignal() async throws {
        try await Place.with { place in
            let (terminal, folder) = (try Terminal(), try TemporaryFolder("deaf"))
            let local = try await Local(
                ["--redis", "1", "--sentinels", "0", "--watchers", "0", "--zookeeper", place.servers], root: place.root,
                ["REDIS_SERVER": deafServer(folder)], on: terminal)
            try await eventually("it runs") { local.children.contains { $0.program.hasSuffix("/sleep") } }
            // Without the second one it is killed after 10 s.
            try await local.end(within: .seconds(9)) {
                terminal.type("\u{3}")
                // Two presses of a key: of two that come in one moment the kernel keeps one signal.
                usleep(100_000)
                terminal.type("\u{3}")
            }
        }
    }

    @Test(
        "where nobody could ever take over, that is said before \"everything is up\"",
        arguments: [
            (["--redis", "1", "--sentinels", "1"], "--redis 1"),
            (["--redis", "2", "--sentinels", "1"], "SENTINEL_QUORUM"),
        ] as [([String], String)])
    func noFailover(_ arguments: [String], _ reason: String) async throws {
        try await Place.with { place in
            let terminal = try Terminal()
            let local = try await Local(arguments + ["--zookeeper", place.servers], root: place.root, on: terminal)
            try await eventually("up: \(terminal.text)") {
                terminal.text.contains("Ctrl-C ends it all")
            }
            let lines = terminal.lines
            let said = try #require(
                lines.firstIndex { $0.hasPrefix("NO FAILOVER IS POSSIBLE: ") && $0.contains(reason) })
            let up = try #require(lines.firstIndex { $0.hasPrefix("everything is up, ") })
            #expect(said < up && lines[up].contains("no failover is possible") && lines.allSatisfy { $0.count <= 80 })
            try await local.end(SIGINT)
        }
    }

    @Test(
        "one that ends at once, again and again, shows the last lines of its log, is started less often, and the screen stays"
    )
    func endsAtOnce() async throws {
        try await Place.with { place in
            let terminal = try Terminal()
            let local = try await Local(
                ["--redis", "1", "--sentinels", "0", "--watchers", "0", "--zookeeper", place.servers], root: place.root,
                ["REDIS_CONF": "/no/such/file"], on: terminal)
            try await eventually("said: \(terminal.text)") {
                terminal.text.contains("4 times in a row; next try in 4.00 s")
            }
            let lines = terminal.lines
            #expect(lines.count <= 24 && lines.allSatisfy { $0.count <= 80 }, "\(terminal.text)")
            #expect(terminal.text.contains("ended with exit code 78") && terminal.text.contains("| "))
            #expect(terminal.text.contains("/no/such/file") && terminal.text.contains("REDIS_CONF"))
            try await local.end(SIGINT)
        }
    }
}

/// A "redis-server" that hears no SIGTERM.
private func deafServer(_ folder: TemporaryFolder) throws -> String {
    let path = "\(folder.path)/redis-server"
    let script = #"case "$1" in *.conf) trap '' TERM; exec sleep 60 ;; *) exec redis-server "$@" ;; esac"#
    try write("#!/bin/sh\n\(script)\n", to: path)
    chmod(path, 0o755)
    return path
}
