import Fixtures
import Glibc
import Support
import Testing
import Throttle

/// A scheduler gives a dead server's port to another cluster's server.
@Suite(.inTurn) struct ReusedPortFaults {
    /// Left alone, Sentinel makes whatever appears there a replica, and so empties it, about 14 s later. It can't where
    /// the password is another; where it could, the sentinels are made to forget that address.
    @Test(
        "F43: a stranger with another password, or no Redis, has a dead replica's port: it keeps its data, and we ours",
        arguments: [Stranger.locked, .noRedis])
    func f43_a_stranger_on_a_dead_replicas_port_keeps_its_data(stranger: Stranger) async throws {
        try await takeReplica(stranger)
    }

    @Test("F44: another cluster has taken a dead replica's port, with the same password: it keeps its data")
    func f44_another_clusters_server_on_a_dead_replicas_port_keeps_its_data() async throws {
        try await takeReplica(.marked)
    }

    private func takeReplica(_ stranger: Stranger) async throws {
        try await WatchedCluster.with(downAfter: .seconds(5), failoverTimeout: .seconds(5)) { watched in
            try await fill(watched.master.port, keys: 30)
            let versions = try await watched.versions()
            let dead = watched.replicas[0]
            try await watched.kill(dead)
            let taken = try await stranger.take(dead.port)
            try await watched.stays("it is untouched, and so are we", for: .seconds(25)) {
                guard try await taken.isUntouched, await watched.master.role == "master" else { return false }
                return try await watched.versions()["master"] == versions["master"]
            }
            for sentinel in watched.sentinels {
                if stranger == .marked { #expect(await sentinel.monitored["num-slaves"] == "1") }
                #expect(!sentinel.process.text.contains("+convert-to-slave slave 127.0.0.1:\(dead.port)"))
            }
            #expect(try await redis(watched.master.port, "DBSIZE") == "30")
            try await watched.kill(watched.master)
            let new = try await watched.agree(onOtherThan: watched.master, within: .seconds(60))
            #expect(try await redis(new.port, "DBSIZE") == "30")
            #expect(try await taken.isUntouched)
            await taken.end()
        }
    }

    /// Sentinel sees a master there, and is content.
    @Test("F45: another cluster has taken a dead master's port: a replica is promoted, and the stranger left alone")
    func f45_a_dead_masters_port_that_another_cluster_has_taken_is_given_up() async throws {
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

    /// As soon as its port no longer refuses, nothing may be forced: the sentinels find out after `down-after`.
    @Test(
        "F45: a stranger has the dead master's port at once: a replica is recorded, the stranger untouched",
        arguments: Stranger.allCases)
    func f45_a_stranger_that_takes_the_masters_port_at_once(stranger: Stranger) async throws {
        try await WatchedCluster.with(downAfter: .seconds(2), failoverTimeout: .seconds(5)) { watched in
            let old = watched.master
            try await fill(old.port, keys: 30)
            try await old.isReplicated(to: 2)
            try await watched.kill(old)
            let taken = try await stranger.take(old.port)
            let new = try await recovery {
                try await watched.agree(onOtherThan: old, within: .seconds(15 + 2 + 2 * 5))
            }
            try await watched.stays("the stranger is untouched, \(new.port) the only master", for: .seconds(12)) {
                guard try await taken.isUntouched else { return false }
                return try await watched.agreedMaster()?.port == new.port
            }
            // Replicas copy from whoever answers at their master's address: only a password of each cluster's own
            // helps.
            for member in watched.running where stranger != .marked {
                #expect(try await member.ask("DBSIZE") == "30")
            }
            await taken.end()
        }
    }
}
