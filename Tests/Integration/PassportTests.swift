import Fixtures
import Glibc
import Succession
import Support
import Testing
import Throttle

/// `DATA_DIR/interrex.passport`: what the lease says of its server's data, and when nobody believes it.
@Suite(.inTurn) struct PassportTests {
    /// Every write on disk at once.
    private let logged = "appendonly yes\nappendfsync always\nsave \"\"\nrepl-diskless-sync-delay 0\n"
    private let snapshots = "appendonly no\nsave 3600 1\nrepl-diskless-sync-delay 0\n"

    @Test(arguments: ["appendonly yes", "appendonly no\nsave 3600 1", "appendonly no\nsave \"\""])
    func it_appears_within_two_seconds(_ keeping: String) async throws {
        try await TestCluster.with { cluster in
            let settings = keeping + "\nrepl-diskless-sync-delay 0\n"
            let master = try await cluster.redis(settings).ready()
            try await master.passport("anything", within: .seconds(2)) { _ in true }
            let replica = try await cluster.redis(settings).ready().linked(to: master)
            let second = try await replica.passport("anything", within: .seconds(2)) { _ in true }
            // A master takes another id for its first replica.
            let first = try await master.passport("the id of the replica's data", within: .seconds(2)) {
                $0.replicationID == second.replicationID
            }
            let id = try #require(try await cluster.kept()?.id)
            for (passport, server) in [(first, master), (second, replica)] {
                #expect(passport.cluster == id && passport.epoch == 1 && passport.isSynchronised)
                #expect(await server.info("replication")["master_replid"] == passport.replicationID)
                #expect(await server.info("server")["run_id"] == passport.runID)
                var info = stat()
                #expect(stat(server.passportPath, &info) == 0 && info.st_mode & 0o777 == 0o600)
            }
            #expect([first.role, second.role] == [.master, .replica])
            let kinds: [String: Passport.Persistence] = ["appendonly yes": .aof, "appendonly no\nsave 3600 1": .rdb]
            #expect([first, second].allSatisfy { $0.persistence == kinds[keeping] ?? .none })
            try await eventually("so does the cluster's record") {
                try await cluster.kept()?.replicationID == first.replicationID
            }
        }
    }

    @Test func it_follows_what_is_written() async throws {
        try await TestCluster.with { cluster in
            let master = try await cluster.redis(logged).ready()
            let replica = try await cluster.redis(logged).ready().linked(to: master)
            for keys in [10, 300] {
                try await fill(master.port, keys: keys)
                let written = try await offset(of: master)
                for server in [master, replica] {
                    let passport = try await server.passport("\(keys) keys") { $0.keys == Int64(keys) }
                    #expect(passport.offset >= written, "\(server.port)")
                }
                try await eventually("so does the cluster's record") {
                    try await cluster.kept()?.holdings.map { $0.keys == Int64(keys) && $0.offset >= written } ?? false
                }
            }
        }
    }

    /// Redis would count nothing any more once a master has been without replicas for an hour.
    @Test func a_master_whose_last_replica_has_left_goes_on_counting() async throws {
        try await TestCluster.with { cluster in
            let master = try await cluster.redis(logged + "repl-backlog-ttl 1\n").ready()
            let replica = try await cluster.redis(logged).ready().linked(to: master)
            try await fill(master.port, keys: 10)
            for server in [master, replica] { try await server.isNoted() }
            let last = try #require(try replica.passport())
            await replica.stop()
            try await eventually("it has lost its replica") {
                await master.info("replication")["connected_slaves"] == "0"
            }
            // Redis looks at the time once a second.
            let start = ContinuousClock.now
            try await eventually("three seconds are over") { ContinuousClock.now - start > .seconds(3) }
            try await fill(master.port, keys: 300)
            let passport = try await master.passport("300 keys") { $0.keys == 300 }
            #expect(passport.replicationID == last.replicationID && passport.offset > last.offset + 1_000)
            try await eventually("so does the cluster's record") {
                try await cluster.kept()?.holdings.map { $0.keys == 300 && $0.offset >= passport.offset } ?? false
            }
        }
    }

