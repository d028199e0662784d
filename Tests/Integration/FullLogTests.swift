import Fixtures
import Glibc
import Succession
import Support
import Testing
import Throttle

/// A log that nobody reads holds up no process of ours: launchers, leases and watchers with a full pipe as standard
/// error.
@Suite(.inTurn) struct FullLogTests {
    @Test(arguments: [Launched.Kind.redis, .sentinel])
    func a_launcher_starts_its_server(kind: Launched.Kind) async throws {
        try await TestCluster.with { cluster in
            if kind == .sentinel { try await cluster.redis(quickRedis).ready() }
            let pipe = try FullPipe()
            let server =
                kind == .redis
                ? try cluster.redis(quickRedis, wrapper: pipe.wrapper)
                : try cluster.sentinel(quickSentinel, wrapper: pipe.wrapper)
            try await server.ready(within: .seconds(10))
            #expect(ProcessFiles(server.process.pid).program.contains("redis"))
        }
    }

    @Test(arguments: [SIGTERM, SIGINT])
    func a_launcher_that_waits_ends_within_a_second(number: Int32) async throws {
        try await TestCluster.with { cluster in
            let pipe = try FullPipe()
            // Each look says something.
            let launcher = try cluster.sentinel(quickSentinel, ["LOG_LEVEL": "debug"], wrapper: pipe.wrapper)
            try await eventually("it has a session") {
                ProcessFiles(launcher.process.pid).descriptors.values.contains { $0.hasPrefix("socket") }
            }
            // What it can't write gives no sign; in this time it has said much more than the pipe takes.
            try await Task.sleep(for: .seconds(1.5))
            let start = ContinuousClock.now
            launcher.process.signal(number)
            #expect(try await launcher.process.wait(within: .seconds(10)) == 128 + number)
            #expect(ContinuousClock.now - start < .seconds(1.5))
        }
    }

    @Test func a_launcher_that_fails_ends_with_its_code() async throws {
        try await TestCluster.with { cluster in
            let pipe = try FullPipe()
            let start = ContinuousClock.now
            let launcher = try cluster.sentinel(quickSentinel, ["MASTER_TIMEOUT": "1s"], wrapper: pipe.wrapper)
            #expect(try await launcher.process.wait(within: .seconds(10)) == 75)
            #expect(ContinuousClock.now - start < .seconds(4))
        }
    }

    /// It has much to say meanwhile: its session is lost again and again.
    @Test func the_lease_of_a_killed_server_takes_its_node_away() async throws {
        let proxy = try TCPProxy(to: await ZooKeeperServer.shared().port)
        try await TestCluster.with(shortSession, through: proxy) { cluster in
            let pipe = try FullPipe()
            let server = try await cluster.redis(quickRedis, wrapper: pipe.wrapper).ready()
            _ = try await cluster.registered(1)
            proxy.goSilent()
            try await eventually("the session expires") { try await cluster.registrations().isEmpty }
            proxy.speak()
            _ = try await cluster.registered(1)
            let lease = try await server.lease
            server.process.signal(SIGKILL)
            try await server.process.wait()
            try await eventually("its node is gone", within: .seconds(1.5)) {
                try await cluster.registrations().isEmpty
            }
            try await eventually("the lease is gone") { !lease.isRunning }
            #expect(pipe.unread == 0)
            // The master's end frees its place at once: the next one starts.
            try await cluster.redis(quickRedis, port: server.port, folder: server.folder).ready()
        }
    }

    @Test(.alone) func a_watcher_replaces_a_killed_master_and_says_later_what_it_could_not() async throws {
        try await WatchedCluster.with(watchers: 0, downAfter: .seconds(30)) { cluster in
            let pipe = try FullPipe()
            let watcher = try await cluster.startWatcher(["LOG_LEVEL": "trace"], wrapper: pipe.wrapper)
            let old = cluster.master
            try await eventually("it is connected to \(old.port)") { await old.silentClients == 1 }
            try await eventually("the cluster is written down") {
                guard let record = try await cluster.record() else { return false }
                return record.members == 3 && record.sentinelEpoch != nil
            }
            let start = ContinuousClock.now
            try await cluster.kill(old)
            try await cluster.agree(onOtherThan: old)
            // By the sentinels alone it would take 30 s.
            #expect(ContinuousClock.now - start < .seconds(5))
            #expect(pipe.unread == 0)

            var text = ""
            try await eventually("what was said comes") {
                text += pipe.drain()
                return text.contains("this watcher leads") && text.contains("succession")
            }
            watcher.process.signal(SIGTERM)
            #expect(try await watcher.process.wait(within: .seconds(5)) == 0)
        }
    }
}
