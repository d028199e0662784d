import Fixtures
import Support
import Testing
import Throttle
import ZooKeeper

/// Nodes with data that can't be ours, in front of a running cluster.
@Suite(.inTurn) struct BadZnodeFaults {
    private static let bad: [(name: String, bytes: [UInt8])] = [
        ("empty", []), ("port 0", Array("host:0".utf8)), ("binary", [0xff, 0xfe, 0]),
        ("a directive", Array("1.2.3.4 6379\nreplicaof 192.0.2.1 6379".utf8)),
        ("1 MB", Array(repeating: 0x31, count: 1_000_000)),
    ]

    /// Its own record is all that it would have to go by: which write is the last good one, nobody can tell.
    @Test("F60: a watcher that can't read /redis/master writes nothing, says why, and goes on once it is repaired")
    func f60_a_watcher_does_not_overwrite_what_it_can_not_read() async throws {
        try await WatchedCluster.with(sentinels: 3, downAfter: .seconds(1)) { watched in
            let (path, old) = ("\(watched.cluster.root)/master", watched.master)
            for (name, bytes) in Self.bad {
                let version = try await watched.cluster.session.set(path, bytes).version
                try await eventually("the watcher says so of \(name)") {
                    try await get("/status", from: watched.watcher.port).body.contains("bad-node")
                }
                #expect(try await watched.node("master")?.stat.version == version, "\(name)")
            }
            #expect(watched.watcher.count(of: "\(path) in ZooKeeper can't be used") > 0)
            #expect(!watched.watcher.process.text.contains("192.0.2.1"))

            // Sentinel does its work meanwhile.
            let before = try await watched.versions()
            try await watched.kill(old)
            try await eventually("all sentinels name another master", within: .seconds(30)) {
                let names = Set(await watched.sentinels.names)
                return names.count == 1 && names != [old.address] && names != [nil]
            }
            try await watched.stays("nothing is written", for: .seconds(3)) {
                try await watched.versions() == before
            }
            try await watched.cluster.session.set(path, Array(old.address.utf8))
            try await recovery { try await watched.agree(onOtherThan: old) }
            #expect(watched.watcher.process.exitCode == nil)
        }
    }
}