    /// What is not in the last snapshot is in no file.
    @Test func with_snapshots_only_it_says_no_more_than_the_last_one_has() async throws {
        try await TestCluster.with { cluster in
            let master = try await cluster.redis(snapshots).ready()
            _ = try await cluster.redis(snapshots).ready().linked(to: master)
            try await fill(master.port, keys: 10)
            try await save(master)
            let saved = try await offset(of: master)
            try await master.passport("10 keys") { $0.keys == 10 && $0.offset >= saved }
            try await fill(master.port, keys: 500)
            // The lease has seen the writes.
            try await eventually("the cluster's record has them") { try await cluster.kept()?.holdings?.keys == 500 }
            let passport = try #require(try master.passport())
            let written = try await offset(of: master)
            #expect(passport.keys == 10 && passport.offset < written)
            try await save(master)
            try await master.passport("500 keys") { $0.keys == 500 }
        }
    }

    /// As shipped: a log, and a snapshot an hour later. The log is much older then.
    @Test func a_snapshot_beside_the_log_is_no_reason_to_doubt() async throws {
        try await TestCluster.with { cluster in
            let settings = logged.replacing("save \"\"", with: "save 3600 1")
            let server = try await cluster.redis(settings).ready()
            try await fill(server.port, keys: 10)
            try await server.isNoted()
            let written = ContinuousClock.now
            try await eventually("the log is three seconds old") { ContinuousClock.now - written > .seconds(3) }
            try await server.ask("BGSAVE")
            try await eventually("it is saved") {
                let info = await server.info("persistence")
                return info["rdb_changes_since_last_save"] == "0" && info["rdb_bgsave_in_progress"] == "0"
            }
            let saved = modificationTime(of: "\(server.folder.path)/dump.rdb")
            try await eventually("the lease has looked since") {
                modificationTime(of: server.passportPath) > saved + 1_000
            }
            server.process.signal(SIGKILL)
            try await server.process.wait()
            let returned = try await cluster.redis(settings, port: server.port, folder: server.folder).ready()
            #expect(!returned.lines.contains { $0.contains("counts for nothing") }, "\(returned.lines)")
            #expect(try await returned.ask("DBSIZE") == "10")
        }
    }

    @Test func it_follows_a_promotion_and_the_new_epoch() async throws {
        try await WatchedCluster.with(failoverTimeout: .seconds(5), redisSettings: logged) { watched in
            let old = watched.master
            try await fill(old.port, keys: 10)
            for member in watched.members { try await member.isNoted() }
            let before = try #require(try old.passport())
            try await watched.failOver(by: watched.sentinels[0], of: 3, from: old)
            let new = try #require(try await watched.recorded())
            let epoch = try #require(try await watched.record()?.epoch)
            #expect(epoch > before.epoch)
            let passport = try await new.passport("it is master of epoch \(epoch)") {
                $0.role == .master && $0.epoch == epoch
            }
            #expect(passport.previousID == before.replicationID && passport.replicationID != before.replicationID)
            #expect(passport.previousOffset.map { $0 > 0 && $0 <= passport.offset + 1 } ?? false)
            #expect(passport.keys == 10)
            for member in watched.members where member.port != new.port {
                let other = try await member.passport("it is a replica of epoch \(epoch)") {
                    $0.role == .replica && $0.epoch == epoch
                }
                #expect(other.replicationID == passport.replicationID && other.keys == 10)
            }
        }
    }

    @Test func a_master_that_resumes_and_its_replica_take_the_next_epoch() async throws {
        try await TestCluster.with { cluster in
            let master = try await cluster.redis(logged).ready()
            let replica = try await cluster.redis(logged).ready().linked(to: master)
            try await fill(master.port, keys: 10)
            for server in [master, replica] { try await server.passport("10 keys") { $0.keys == 10 && $0.epoch == 1 } }
            await master.stop()
            let returned = try await cluster.redis(logged, port: master.port, folder: master.folder).ready()
            #expect(await returned.role == "master")
            try await replica.linked(to: returned)
            for server in [returned, replica] {
                try await server.passport("epoch 101") { $0.keys == 10 && $0.epoch == 101 }
            }
        }
    }

