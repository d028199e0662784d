import Fixtures
import Glibc
import Support
import Testing
import Throttle

/// Passwords everywhere, and everything that is said or shown in ordinary runs and in refused ones.
@Suite(.inTurn) struct SecretFaults {
    private static let secrets = [
        "REDIS_PASSWORD": "redis-4711-pass", "SENTINEL_PASSWORD": "sentinel-4712-pass",
        "ZK_AUTH": "watcher:zk-4713-pass",
    ]
    private let ofRedis = secrets["REDIS_PASSWORD"]!
    private let ofSentinel = secrets["SENTINEL_PASSWORD"]!

    @Test(
        "F80: no secret is in a log, an argument, a hook's environment, a node or an answer, of whatever run",
        arguments: ["variables", "files"])
    func f80_no_secret_is_said_or_shown(by way: String) async throws {
        let folder = try TemporaryFolder("secrets")
        let variables = try given(way, in: folder).merging(["LOG_LEVEL": "trace", "HOOKS_DIR": folder.path]) { $1 }
        let dump = "#!/bin/sh\n{ env; cat /proc/$$/cmdline; cat; } >>\(folder.path)/dump.txt\n"
        try write(dump, to: "\(folder.path)/dump")
        chmod("\(folder.path)/dump", 0o755)
        try await TestCluster.with(variables) { cluster in
            let servers = try (0..<3).map { _ in try cluster.redis(quickRedis) }
            let master = try await united(servers)
            let sentinels = try (0..<3).map { _ in try cluster.sentinel(patience) }
            try await know(sentinels)
            let watcher = try cluster.watcher()
            try await eventually("/redis/cluster is kept") {
                try await cluster.text("\(cluster.root)/cluster")?.contains("\"sentinel_epoch\"") == true
            }
            var shown = processes(servers + sentinels + [watcher])
            shown += try await refusals(cluster, variables)

            master.process.signal(SIGKILL)
            try await master.process.wait()
            let new = try await eventually("a replica is recorded") {
                let recorded = try await cluster.recordedMaster()
                return servers.first { $0.address == recorded && $0.port != master.port }
            }
            #expect(try await redis(new.port, "ROLE", password: ofRedis).hasPrefix("master"))
            // It was quick, so the watcher replaced it: it has spoken to the sentinels.
            try await eventually("it says so") { watcher.process.text.contains("(succession)") }
            try await eventually("a hook has run: \(watcher.process.text)") {
                contents(of: "\(folder.path)/dump.txt").contains("INTERREX_NEW=\(new.colonAddress)")
            }

            for path in ["/status", "/metrics", "/history", "/sentinels", "/master"] {
                // The look that sees the new master may still be under way.
                let answer = try await eventually("\(path) answers") {
                    let answer = try await get(path, from: watcher.port)
                    return answer.code == 200 ? answer : nil
                }
                shown.append((path, answer.body))
            }
            shown += try await nodes(cluster)
            shown += (servers + sentinels + [watcher]).map { ("the log of \($0.kind) \($0.port)", $0.process.text) }
            shown.append(("a hook's dump", contents(of: "\(folder.path)/dump.txt")))
            #expect(shown.count > 30 && shown.allSatisfy { !$0.text.isEmpty }, "\(shown.filter(\.text.isEmpty))")
            for (what, text) in shown {
                for part in ["4711", "4712", "4713"] where text.contains("\(part)-pass") {
                    Issue.record("\(what) holds a secret: \(text)")
                }
            }
        }
    }

    private let patience = """
        sentinel down-after-milliseconds {{master_name}} 30000
        sentinel failover-timeout {{master_name}} 10000

        """

    private func given(_ way: String, in folder: TemporaryFolder) throws -> [String: String] {
        guard way == "files" else { return Self.secrets }
        var variables: [String: String] = [:]
        for (name, secret) in Self.secrets {
            variables["\(name)_FILE"] = "\(folder.path)/\(name)"
            try write(secret + "\n", to: "\(folder.path)/\(name)")
            chmod("\(folder.path)/\(name)", 0o600)
        }
        return variables
    }

