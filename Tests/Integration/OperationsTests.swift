import Documents
import Fixtures
import Glibc
import Support
import Testing
import Throttle
import ZooKeeper

/// Every block of shell in `docs/operations.md` does what is said there.
@Suite(.inTurn) struct OperationsTests {
    @Test func every_command_of_the_manual_works() async throws {
        var blocks = Document("docs/operations.md").blocks("sh")
        try await WatchedCluster.with(shortSession) { watched in
            try await watched.isHealthy()
            let text = try await get("/metrics", from: watched.watcher.port).body
            let served = Set(text.matches(of: /TYPE ([a-z_]+)/).map { String($0.1) })
            #expect(served.count > 10)
            #expect(served.isSubset(of: try Document("docs/reference.md").section("Metrics").names))
            for step in Self.steps {
                let index = try #require(blocks.firstIndex { $0.contains(step.word) }, "no block with \(step.word)")
                let block = blocks.remove(at: index)
                try await step.prepare(watched)
                let output = try await run(block, watched)
                do { try await step.check(watched, output) } catch { throw TestFailure("\(block)\(output)\(error)") }
            }
        }
        #expect(blocks == [], "blocks that no step runs")
    }

    /// What is done with the block that contains a word.
    private struct Step {
        var word: String
        var prepare: @Sendable (WatchedCluster) async throws -> Void = { _ in }
        var check: @Sendable (WatchedCluster, _ output: String) async throws -> Void
    }

    private static let steps = [
        Step(word: "interrex status") { watched, output in
            #expect(output.hasPrefix("/redis  healthy\nmaster 127.0.0.1:\(watched.master.port) "), "\(output)")
        },
        Step(word: #"create "$ZK_ROOT/accept-loss""#) { watched, _ in
            try await watched.alerts("accept-loss", about: "/redis")
        },
        Step(word: "interrex accept-loss --withdraw") { watched, _ in
            #expect(try await watched.node("accept-loss") == nil)
            try await watched.isHealthy()
        },
        Step(word: "interrex pause") { watched, _ in
            try await eventually("the watcher is paused") { try await watched.metric("interrex_paused") == 1 }
        },
        Step(word: "interrex resume") { watched, _ in
            try await eventually("the watcher goes on") { try await watched.metric("interrex_paused") == 0 }
        },
        Step(word: "interrex switchover") { watched, output in
            let old = watched.master
            #expect(output.contains("is master, after \(old.colonAddress)"), "\(output)")
            try await watched.agree(onOtherThan: old)
            try await watched.isHealthy()
        },
        Step(word: #"set "$ZK_ROOT/switchover""#) { watched, _ in
            try await eventually("it is done") {
                let text = String(decoding: try await watched.node("switchover")?.data ?? [], as: UTF8.self)
                return text.contains("upgrade-2") && text.contains(#""state":"done""#)
            }
            try await watched.isHealthy()
        },
        Step(word: #"get "$ZK_ROOT/switchover""#) { _, output in
            #expect(output.contains(#""state":"done""#) && output.contains(#""pause_ms":"#), "\(output)")
        },
        Step(word: "$WATCHER/replica/") { _, output in #expect(output == "") },
        Step(word: "--rdb") { _, output in #expect(output.contains("Transfer finished with success"), "\(output)") },
        Step(word: "interrex aside") { _, output in #expect(output == "nothing is set aside\n") },
        Step(
            word: "interrex renew-lease",
            prepare: { watched in
                let replica = try await Self.replica(of: watched)
                kill(try await replica.lease.pid, SIGKILL)
                try await watched.alerts("no-lease", about: replica.colonAddress, saying: "interrex renew-lease")
            },
            check: { watched, output in
                #expect(output.contains("has a lease again: /redis/members/"), "\(output)")
                try await watched.isHealthy()
            }),
    ]

    private static func replica(of watched: WatchedCluster) async throws -> Launched {
        let master = try await eventually("one master") { try await watched.agreedMaster() }
        return try #require(watched.members.last { $0.port != master.port })
    }

    /// Runs a block with the variables that the page names; returns what it says.
    private func run(_ block: String, _ watched: WatchedCluster) async throws -> String {
        let folder = try TemporaryFolder("operations")
        let replica = try await Self.replica(of: watched)
        let programs = try interrexBinary().replacing(/\/interrex$/, with: "")
        let variables = [
            "PATH": "\(programs):/usr/share/zookeeper/bin:/usr/bin:/bin",
            "WATCHER": "http://127.0.0.1:\(watched.watcher.port)", "ZK_HOSTS": watched.cluster.servers,
            "ZK_ROOT": watched.cluster.root, "REPLICA": replica.colonAddress, "PID": "\(replica.process.pid)",
            "DATA_DIR": replica.folder.path,
        ]
        let process = try ChildProcess(
            "/bin/sh", ["-euc", block], environment: variables, folder: folder.path, output: "\(folder.path)/output")
        let code = try await process.wait(within: .seconds(60))
        #expect(code == 0, "\(block)\(process.text)")
        return process.text
    }
}
