import Glibc
import Support
import Testing

/// Passwords everywhere: a failover works, and nothing that a watcher says or shows holds one.
@Suite(.inTurn) struct WatcherSecretTests {
    @Test func no_password_is_in_the_log_the_arguments_or_the_answers_of_a_watcher() async throws {
        let secrets = [
            "REDIS_PASSWORD": "redis-4711-pass", "SENTINEL_PASSWORD": "sentinel-4712-pass",
            "ZK_AUTH": "watcher:zk-4713-pass",
        ]
        let (ofRedis, ofSentinel) = (secrets["REDIS_PASSWORD"]!, secrets["SENTINEL_PASSWORD"]!)
        try await TestCluster.with(secrets) { cluster in
            let master = try cluster.redis(quickRedis)
            try await eventually("the master answers") {
                try? await redis(master.port, "PING", password: ofRedis) == "PONG"
            }
            let replicas = try (0..<2).map { _ in try cluster.redis(quickRedis) }
            for replica in replicas {
                try await eventually("\(replica.port) can be promoted") {
                    guard let info = try? await redis(replica.port, "INFO", "replication", password: ofRedis) else {
                        return false
                    }
                    return info.contains("master_link_status:up") && info.contains("slave_priority:100")
                }
            }
            let settings = """
                sentinel down-after-milliseconds {{master_name}} 30000
                sentinel failover-timeout {{master_name}} 10000

                """
            let sentinels = try (0..<3).map { _ in try cluster.sentinel(settings) }
            for sentinel in sentinels {
                try await eventually("\(sentinel.port) knows 2 peers and 2 replicas", within: .seconds(30)) {
                    guard
                        let text = try? await redis(
                            sentinel.port, "SENTINEL", "MASTER", "mymaster", password: ofSentinel)
                    else { return false }
                    return text.contains("num-slaves\n2\n") && text.contains("num-other-sentinels\n2\n")
                }
            }
            let watcher = try cluster.watcher(["LOG_LEVEL": "trace"])
            try await eventually("it leads") { watcher.process.text.contains("this watcher leads") }
            try await eventually("/redis/cluster is kept") {
                try await cluster.text("\(cluster.root)/cluster")?.contains("\"epoch\"") == true
            }

            master.process.signal(SIGKILL)
            try await master.process.wait()
            let addresses = replicas.map(\.address)
            try await eventually("a replica is recorded") {
                try await cluster.recordedMaster().map(addresses.contains) ?? false
            }
            let next = try #require(try await cluster.recordedMaster().flatMap { addresses.firstIndex(of: $0) })
            let role = try await redis(replicas[next].port, "ROLE", password: ofRedis)
            #expect(role.hasPrefix("master"))
            // It was quick, so the watcher forced it: it has spoken to a sentinel.
            #expect(watcher.process.text.contains("forced a failover"), "\(watcher.process.text)")

            var shown = [watcher.process.text, contents(of: "/proc/\(watcher.process.pid)/cmdline")]
            for path in ["/status", "/metrics", "/history", "/sentinels", "/master"] {
                let answer = try await get(path, from: watcher.port)
                #expect(answer.code == 200, "\(path): \(answer)")
                shown.append(answer.body)
            }
            for name in try await cluster.children(cluster.root) {
                shown.append(try await cluster.text("\(cluster.root)/\(name)") ?? "")
            }
            for text in shown {
                for part in ["4711", "4712", "4713"] { #expect(!text.contains("\(part)-pass"), "\(text)") }
            }
        }
    }
}
