import Fixtures
import Glibc
import Support
import Testing
import Throttle
import ZooKeeper

/// Starts into nothing, with everything that may be missing or in the way.
@Suite(.inTurn) struct StartFaults {
    @Test("F01: on an empty ZooKeeper the first server is master and recorded, with one lease of its own")
    func f01_the_first_server_is_master_and_recorded() async throws {
        try await TestCluster.with { cluster in
            let server = try await cluster.redis().ready()
            #expect(try await redis(server.port, "PING") == "PONG")
            #expect(await server.role == "master")
            #expect(try await cluster.text("/redis/master") == "127.0.0.1 \(server.port)")
            let master = try #require(try await cluster.node("/redis/master"))
            #expect(master.stat.ephemeralOwner == 0 && master.stat.version == 0)
            let members = try await cluster.leases("members")
            #expect(members.keys.sorted() == [server.address])
            #expect(members[server.address] != 0)
            #expect(try await cluster.children("/redis/candidates").isEmpty)
            #expect(try await cluster.children("/redis/sentinels").isEmpty)
            // The mark that the server bears is that of the cluster's record.
            let record = try #require(try await cluster.text("/redis/cluster"))
            let title = try await redis(server.port, "CONFIG", "GET", "proc-title-template")
            let id = try #require(title.split(separator: " ").last)
            #expect(title.hasSuffix(" /redis mymaster \(id)") && record.contains(#""id":"\#(id)""#))
        }
    }

    @Test("F05: sentinels that start before any master wait, and then find their peers and all replicas")
    func f05_sentinels_that_start_before_any_master_wait_and_then_find_everybody() async throws {
        try await TestCluster.with { cluster in
            let sentinels = try (0..<3).map { _ in try cluster.sentinel(quickSentinel) }
            for sentinel in sentinels {
                try await eventually("sentinel \(sentinel.port) says for what it waits") {
                    sentinel.process.text.contains("no master is recorded yet")
                }
                #expect(sentinel.children.isEmpty, "no lease yet")
            }
            #expect(try await cluster.children("/redis").isEmpty, "a sentinel that waits registers nothing")

            let servers = try (0..<3).map { _ in try cluster.redis(quickRedis) }
            let master = try await servers.united()
            for sentinel in sentinels { try await sentinel.ready() }
            try await sentinels.know(replicas: 2, within: .seconds(15))
            for sentinel in sentinels {
                #expect(await sentinel.named == master.address)
                #expect(try await redis(sentinel.port, "SENTINEL", "CKQUORUM", "mymaster").hasPrefix("OK 3 usable"))
            }
            #expect(try await cluster.leases("sentinels").keys.sorted() == sentinels.map(\.address).sorted())
            // Each goes by an identity of its own, which is locked.
            let identities = try await cluster.children("/redis/identities")
            #expect(try await cluster.children("/redis/sentinels") == identities)
            var runIDs: [String] = []
            for sentinel in sentinels { runIDs.append(try await redis(sentinel.port, "SENTINEL", "MYID")) }
            #expect(runIDs.sorted() == identities.map { $0.filter { $0 != "-" } + "00000000" })
            for identity in identities {
                #expect(try await cluster.children("/redis/identities/\(identity)") == ["lock"])
            }
        }
    }

    @Test(
        "F04: the winner of the first claim dies before its redis listens: the others wait, and one of them takes over",
        arguments: [true, false])
    func f04_the_winner_dies_before_its_redis_listens(takesItsLeaseAlong: Bool) async throws {
        let folder = try TemporaryFolder("deaf")
        // When its settings are tried it is a redis-server like any other.
        try write(
            "#!/bin/sh\ncase \"$1\" in /proc/*) exec redis-server \"$@\";; esac\nexec sleep 600\n",
            to: "\(folder.path)/redis-server")
        chmod("\(folder.path)/redis-server", 0o700)
        // Nobody has data: half of the limit is left to somebody who might.
        try await TestCluster.with(shortSession.merging(["MASTER_TIMEOUT": "12s"]) { $1 }) { cluster in
            let winner = try cluster.redis(quickRedis, ["REDIS_SERVER": "\(folder.path)/redis-server"])
            try await eventually("it has become what never listens") {
                ProcessFiles(winner.process.pid).program.hasSuffix("/sleep")
            }
            let lease = try await winner.lease
            #expect(try await cluster.recordedMaster() == winner.address)
            let others = try (0..<3).map { _ in try cluster.redis(quickRedis) }
            for other in others {
                try await eventually("\(other.port) waits: \(other.lines)") {
                    other.lines.contains { $0.contains("holds its lease") }
                }
            }
            #expect(try await cluster.recordedMaster() == winner.address)

            if takesItsLeaseAlong { kill(lease.pid, SIGKILL) }
            winner.process.signal(SIGKILL)
            let master = try await recovery {
                try await winner.process.wait()
                return try await others.united(within: .seconds(20))
            }
            #expect(try await cluster.recordedMaster() == master.address)
            #expect(try await cluster.node("/redis/master")?.stat.version == 1, "taken over once")
            #expect(try await cluster.leases("members").keys.sorted() == others.map(\.address).sorted())
        }
    }

    @Test(
        "F10: killed with its lease and started again within its session: it resumes, and one lease is left, its new one"
    )
    func f10_started_again_within_its_session_it_resumes_with_a_new_lease() async throws {
        let settings = "appendonly yes\nappendfsync always\n"
        try await TestCluster.with(["ZK_SESSION_TIMEOUT": "4s"]) { cluster in
            let old = try await cluster.redis(settings).ready()
            try await fill(old.port, keys: 100)
            let owner = try #require(try await cluster.leases("members")[old.address])
            for pid in [try await old.lease.pid, old.process.pid] { kill(pid, SIGKILL) }
            try await old.process.wait()
            let back = try cluster.redis(settings, port: old.port, folder: old.folder)
            try await recovery {
                try await back.ready()
                try await eventually("one lease, not the old one", within: .seconds(10)) {
                    let owners = try await cluster.leases("members")
                    return try await cluster.children("/redis/members").count == 1 && owners[back.address] != owner
                }
            }
            #expect(await back.role == "master")
            #expect(try await redis(back.port, "DBSIZE") == "100")
            #expect(try await cluster.recordedMaster() == back.address)
            #expect(try await cluster.leases("members")[back.address] != nil)
        }
    }
}
