import Fixtures
import Glibc
import Runtime
import Succession
import Support
import Testing
import Throttle
import ZooKeeper

/// What sentinels do beside what they should tell: they freeze, they monitor others, they flood, they hang up.
@Suite(.inTurn) struct OtherVoicesFaults {
    @Test("F53: a sentinel that was frozen for 3 seconds and distrusts its clock: the watcher goes on")
    func f53_a_sentinel_in_tilt_changes_nothing() async throws {
        try await WatchedCluster.with(downAfter: .seconds(5), failoverTimeout: .seconds(5)) { watched in
            let (old, tilted) = (watched.master, watched.sentinels[0])
            let versions = try await watched.versions()
            tilted.process.signal(SIGSTOP)
            try await watched.stays("nothing is written", for: .seconds(3)) {
                try await watched.versions() == versions
            }
            tilted.process.signal(SIGCONT)
            try await eventually("it distrusts its clock") { tilted.process.text.contains("+tilt") }
            try await watched.stays("nothing is written", for: .seconds(3)) {
                try await watched.versions() == versions
            }
            #expect(watched.watcher.process.exitCode == nil)

            // It will not act for 30 s.
            try await watched.kill(old)
            let new = try await recovery { try await watched.agree(onOtherThan: old) }
            #expect(!tilted.process.text.contains("-tilt"))
            #expect(try await watched.history().map(\.new) == [new.colonAddress])
        }
    }

    @Test("F54: the sentinels fail over a master of another name: nothing is written and nobody is changed")
    func f54_a_failover_of_another_name_is_ignored() async throws {
        try await WatchedCluster.with { watched in
            let versions = try await watched.versions()
            let theirs = try await RedisServer.start(["--repl-diskless-sync-delay", "0"])
            let replica = try await RedisServer.start(["--replicaof", "127.0.0.1 \(theirs.port)"])
            for sentinel in watched.sentinels {
                let answer = try await redis(
                    sentinel.port, "SENTINEL", "MONITOR", "other", "127.0.0.1", "\(theirs.port)", "2")
                #expect(answer == "OK")
            }
            let tape = try await SentinelTape.record(watched.sentinels)
            try await eventually("the failover of the other begins", within: .seconds(30)) {
                try await redis(watched.sentinels[0].port, "SENTINEL", "FAILOVER", "other") == "OK"
            }
            let change = try await tape.first("+switch-master")
            #expect(change.payload == "other 127.0.0.1 \(theirs.port) 127.0.0.1 \(replica.port)")
            try await watched.stays("nothing is written, nobody is changed", for: .seconds(5)) {
                guard try await watched.versions() == versions else { return false }
                return await watched.keepRoles()
            }
            try await watched.kill(watched.master)
            let new = try await recovery { try await watched.agree(onOtherThan: watched.master) }
            #expect(try await watched.history().map(\.new) == [new.colonAddress])
            #expect(try await redis(replica.port, "ROLE").hasPrefix("master"))
        }
    }

    /// A sentinel keeps 32 MB for a subscriber, then hangs up (redis.conf, `client-output-buffer-limit pubsub`).
    @Test("F55: a watcher that was frozen through 40 MB of events listens again and records what it missed")
    func f55_a_watcher_that_was_frozen_through_forty_megabytes_of_events() async throws {
        try await WatchedCluster.with(failoverTimeout: .seconds(5)) { watched in
            let (old, loud) = (watched.master, watched.sentinels[0])
            #expect(await loud.subscribers > 0)
            watched.watcher.process.signal(SIGSTOP)
            // Each option is an event of its own, of about a kilobyte; Redis has no such command to rename.
            let option = ["rename-command", String(repeating: "x", count: 450), String(repeating: "y", count: 450)]
            let command = ["SENTINEL", "SET", "mymaster"] + [[String]](repeating: option, count: 1_000).flatMap(\.self)
            for _ in 0..<42 {
                #expect(try await send(command, to: loud.port, within: .seconds(30)) == "OK")
            }
            try await eventually("it hangs up") { await loud.subscribers == 0 }
            let answer = try await redis(watched.sentinels[1].port, "SENTINEL", "FAILOVER", "mymaster")
            #expect(answer == "OK")
            try await eventually("the master is another") { await watched.sentinels[1].named != old.address }

            watched.watcher.process.signal(SIGCONT)
            let new = try await recovery { try await watched.agree(onOtherThan: old) }
            #expect(try await watched.history().map(\.new) == [new.colonAddress])
            try await eventually("it listens again") { await loud.subscribers > 0 }
        }
    }

    /// A write to a connection that the other side has ended raises SIGPIPE, which ends a process.
    @Test("F58: a registered sentinel that hangs up on every command: the watcher and launchers live")
    func f58_a_sentinel_that_hangs_up_on_every_command() async throws {
        let count = Protected(0)
        let rude = try ScriptedPeer { peer in
            count.withLock { $0 += 1 }
            if count.value % 2 == 0 { peer.resetOnClose() }
            _ = peer.receive()
        }
        try await WatchedCluster.with(downAfter: .seconds(2), failoverTimeout: .seconds(5)) { watched in
            let old = watched.master
            let path = "\(watched.cluster.root)/sentinels/rude"
            try await watched.cluster.session.create(path, Array("127.0.0.1 \(rude.port)".utf8), .ephemeral)
            try await eventually("it has hung up often", within: .seconds(30)) { count.value > 8 }
            #expect(watched.watcher.process.exitCode == nil)
            let late = try await watched.startMember().ready().linked(to: old)
            // While one of them is silent the watcher repairs nothing: they must know the new one themselves.
            try await watched.isComplete()
            try await watched.kill(old)
            // It counts as one of four that never answers: the other three are a majority.
            let new = try await recovery {
                try await watched.agree(onOtherThan: old, within: .seconds(15 + 2 + 10))
            }
            #expect(try await watched.history().map(\.new) == [new.colonAddress])
            #expect(watched.watcher.process.exitCode == nil && late.process.exitCode == nil)
        }
    }
}

extension Launched {
    /// How many subscribers to all of its events this sentinel has.
    fileprivate var subscribers: Int {
        get async {
            let list = try? await ask("CLIENT", "LIST")
            return list?.split(separator: "\n").count { $0.contains(" psub=1 ") } ?? 0
        }
    }
}
