import FoundationEssentials
import Glibc
import Support
import Testing
import Throttle

/// `interrex local`: a whole cluster on this machine, and nothing of it afterwards.
@Suite(.inTurn) struct LocalTests {
    @Test("with its own ZooKeeper it comes up whole, and a SET through the named master reaches the replicas")
    func comesUp() async throws {
        let local = try await Local(["--redis", "3", "--sentinels", "3"])
        let topology = try await local.complete()
        #expect(topology.masters.count == 1 && topology.replicas.count == 2 && topology.sentinels.count == 3)
        #expect(local.output.contains("redis-cli -p \(topology.masters[0])\n"))
        #expect(
            local.output.contains("redis-cli -p \(topology.sentinels[0]) SENTINEL GET-MASTER-ADDR-BY-NAME mymaster\n"))
        let named = try await redis(topology.sentinels[0], "SENTINEL", "GET-MASTER-ADDR-BY-NAME", "mymaster")
        #expect(named == "127.0.0.1\n\(topology.masters[0])")
        #expect(try await get("/master", from: local.watcher).body == "127.0.0.1 \(topology.masters[0])\n")
        #expect(try await redis(topology.masters[0], "SET", "key", "value") == "OK")
        for replica in topology.replicas {
            try await eventually("the replica has it") { try await redis(replica, "GET", "key") == "value" }
        }
        // Every line of a process stands under its name.
        #expect(local.errors.contains("redis-1     | ") && local.errors.contains("sentinel-3  | "))
        try await local.end(SIGINT)
    }

    @Test("in JSON, what the processes say is objects as well, whatever it is")
    func json() async throws {
        try await Place.with { place in
            let local = try await Local(
                ["--redis", "1", "--sentinels", "0", "--watchers", "0", "--zookeeper", place.servers], root: place.root,
                ["LOG_FORMAT": "json"])
            _ = try await local.complete(redis: 1, sentinels: 0)
            struct Line: Decodable { var time, level, source, message: String, process: String? }
            let lines = try local.errors.split(separator: "\n").map {
                try JSONDecoder().decode(Line.self, from: Data($0.utf8))
            }
            #expect(lines.contains { $0.process == "redis-1" && $0.message.contains("Server initialized") })
            #expect(lines.contains { $0.process == "redis-1" && $0.message.contains("starting as master") })
            #expect(lines.allSatisfy { $0.source == "interrex local" && $0.level == "info" })
            try await local.end(SIGTERM)
        }
    }

    @Test("a killed server comes back on another port and is linked again")
    func restarts() async throws {
        try await Place.with { place in
            let local = try await Local(
                ["--redis", "3", "--sentinels", "3", "--zookeeper", place.servers], root: place.root)
            let before = try await local.complete()
            for victim in [before.replicas[0], before.masters[0]] {
                // A replica that no sentinel has found yet when its master dies is found by none.
                let now = local.topology
                for sentinel in now.sentinels {
                    try await eventually("sentinel \(sentinel) knows the replicas") {
                        let known = try await redis(sentinel, "SENTINEL", "REPLICAS", "mymaster")
                        return now.replicas.allSatisfy { known.contains("127.0.0.1:\($0)\n") }
                    }
                }
                try await local.killServer(at: victim)
                let after = try await eventually("whole again without \(victim): \(local.output)", within: .seconds(90))
                {
                    let now = local.topology
                    return now.isWhole(redis: 3, sentinels: 3) && !now.servers.contains(victim) ? now : nil
                }
                try await eventually("ZooKeeper and the watcher name the new master") {
                    let name = "127.0.0.1 \(after.masters[0])"
                    let said = try await get("/master", from: local.watcher).body
                    let recorded = try await place.text("master")
                    return recorded == name && said == "\(name)\n"
                }
                for replica in after.replicas {
                    let info = try await redis(replica, "INFO", "replication")
                    #expect(
                        info.contains("master_link_status:up") && info.contains("master_port:\(after.masters[0])\r\n"))
                }
            }
            #expect(local.output.contains("ended by signal 9\n") && local.output.contains("started again: "))
            try await local.end(SIGTERM)
        }
    }

    @Test("a killed watcher comes back, and it is said where; so does its own ZooKeeper, and all find it again")
    func watcherAndZooKeeperComeBack() async throws {
        let local = try await Local(["--redis", "2", "--sentinels", "1"])
        let topology = try await local.complete(redis: 2, sentinels: 1)
        let first = try local.watcher
        local.killAll { $0.program.hasSuffix("/interrex-watcher") }
        try await eventually("the new port is said: \(local.output)") {
            // Between the two there is none.
            local.topology.watchers.first.map { $0 != first } ?? false
        }
        let watcher = try local.watcher
        try await eventually("it is ready: \(local.errors)") {
            (try? await get("/readyz", from: watcher))?.code == 200
        }
        local.killAll { $0.program.contains("java") }
        try await eventually("its end is told") {
            local.output.contains(/zookeeper 127.0.0.1:\d+ \(PID \d+\) ended by signal 9\n/)
        }
        try await eventually("the watcher finds it again: \(local.errors)") {
            (try? await get("/readyz", from: watcher))?.code == 200
        }
        let last = try local.watcher
        #expect(local.topology.servers == topology.servers && last == watcher)
        try await local.end(SIGINT)
    }

    @Test("a given ZooKeeper is used, and left as it was but for the records")
    func givenZooKeeper() async throws {
        try await Place.with { place in
            let local = try await Local(
                ["--redis", "1", "--sentinels", "1", "--zookeeper", place.servers], root: place.root)
            let topology = try await local.complete(redis: 1, sentinels: 1)
            #expect(try await place.text("master") == "127.0.0.1 \(topology.masters[0])")
            #expect(try await place.children("sentinels").count == 1)
            #expect(local.output.contains("  ZK_HOSTS=\(place.servers) ZK_ROOT=\(place.root) "))
            #expect(!local.errors.contains("zookeeper ") && !local.output.contains("zookeeper.log"))
            try await local.end(SIGINT)
            #expect(try await place.registered() == [])
        }
    }

    @Test("without restarts a killed server stays away")
    func noRestart() async throws {
        try await Place.with { place in
            let local = try await Local(
                ["--redis", "2", "--sentinels", "0", "--no-restart", "--zookeeper", place.servers], root: place.root)
            let topology = try await local.complete(redis: 2, sentinels: 0)
            try await local.killServer(at: topology.replicas[0])
            try await eventually("its end is told") { local.output.contains("replica) ended by signal 9\n") }
            try await eventually("the topology shows it") {
                local.topology.masters == topology.masters && local.topology.replicas.isEmpty
            }
            try await local.end(SIGINT)
        }
    }

    @Test("a signal ends it at any stage", arguments: [SIGINT, SIGTERM])
    func earlySignal(_ signal: Int32) async throws {
        // Nobody is there: it waits for ZooKeeper.
        let waiting = try await Local(["--zookeeper", "127.0.0.1:\(freePort())"])
        try await eventually("its folder is there") { names(in: waiting.temporary.path).count == 1 }
        try await waiting.end(signal)
        // Its own ZooKeeper is just starting.
        let starting = try await Local([])
        try await eventually("ZooKeeper starts") { starting.children.contains { $0.program.contains("java") } }
        try await starting.end(signal)
    }

    @Test(
        "a bad option is one line and exit code 64",
        arguments: [
            ["--redis", "0"], ["--redis", "51"], ["--redis", "x"], ["--sentinels=-1"], ["--sentinels", "51"],
            ["--watchers", "6"],
            ["--zookeeper", "nonsense"], ["--zookeeper", "h:0"], ["--redis"], ["--unknown"], ["extra"],
        ])
    func badOptions(_ arguments: [String]) async throws {
        let folder = try TemporaryFolder()
        let outcome = try await Outcome.of(["local"] + arguments, ["TMPDIR": folder.path], in: folder)
        expectRefusal(outcome, 64, "--help")
        #expect(names(in: folder.path) == [])
    }

    @Test(
        "a folder that can't be made is bad configuration",
        arguments: [
            (["--folder", "/proc/no"], ""), ([], "/no/such/folder"),
        ] as [([String], String)])
    func badFolder(_ arguments: [String], _ temporary: String) async throws {
        let outcome = try await Outcome.of(
            ["local"] + arguments, temporary.isEmpty ? [:] : ["TMPDIR": temporary], in: TemporaryFolder())
        expectRefusal(outcome, 78, temporary.isEmpty ? "--folder" : "TMPDIR")
    }

    @Test("F80: with passwords it comes up, and neither what it says nor what it starts shows one")
    func f80_passwords() async throws {
        try await Place.with { place in
            let secrets = [
                "REDIS_PASSWORD": "redis-4711-pass", "SENTINEL_PASSWORD": "sentinel-4712-pass",
                "ZK_AUTH": "me:zk-4713-pass",
            ]
            let local = try await Local(
                ["--redis", "2", "--sentinels", "1", "--zookeeper", place.servers], root: place.root, secrets)
            let topology = try await local.complete(redis: 2, sentinels: 1)
            #expect(try await redis(topology.masters[0], "PING", password: "redis-4711-pass") == "PONG")
            #expect(try await redis(topology.masters[0], "PING").hasPrefix("-NOAUTH"))
            let arguments = local.children.map { contents(of: "/proc/\($0.pid)/cmdline") }
            #expect(arguments.count >= 4)
            for text in [local.output, local.errors] + arguments {
                for part in ["4711", "4712", "4713"] { #expect(!text.contains("\(part)-pass"), "\(text)") }
            }
            try await local.end(SIGTERM)
        }
    }
}
