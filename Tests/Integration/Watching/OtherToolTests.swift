import Fixtures
import Succession
import Support
import Testing
import Throttle
import ZooKeeper

/// A cluster that another tool has started comes over to ours, while it runs.
@Suite(.inTurn) struct OtherToolTests {
    private let template = "{title} {listen-addr} {server-mode} /redis mymaster -"

    @Test func its_servers_are_ours_once_they_bear_our_mark_and_its_sentinels_once_ours_know_them() async throws {
        try await TestCluster.with(["SENTINEL_QUORUM": "2"]) { cluster in
            let master = try await RedisServer.start()
            let replica = try await RedisServer.start(["--replicaof", "127.0.0.1", "\(master.port)"])
            try await cluster.session.create(
                "/redis/master", Array("127.0.0.1 \(master.port)".utf8), .persistent, parents: true)
            var sentinels: [SentinelServer] = []
            for number in 0..<3 {
                let sentinel = try await SentinelServer.start(monitor: master.port, downAfter: .seconds(30))
                sentinels.append(sentinel)
                try await cluster.session.create(
                    "/redis/sentinels/tool-\(number)", Array("127.0.0.1 \(sentinel.port)".utf8), .persistent,
                    parents: true)
            }
            let watcher = try cluster.watcher()
            let status = { (try? await get("/status", from: watcher.port).body) ?? "" }
            try await eventually("the watcher says what to do: \(watcher.process.text)", within: .seconds(30)) {
                let body = await status()
                return body.contains("no sentinel that could be told to be ours")
                    && body.contains("CONFIG SET proc-title-template '\(self.template)'")
            }
            let ours = try cluster.sentinel(quickSentinel)
            try await eventually("the launcher says what to do: \(ours.process.text)") {
                ours.process.text.contains("127.0.0.1:\(master.port) without our lease or mark")
                    && ours.process.text.contains("CONFIG SET proc-title-template")
            }

            for server in [master, replica] {
                try await redis(server.port, "CONFIG", "SET", "proc-title-template", template)
            }
            try await ours.ready(within: .seconds(30))
            try await eventually("all four count, and nothing is doubted", within: .seconds(30)) {
                let body = await status()
                let counted = sentinels.allSatisfy {
                    body.contains("\"address\":\"127.0.0.1:\($0.port)\",\"asked\":true,\"answers\":true")
                }
                return counted && !body.contains("false-sentinels") && !body.contains("unknown-master")
                    && body.contains("\"failover_possible\":true")
            }
            #expect(try await redis(sentinels[0].port, "SENTINEL", "FAILOVER", "mymaster") == "OK")
            try await eventually("their failover is recorded", within: .seconds(30)) {
                try await cluster.recordedMaster() == "127.0.0.1 \(replica.port)"
            }
        }
    }
}
