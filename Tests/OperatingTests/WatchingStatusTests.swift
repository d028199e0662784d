import Cluster
import Fixtures
import Glibc
import Support
import Testing
import Throttle
import ZooKeeper

/// `interrex status --watch` in a terminal of 80x24, and `interrex master --wait`.
@Suite(.inTurn) struct WatchingStatusTests {
    private func start(
        _ arguments: [String], on terminal: Terminal, _ cluster: TestCluster, in folder: TemporaryFolder
    ) throws -> ChildProcess {
        try ChildProcess(
            try interrexBinary(), arguments,
            environment: ["ZK_HOSTS": cluster.servers, "ZK_ROOT": cluster.root, "TERM": "xterm"], folder: folder.path,
            output: terminal.path, errors: "\(folder.path)/errors", input: terminal.path, session: true)
    }

    @Test func eachPageIsDrawnOverTheOneBefore() async throws {
        try await WatchedCluster.with { cluster in
            let (terminal, folder) = (try Terminal(), try TemporaryFolder("watch"))
            let process = try start(["status", "--watch"], on: terminal, cluster.cluster, in: folder)
            try await eventually("it draws again and again") { terminal.text.matches(of: /\u{1b}\[H/).count > 2 }
            #expect(terminal.text.contains("healthy"))
            try await cluster.kill(cluster.replicas[0])
            try await eventually("it shows what is wrong") { terminal.text.contains("a replica is missing") }
            // A page that is longer than the terminal would scroll what it is about away.
            for page in terminal.text.split(separator: "\u{1b}[H") {
                #expect(page.split(separator: "\n", omittingEmptySubsequences: false).count <= 24)
            }
            terminal.type("\u{3}")
            #expect(try await process.wait() == 130)
        }
    }

    /// ZooKeeper is away for longer than any session lives.
    @Test func itOutlivesTheEndOfItsSession() async throws {
        let zookeeper = try await ZooKeeperServer.start()
        try await WatchedCluster.with(members: 1, sentinels: 1, watchers: 0, quorum: 1, on: zookeeper) { cluster in
            let (terminal, folder) = (try Terminal(), try TemporaryFolder("watch"))
            let process = try start(["status", "--watch"], on: terminal, cluster.cluster, in: folder)
            try await eventually("it draws") { terminal.text.contains("master \(cluster.master.colonAddress)") }
            try await zookeeper.kill()
            let words = ["no session with ZooKeeper", "ZooKeeper can't be reached"]
            try await eventually("it says so") { words.contains { terminal.text.contains($0) } }
            try await zookeeper.restart()
            try await eventually("it draws again", within: .seconds(60)) {
                terminal.text.split(separator: "\u{1b}[H").last?.contains("master \(cluster.master.colonAddress)")
                    ?? false
            }
            process.signal(SIGTERM)
            #expect(try await process.wait() == 143)
        }
        try await zookeeper.stop()
    }

    @Test func whoReadsNoMoreEndsIt() async throws {
        try await WatchedCluster.with(members: 1, sentinels: 1, watchers: 0, quorum: 1) { cluster in
            let folder = try TemporaryFolder("pipe")
            let shell = try ChildProcess(
                "/bin/sh", ["-c", "\(try interrexBinary()) status --watch --json | head -1"],
                environment: [
                    "PATH": "/usr/bin:/bin", "ZK_HOSTS": cluster.cluster.servers, "ZK_ROOT": cluster.cluster.root,
                ], folder: folder.path, output: "\(folder.path)/output")
            #expect(try await shell.wait(within: .seconds(20)) == 0)
            #expect(shell.text.hasPrefix("{\"root\""))
        }
    }

    @Test func aScriptWaitsForAMaster() async throws {
        try await TestCluster.with { cluster in
            let none = try await cluster.interrex("master", "--wait", "--timeout", "1")
            #expect(none.code == 75)
            async let waited = cluster.interrex("master", "--wait", "--timeout", "60")
            let master = try await cluster.redis(quickRedis).ready()
            let told = try await waited
            #expect(told.code == 0)
            #expect(told.output == "\(master.colonAddress)\n")
            let history = try await cluster.interrex("history", "--json")
            #expect(history.output.contains("\"cause\":\"claim\""))
            let local = try await cluster.interrex("history", "-n", "1", variables: ["TZ": "Asia/Tokyo"])
            let utc = try await cluster.interrex("history", "--utc")
            #expect(local.lines.count == 2 && utc.lines[1].contains("Z  "), "\(local.output)\(utc.output)")
            try await cluster.session.set("\(cluster.root)/history", Array("[{]".utf8), version: nil)
            let bad = try await cluster.interrex("history")
            #expect(bad.code == 0 && bad.output.isEmpty)
            #expect(bad.errors.contains("\(cluster.root)/history in ZooKeeper can't be used"))
        }
    }
}