    /// What the machine tells of them and of their leases: arguments, and the environment that they were started with.
    private func processes(_ launched: [Launched]) -> [(what: String, text: String)] {
        launched.flatMap { server in
            ([server.process.pid] + server.children).flatMap { pid in
                ["cmdline", "environ"].map { file in
                    // redis-server writes its title over both.
                    ("\(file) of \(server.kind) \(server.port), \(pid)", contents(of: "/proc/\(pid)/\(file)") + "\0")
                }
            }
        }
    }

    /// Launches that are refused, for the secrets themselves and for other reasons, and previews.
    private func refusals(
        _ cluster: TestCluster, _ variables: [String: String]
    ) async throws -> [(what: String, text: String)] {
        let wrong: [(String, [String: String])] = [
            ("ZK_AUTH", ["ZK_AUTH": "watcher:other-4713-pass", "ZK_AUTH_FILE": ""]),
            ("no ZooKeeper", ["ZK_HOSTS": "127.0.0.1:1", "MASTER_TIMEOUT": "1s"]), ("a port", ["PORT0": "x"]),
            ("a line end", ["REDIS_PASSWORD": "redis-4711-pass\nport 1", "REDIS_PASSWORD_FILE": ""]),
            ("both", ["REDIS_PASSWORD": "redis-4711-pass", "REDIS_PASSWORD_FILE": "/dev/null"]),
            ("for Sentinel", ["SENTINEL_PASSWORD": "sentinel 4712-pass", "SENTINEL_PASSWORD_FILE": ""]),
        ]
        var launched: [(String, Launched)] = []
        for (reason, more) in wrong {
            launched.append((reason, try cluster.sentinel(patience, more)))
            if reason != "for Sentinel" { launched.append((reason, try cluster.redis(quickRedis, more))) }
        }
        var shown: [(what: String, text: String)] = []
        for (reason, launch) in launched {
            let code = try await launch.process.wait()
            #expect([69, 77, 78].contains(code), "\(reason): \(launch.process.text)")
            shown.append(("refused \(launch.kind), \(reason)", launch.process.text))
        }
        for kind in [Launched.Kind.redis, .sentinel] {
            let preview = try Launched(
                kind, zookeeper: cluster.servers, root: cluster.root, variables, arguments: ["--render-only"])
            #expect(try await preview.process.wait() == 0, "\(preview.process.text)")
            #expect(preview.process.text.contains("<hidden>"), "\(preview.process.text)")
            shown.append(("\(kind) --render-only", preview.process.text))
        }
        return shown
    }

    /// Every node of the cluster that holds anything.
    private func nodes(_ cluster: TestCluster) async throws -> [(what: String, text: String)] {
        var (paths, shown) = ([cluster.root], [] as [(what: String, text: String)])
        while let path = paths.popLast() {
            if let text = try await cluster.text(path), !text.isEmpty { shown.append((path, text)) }
            paths += try await cluster.children(path).map { "\(path)/\($0)" }
        }
        return shown
    }

    /// Waits until one is master and the others could be promoted. Returns the master.
    private func united(_ servers: [Launched]) async throws -> Launched {
        try await eventually("one master, and two replicas that can be promoted", within: .seconds(30)) {
            var masters: [Launched] = []
            for server in servers {
                guard let info = try? await redis(server.port, "INFO", "replication", password: ofRedis) else {
                    return nil
                }
                if info.contains("role:master") {
                    masters.append(server)
                } else if !info.contains("master_link_status:up") || !info.contains("slave_priority:100") {
                    return nil
                }
            }
            return masters.count == 1 ? masters[0] : nil
        }
    }

    private func know(_ sentinels: [Launched]) async throws {
        for sentinel in sentinels {
            try await eventually("\(sentinel.port) knows 2 peers and 2 replicas", within: .seconds(30)) {
                let text = try? await redis(sentinel.port, "SENTINEL", "MASTER", "mymaster", password: ofSentinel)
                return text?.contains("num-slaves\n2\n") == true && text?.contains("num-other-sentinels\n2\n") == true
            }
        }
    }
}
