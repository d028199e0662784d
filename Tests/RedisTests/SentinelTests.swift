import Support
import Testing
import Throttle
import Vocabulary

@testable import Redis

/// On real sentinels.
@Suite(.inTurn) struct SentinelTests {
    let limit = Duration.seconds(20)

    private func survey(_ connection: Connection) async throws -> SentinelSurvey {
        try await connection.sentinelSurvey(named: "mymaster", within: limit)
    }

    @Test func what_a_sentinel_knows() async throws {
        let master = try await RedisServer.start(["--repl-diskless-sync-delay", "0"])
        let replica = try await RedisServer.start([
            "--replicaof", "127.0.0.1", "\(master.port)", "--replica-priority", "42",
        ])
        let first = try await SentinelServer.start(
            monitor: master.port, quorum: 2, downAfter: .milliseconds(1_500), failoverTimeout: .seconds(7))
        let second = try await SentinelServer.start(monitor: master.port, quorum: 2)
        try await withLoop { loop in
            let connection = try await Connection.open(Address(first.port), on: loop, within: limit)
            try await connection.ping(within: limit)
            #expect(try await connection.role(within: limit) == .sentinel(masters: ["mymaster"]))
            #expect(try await survey(connection).address == Address(master.port))

            let found = try await eventually("the sentinel has found its peer and the replica") {
                let found = try await survey(connection).master
                return found?.otherSentinels == 1 && found?.replicas == 1 ? found : nil
            }
            #expect(found.name == "mymaster" && found.address == Address(master.port))
            #expect(found.flags == ["master"] && !found.isFailoverInProgress && found.failoverState == nil)
            #expect(found.configEpoch == 0 && found.quorum == 2 && found.runID.count == 40)
            #expect(found.downAfter == .milliseconds(1_500) && found.failoverTimeout == .seconds(7))
            #expect(found.fields["parallel-syncs"] == "1")

            let peer = try #require(try await survey(connection).peers.first)
            #expect(peer.address == Address(second.port))
            #expect(try await redis(second.port, "SENTINEL", "MYID") == peer.id)
            #expect(peer.flags.contains("sentinel"))

            let listed = try await eventually("the sentinel has asked the replica") {
                let listed = try await survey(connection).replicas.first
                return listed?.linkStatus == "ok" ? listed : nil
            }
            #expect(listed.address == Address(replica.port) && listed.master == Address(master.port))
            #expect(listed.flags == ["slave"] && listed.priority == 42)
            let whole = try await survey(connection)
            #expect(whole.master?.runID == found.runID && whole.hasQuorum)

            let info = try await connection.info(["sentinel"], within: limit)
            #expect(info["sentinel_masters"] == "1" && info["master0"]?.contains("sentinels=2") == true)
        }
    }

    @Test func a_name_that_it_does_not_monitor() async throws {
        let sentinel = try await SentinelServer.start()
        try await withLoop { loop in
            let connection = try await Connection.open(Address(sentinel.port), on: loop, within: limit)
            let whole = try await connection.sentinelSurvey(named: "m", within: limit)
            #expect(whole.address == nil && whole.master == nil && !whole.hasQuorum)
            #expect(whole.replicas.isEmpty && whole.peers.isEmpty)
            #expect(try await connection.role(within: limit) == .sentinel(masters: []))
        }
    }

    @Test func a_master_whose_name_has_no_address() async throws {
        let sentinel = try await SentinelServer.start(
            extra: ["sentinel resolve-hostnames yes", "sentinel monitor lost no-such-host.invalid 6379 2"])
        try await withLoop { loop in
            let connection = try await Connection.open(Address(sentinel.port), on: loop, within: limit)
            let (address, master, id) = try await connection.sentinelOpinion(named: "lost", within: .seconds(20))
            #expect(address == nil && master?.name == "lost" && master?.address == nil)
            #expect(try await redis(sentinel.port, "SENTINEL", "MYID") == id)
        }
    }

    @Test func a_failover_is_seen_in_flags_state_and_events() async throws {
        let master = try await RedisServer.start(["--repl-diskless-sync-delay", "0"])
        let replica = try await RedisServer.start(["--replicaof", "127.0.0.1", "\(master.port)"])
        let sentinel = try await SentinelServer.start(monitor: master.port, quorum: 1)
        try await withLoop { loop in
            let listener = Address(sentinel.port)
            let connection = try await Connection.open(listener, on: loop, within: limit)
            let events = try await Subscription.open(
                listener, patterns: ["*"], on: loop, keepalive: .seconds(1), within: limit)
            try await eventually("the failover begins") {
                do {
                    return try await connection.command(["SENTINEL", "FAILOVER", "mymaster"], within: limit)
                        == .status("OK")
                } catch {
                    // Until the sentinel has found the replica.
                    #expect((error as? RedisError)?.prefix == "NOGOODSLAVE")
                    return false
                }
            }
            let running = try #require(try await survey(connection).master)
            #expect(running.isFailoverInProgress == (running.failoverState != nil))
            for try await message in events where message.channel == "+switch-master" {
                #expect(message.pattern == "*")
                #expect(message.text == "mymaster 127.0.0.1 \(master.port) 127.0.0.1 \(replica.port)")
                break
            }
            let (address, after, _) = try await connection.sentinelOpinion(named: "mymaster", within: limit)
            #expect(address == Address(replica.port) && after?.configEpoch == 1)
            events.close()
        }
    }
}
