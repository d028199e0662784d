import Fixtures
import Glibc
import Support
import Testing
import Throttle
import ZooKeeper

/// When a lease ends its server, and what is left behind when one of the two is killed.
@Suite(.inTurn) struct LeaseEndTests {
    /// The session is gone before the lease has it: whether the start still counts is for `/redis/master` to say.
    @Test(arguments: [true, false])
    func a_start_whose_session_was_lost_before_the_lease_attached(isOvertaken: Bool) async throws {
        let proxy = try TCPProxy(to: await ZooKeeperServer.shared().port)
        try await TestCluster.with(shortSession, through: proxy) { cluster in
            let port = try freePort()
            // Recorded, but held up by a member that can't be asked: the launcher waits with its session open.
            let obstacle = "/redis/members/00000000-0000-4000-8000-000000000000"
            for path in ["/redis", "/redis/members"] { try await cluster.session.create(path) }
            try await cluster.session.create(obstacle, Array("127.0.0.1 \(try freePort())".utf8), .ephemeral)
            try await cluster.session.create("/redis/master", Array("127.0.0.1 \(port)".utf8))
            let server = try cluster.redis(quickRedis, port: port)
            try await eventually("the launcher waits") { server.lines.contains { $0.contains("waiting") } }
            proxy.refuseNew()
            try await cluster.session.delete(obstacle)
            try await server.ready()
            #expect(try await cluster.leases("members").keys.sorted() == [server.address])
            let lease = try await server.lease
            try await eventually("the session expires") { try await cluster.leases("members").isEmpty }
            let first = try #require(server.lines.last)

            if isOvertaken {
                try await cluster.session.set("/redis/master", Array("127.0.0.1 \(try freePort())".utf8))
                proxy.allow()
                // redis-server's own code after SIGTERM.
                #expect(try await server.process.wait(within: .seconds(15)) == 0)
                #expect(server.process.text.contains("Received SIGTERM"))
                let said = try #require(server.lines.last)
                #expect(said != first && said.contains("another start was faster") && said.contains("/redis/master"))
                try await eventually("the lease leaves", within: .seconds(5)) { !lease.isRunning }
                #expect(try await cluster.leases("members").isEmpty)
            } else {
                proxy.allow()
                try await eventually("it is registered again") {
                    try await cluster.leases("members").keys.sorted() == [server.address]
                }
                #expect(server.process.exitCode == nil && lease.isRunning)
            }
        }
    }

    @Test(.alone) func a_killed_sentinel_leaves_at_once_with_its_lock() async throws {
        try await TestCluster.with { cluster in
            _ = try await cluster.redis(quickRedis).ready()
            var delays: [Duration] = []
            for _ in 0..<3 {
                let sentinel = try await cluster.sentinel(quickSentinel).ready()
                _ = try await cluster.registered(2)
                sentinel.process.signal(SIGKILL)
                try await sentinel.process.wait()
                let end = ContinuousClock.now
                try await eventually("node and lock are gone", within: .seconds(5)) {
                    let owners = try await cluster.lockOwners()
                    return try await cluster.leases("sentinels").isEmpty && owners.isEmpty
                }
                delays.append(ContinuousClock.now - end)
            }
            // The middle one: a single delay may be the machine's.
            #expect(delays.sorted()[1] <= .milliseconds(200), "\(delays)")
        }
    }

    @Test(arguments: ["members", "sentinels"])
    func a_server_outlives_its_lease_and_its_node_goes_with_the_session(kind: String) async throws {
        try await TestCluster.with(shortSession) { cluster in
            let master = try await cluster.redis(quickRedis).ready()
            let sentinel = try await cluster.sentinel(quickSentinel).ready()
            _ = try await cluster.registered(2)
            let (server, other) = kind == "members" ? (master, sentinel) : (sentinel, master)
            let lease = try await server.lease
            kill(lease.pid, SIGKILL)
            let gone = try await cluster.delayUntilGone(server.address, kind)
            #expect(gone < sessionLimit, "gone after \(gone)")
            #expect(try await redis(server.port, "PING") == "PONG")
            #expect(server.process.exitCode == nil && !lease.isRunning)
            let left = try await cluster.registrations().values.map { String(decoding: $0.data, as: UTF8.self) }
            #expect(left == [other.address])
        }
    }

    @Test func a_sentinel_killed_together_with_its_lease_leaves_with_the_session() async throws {
        try await TestCluster.with(shortSession) { cluster in
            _ = try await cluster.redis(quickRedis).ready()
            let sentinel = try await cluster.sentinel(quickSentinel).ready()
            _ = try await cluster.registered(2)
            let lease = try await sentinel.lease
            for pid in [lease.pid, sentinel.process.pid] { kill(pid, SIGKILL) }
            let gone = try await cluster.delayUntilGone(sentinel.address, "sentinels")
            #expect(gone < sessionLimit, "gone after \(gone)")
            try await sentinel.process.wait()
            #expect(try await cluster.lockOwners().isEmpty)
        }
    }

    /// The timeout, a tick by which ZooKeeper rounds it up, and one for the rest.
    private let sessionLimit = Duration.seconds(3)
}