    /// Killed at any moment, lease and server: what is there is a whole one, and nothing lies beside it.
    @Test func it_survives_the_kill_of_server_and_lease() async throws {
        try await TestCluster.with { cluster in
            let folder = try TemporaryFolder("killed")
            var keys = 0
            for round in 0..<6 {
                let server = try await cluster.redis(logged, folder: folder).ready(within: .seconds(60))
                #expect(await server.role == "master")
                #expect(try await server.ask("DBSIZE") == "\(keys)")
                try await server.passport("what it started with") { [keys] in
                    $0.keys == keys && $0.epoch == round * 100 + 1
                }
                keys += 50
                try await fill(server.port, keys: 50, prefix: "round-\(round)")
                if round % 2 == 0 { try await server.isNoted() }
                let lease = try await server.lease
                // Alone, the other first, or both at once.
                if round % 3 > 0 { kill(lease.pid, SIGKILL) }
                server.process.signal(SIGKILL)
                try await server.process.wait()
                try await eventually("the lease is gone") { !lease.isRunning }
                let passport = try #require(try server.passport())
                #expect(passport.keys <= keys && passport.epoch == round * 100 + 1)
                let beside = entries(of: folder.path).filter { $0.contains("passport") }
                #expect(beside == [Passport.fileName])
            }
        }
    }

    @Test func a_lease_that_was_killed_leaves_the_last_one_and_the_server_goes_on() async throws {
        try await TestCluster.with { cluster in
            let master = try await cluster.redis(logged).ready()
            try await fill(master.port, keys: 10)
            try await master.isNoted()
            let lease = try await master.lease
            kill(lease.pid, SIGKILL)
            try await eventually("the lease is gone") { !lease.isRunning }
            let last = try #require(try master.passport())
            try await fill(master.port, keys: 20)
            #expect(last.keys == 10)
            #expect(try master.passport() == last)
            // The log was written for a minute without it.
            try setTime(of: master.passportPath, to: Int64(time(nil)) * 1_000 - 60_000)
            await master.stop()

            let returned = try await cluster.redis(logged, port: master.port, folder: master.folder).ready()
            #expect(returned.lines.contains { $0.contains("counts for nothing") && $0.contains("written after it") })
            #expect(await returned.role == "master")
            #expect(try await returned.ask("DBSIZE") == "20", "what the files hold is not lost")
            try await returned.passport("what the files hold") { $0.keys == 20 && $0.epoch == 101 }
        }
    }

    /// A backup that was put back, and files of another server.
    @Test(arguments: [-3_600_000, 3_600_000] as [Int64])
    func files_that_were_changed_without_it_are_not_what_it_speaks_of(_ difference: Int64) async throws {
        try await TestCluster.with { cluster in
            let server = try await cluster.redis(logged).ready()
            try await fill(server.port, keys: 10)
            try await server.isNoted()
            try await server.stopForGood()
            let now = Int64(time(nil)) * 1_000
            // What was put there is as old as that, and the passport an hour older than what is newer.
            for name in entries(of: "\(server.folder.path)/appendonlydir") {
                try setTime(
                    of: "\(server.folder.path)/appendonlydir/\(name)", to: difference < 0 ? now + difference : now)
            }
            if difference > 0 { try setTime(of: server.passportPath, to: now - difference) }
            let returned = try await cluster.redis(logged, port: server.port, folder: server.folder).ready()
            let word = difference < 0 ? "older than it says" : "written after it"
            #expect(returned.lines.contains { $0.contains("counts for nothing") && $0.contains(word) })
            #expect(try await returned.ask("DBSIZE") == "10")
        }
    }

    /// Refused while the copy for a replica is being written.
    private func save(_ server: Launched) async throws {
        try await eventually("\(server.port) is saved") { try await server.ask("SAVE") == "OK" }
    }

    private func offset(of server: Launched) async throws -> Int64 {
        try #require(await server.info("replication")["master_repl_offset"].flatMap { Int64($0) })
    }
}

/// In milliseconds since 1970; 0 where there is nothing.
private func modificationTime(of path: String) -> Int64 {
    var info = stat()
    guard stat(path, &info) == 0 else { return 0 }
    return Int64(info.st_mtim.tv_sec) * 1_000 + Int64(info.st_mtim.tv_nsec) / 1_000_000
}
