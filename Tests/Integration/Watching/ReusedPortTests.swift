import Glibc
import Support
import Testing

/// A scheduler gives a dead server's port to another cluster's server.
@Suite(.inTurn) struct ReusedPortTests {
    /// Left alone, Sentinel makes whatever appears there a replica, and so empties it, about 14 s later.
    @Test func another_clusters_server_on_a_dead_replicas_port_keeps_its_data() async throws {
        try await WatchedCluster.with { watched in
            let dead = watched.replicas[0]
            try await watched.kill(dead)
            let mark = "{title} {listen-addr} {server-mode} /other mymaster 0123456789abcdef"
            let stranger = try await RedisServer.start(["--proc-title-template", mark], port: dead.port)
            try await fill(stranger.port, keys: 50)
            try await watched.stays("it is a master with its 50 keys", for: .seconds(25)) {
                guard try await redis(stranger.port, "DBSIZE") == "50" else { return false }
                return try await redis(stranger.port, "ROLE").hasPrefix("master")
            }
            for sentinel in watched.sentinels {
                #expect(await sentinel.monitored["num-slaves"] == "1")
                #expect(!sentinel.process.text.contains("+convert-to-slave slave 127.0.0.1:\(stranger.port)"))
            }
            await stranger.stop()
        }
    }

    /// Sentinel sees a master there, and is content.
    @Test func a_dead_masters_port_that_another_cluster_has_taken_is_given_up() async throws {
        try await WatchedCluster.with { watched in
            let old = watched.master
            // Neither a sentinel nor the watcher may see it refuse: all of them are told of the stranger only.
            let asleep = watched.sentinels + watched.watchers
            for server in asleep { server.process.signal(SIGSTOP) }
            try await watched.kill(old)
            let mark = "{title} {listen-addr} {server-mode} /other mymaster 0123456789abcdef"
            let stranger = try await RedisServer.start(["--proc-title-template", mark], port: old.port)
            try await fill(stranger.port, keys: 50)
            for server in asleep { server.process.signal(SIGCONT) }

            let next: Launched = try await eventually("a member is recorded", within: .seconds(30)) {
                guard try await redis(stranger.port, "DBSIZE") == "50" else {
                    throw TestFailure("the stranger's data is gone: \(await watched.situation())")
                }
                guard let next = try await watched.recorded(), next.port != old.port else { return nil }
                return next
            }
            try await watched.agree(onOtherThan: old, within: .seconds(60))
            #expect(try await watched.recorded()?.port == next.port)
            try await watched.stays("the stranger is left alone", for: .seconds(10)) {
                guard try await redis(stranger.port, "DBSIZE") == "50" else { return false }
                return try await redis(stranger.port, "ROLE").hasPrefix("master")
            }
            await stranger.stop()
        }
    }
}
