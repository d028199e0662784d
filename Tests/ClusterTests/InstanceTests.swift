import Cluster
import Succession
import Support
import Testing
import Throttle
import Vocabulary

/// What a prober makes of servers that answer as Redis.
@Suite(.inTurn) struct InstanceTests {
    @Test func a_master_with_and_without_keys() async throws {
        let server = try await RedisServer.start()
        try await withProber { prober in
            let empty = try #require(await prober.instance(Address(server.port)).answer.history)
            #expect(isReplicationID(empty.replicationID))
            #expect(empty.previousID == nil && empty.previousOffset == nil && !empty.holdsKeys)
            let id = try await redis(server.port, "INFO", "replication").lines["master_replid"]
            #expect(empty.replicationID == id)
            try await redis(server.port, "SET", "a", "1")
            let answer = await prober.instance(Address(server.port)).answer
            #expect(answer == .master(History(replicationID: empty.replicationID, keys: 1)))
        }
    }

    @Test func a_key_in_a_database_above_fifteen_counts() async throws {
        let server = try await RedisServer.start(["--databases", "400"])
        try await redis(server.port, "SET", "a", "1")
        try await redis(server.port, "SWAPDB", "0", "321")
        #expect(try await redis(server.port, "DBSIZE") == "0")
        try await withProber { prober in
            #expect(await prober.instance(Address(server.port)).answer.history?.holdsKeys == true)
        }
    }

    @Test func a_linked_replica_shares_its_masters_history() async throws {
        let master = try await RedisServer.start(["--repl-diskless-sync-delay", "0"])
        try await redis(master.port, "SET", "a", "1")
        let replica = try await RedisServer.start([
            "--replicaof", "127.0.0.1", "\(master.port)", "--replica-priority", "42",
        ])
        try await withProber { prober in
            let found = try await eventually("the replica is linked") {
                let found = await prober.instance(Address(replica.port)).answer.replication
                return found?.isLinked == true ? found : nil
            }
            let history = try #require(await prober.instance(Address(master.port)).answer.history)
            #expect(found.master == Address(master.port) && found.synchronised && found.priority == 42)
            #expect(found.history.replicationID == history.replicationID && found.history.keys == 1)

            await master.stop()
            let orphan = try await eventually("the replica has lost its link") {
                let found = await prober.instance(Address(replica.port)).answer.replication
                return found?.isLinked == false ? found : nil
            }
            #expect(orphan.synchronised && orphan.master == Address(master.port))

            try await redis(replica.port, "REPLICAOF", "NO", "ONE")
            let promoted = try #require(await prober.instance(Address(replica.port)).answer.history)
            #expect(promoted.previousID == history.replicationID && promoted.replicationID != history.replicationID)
            let last = orphan.history.offset
            #expect(promoted.previousOffset == last + 1)
            #expect(promoted.contains(history.replicationID, upTo: last))
            #expect(!promoted.contains(history.replicationID, upTo: last + 1))
            #expect(promoted.origin == Origin(replicationID: history.replicationID, offset: last))
        }
    }

    @Test func a_replica_that_never_synchronised() async throws {
        let nobody = try freePort()
        let replica = try await RedisServer.start(["--replicaof", "127.0.0.1", "\(nobody)", "--replica-priority", "0"])
        try await withProber { prober in
            let found = try #require(await prober.instance(Address(replica.port)).answer.replication)
            #expect(found.master == Address(nobody) && !found.synchronised && !found.isLinked)
            #expect(found.priority == 0 && !found.history.holdsKeys)
        }
    }

    @Test func a_replica_that_takes_its_first_copy() async throws {
        let master = try await SlowMaster()
        let replica = try await RedisServer.start(["--replicaof", "127.0.0.1", "\(master.server.port)"])
        try await withProber { prober in
            try await eventually("the copy is under way") { try await isSynchronising(replica.port) }
            let found = try #require(await prober.instance(Address(replica.port)).answer.replication)
            #expect(!found.synchronised && !found.isLinked)
            #expect(try await isSynchronising(replica.port))
            try await master.hurry()
            try await eventually("the copy is whole") {
                await prober.instance(Address(replica.port)).answer.replication?.synchronised == true
            }
        }
    }

    @Test func a_replica_that_takes_another_copy_is_not_synchronised() async throws {
        let master = try await SlowMaster()
        try await master.hurry()
        let replica = try await RedisServer.start(["--replicaof", "127.0.0.1", "\(master.server.port)"])
        try await withProber { prober in
            try await eventually("the first copy is whole") {
                await prober.instance(Address(replica.port)).answer.replication?.isLinked == true
            }
            try await master.delay()
            try await redis(master.server.port, "DEBUG", "CHANGE-REPL-ID")
            try await redis(master.server.port, "CLIENT", "KILL", "TYPE", "replica")
            try await eventually("another copy is under way") { try await isSynchronising(replica.port) }
            let found = try #require(await prober.instance(Address(replica.port)).answer.replication)
            #expect(!found.synchronised)
            #expect(try await isSynchronising(replica.port))
        }
    }

    /// It is let in, and hears nothing before the copy of another has ended.
    @Test func a_replica_that_waits_for_its_turn() async throws {
        let master = try await SlowMaster()
        let copying = ["--replicaof", "127.0.0.1", "\(master.server.port)"]
        let first = try await RedisServer.start(copying)
        try await eventually("a copy is under way") { try await isSynchronising(first.port) }
        let second = try await RedisServer.start(copying)
        let locked = try await RedisServer.start(copying + ["--masterauth", "wrong"])
        try await withProber { prober in
            let both = Set([first, second].map { Address($0.port) })
            try await eventually("the master names it") {
                await prober.link(of: Address(master.server.port))?.copies == both
            }
            let link = try #require(await prober.link(of: Address(second.port)))
            #expect(link.state == .handshake && link.copies.isEmpty && link.version != nil)
            let found = try #require(await prober.instance(Address(second.port)).answer.replication)
            #expect(!found.isSynchronising && !found.isLinked)
            // Who is not let in does not wait for a copy, and who has one is linked.
            #expect(await prober.instance(Address(locked.port)).answer.replication?.isLinked == false)
            try await master.hurry()
            try await eventually("both are linked") {
                for address in both {
                    guard await prober.instance(address).answer.replication?.isLinked == true else { return false }
                }
                return await prober.link(of: Address(master.server.port))?.copies == []
            }
        }
    }

    private func isSynchronising(_ port: Int) async throws -> Bool {
        try await redis(port, "INFO", "replication").lines["master_sync_in_progress"] == "1"
    }
}

/// A master that sends its copy without a file, key by key, as slowly as it is told.
private struct SlowMaster {
    let server: RedisServer

    init() async throws {
        server = try await RedisServer.start([
            "--repl-diskless-sync", "yes", "--repl-diskless-sync-delay", "0", "--rdb-key-save-delay", "2000",
            "--enable-debug-command", "yes",
        ])
        try await redis(server.port, "DEBUG", "POPULATE", "20000", "key", "100")
    }

    func delay() async throws { try await redis(server.port, "CONFIG", "SET", "rdb-key-save-delay", "2000") }

    /// Ends the slow copy, and makes the next one a quick one.
    func hurry() async throws {
        try await redis(server.port, "CONFIG", "SET", "rdb-key-save-delay", "0")
        try await redis(server.port, "CLIENT", "KILL", "TYPE", "replica")
    }
}

extension String {
    /// The fields of `INFO`.
    var lines: [String: String] {
        split(whereSeparator: \.isNewline).reduce(into: [:]) { result, line in
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2 { result[String(parts[0])] = String(parts[1]) }
        }
    }
}
