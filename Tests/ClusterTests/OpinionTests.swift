import Cluster
import Succession
import Support
import Testing
import Throttle
import Vocabulary

/// What sentinels say, and whether anybody listens at an address.
@Suite(.inTurn) struct OpinionTests {
    @Test func of_a_healthy_cluster() async throws {
        let master = try await RedisServer.start()
        let one = try await SentinelServer.start(monitor: master.port, failoverTimeout: .milliseconds(7_500))
        let two = try await SentinelServer.start(monitor: master.port)
        try await withProber { prober in
            var opinion = try await eventually("it knows its peer") {
                let opinion = await prober.opinion(of: Address(one.port))
                return opinion?.peers == 1 ? opinion : nil
            }
            #expect(opinion.details.lastReply < .seconds(5))
            opinion.details.lastReply = .zero
            let ids = try await [redis(one.port, "SENTINEL", "MYID"), redis(two.port, "SENTINEL", "MYID")]
            #expect(opinion.id == ids[0] && opinion.details.sentinels == [Address(two.port)])
            #expect(opinion.details.sentinelIDs == [Address(two.port): ids[1]])
            (opinion.id, opinion.details.sentinels, opinion.details.sentinelIDs) = (nil, [], [:])
            // A hello comes every two seconds.
            #expect(opinion.details.heard.isSubset(of: [Address(two.port)]))
            opinion.details.heard = []
            #expect(
                opinion
                    == Opinion(names: Address(master.port), failoverTimeout: .milliseconds(7_500), epoch: 0, peers: 1))
            await two.stop()
            // Sentinel never forgets a peer.
            #expect(await prober.opinion(of: Address(one.port))?.peers == 1)
        }
    }

    @Test func what_only_a_watcher_asks_for() async throws {
        let master = try await RedisServer.start()
        let replica = try await RedisServer.start(["--replicaof", "127.0.0.1", "\(master.port)"])
        let one = try await SentinelServer.start(monitor: master.port, downAfter: .milliseconds(200))
        let two = try await SentinelServer.start(monitor: master.port, downAfter: .milliseconds(200))
        try await withProber { prober in
            let details = try await eventually("it knows its replica and its peer", within: .seconds(30)) {
                let details = await prober.detailedOpinion(of: Address(one.port))?.details
                return details?.replicas == [Address(replica.port)] && details?.sentinels == [Address(two.port)]
                    && details?.barred == [] && details?.hasQuorum == true ? details : nil
            }
            #expect(!details.isDisconnected && details.downAfter == .milliseconds(200) && details.quorum == 2)
            replica.freeze()
            try await eventually("a replica that is down in its eyes is barred") {
                await prober.detailedOpinion(of: Address(one.port))?.details.barred == [Address(replica.port)]
            }
            await two.stop()
            try await eventually("its peer is gone: there is no quorum") {
                await prober.detailedOpinion(of: Address(one.port))?.details.hasQuorum == false
            }
            #expect(await prober.peer(Address(two.port)) == .refused)
            #expect(await prober.peer(Address(one.port)) == .sentinel)
            let id = try await redis(one.port, "SENTINEL", "MYID")
            #expect(await prober.peer(Address(one.port), expecting: id) == .sentinel)
            // Another sentinel has the port of a dead one.
            #expect(await prober.peer(Address(one.port), expecting: String(id.reversed())) == .stranger)
            #expect(await prober.peer(Address(master.port)) == .stranger)
        }
    }

    @Test func of_a_master_that_is_down() async throws {
        let dead = try freePort()
        let sentinel = try await SentinelServer.start(monitor: dead, downAfter: .milliseconds(100))
        try await withProber { prober in
            let opinion = try await eventually("it considers the master down") {
                let opinion = await prober.opinion(of: Address(sentinel.port))
                return opinion?.subjectivelyDown == true ? opinion : nil
            }
            #expect(opinion.names == Address(dead) && opinion.failoverFor == nil && opinion.peers == 0)
        }
    }

    @Test func of_a_sentinel_that_does_not_know_the_name() async throws {
        let sentinel = try await SentinelServer.start(monitor: try freePort(), name: "other")
        try await withProber { prober in
            var opinion = try #require(await prober.opinion(of: Address(sentinel.port)))
            #expect(opinion.id?.count == 40)
            opinion.id = nil
            #expect(opinion == Opinion(names: nil))
        }
        try await withProber(name: "other") { #expect(await $0.opinion(of: Address(sentinel.port))?.names != nil) }
    }

    @Test func none_of_one_that_is_gone_silent_or_no_sentinel() async throws {
        let sentinel = try await SentinelServer.start(monitor: try freePort())
        let server = try await RedisServer.start()
        let port = try freePort()
        sentinel.freeze()
        try await withProber(limit: .milliseconds(300)) { prober in
            for port in [sentinel.port, server.port, port] { #expect(await prober.opinion(of: Address(port)) == nil) }
        }
        sentinel.thaw()
        try await withProber { #expect(await $0.opinion(of: Address(sentinel.port)) != nil) }
    }

    @Test func a_sentinels_password_is_its_own() async throws {
        let sentinel = try await SentinelServer.start(monitor: try freePort(), extra: ["requirepass sesame"])
        for password in [nil, "guess"] {
            try await withProber(
                password: "sesame", sentinelPassword: password, sentinels: [sentinel.port]
            ) { prober in
                #expect(await prober.opinion(of: Address(sentinel.port)) == nil)
            }
        }
        try await withProber(sentinelPassword: "sesame", sentinels: [sentinel.port]) {
            #expect(await $0.opinion(of: Address(sentinel.port)) != nil)
        }
    }

    @Test func whether_anybody_answers() async throws {
        let server = try await RedisServer.start(["--requirepass", "sesame"])
        let (nobody, silent) = (try freePort(), try SilentPort())
        let listener = try ScriptedPeer { $0.receiveToEnd() }
        let frozen = try await RedisServer.start()
        frozen.freeze()
        defer { frozen.thaw() }
        try await withProber(limit: .milliseconds(300)) { prober in
            #expect(await prober.reach(Address(server.port)) == .answers)
            #expect(await prober.reach(Address(listener.port)) == .silent)
            #expect(await prober.reach(Address(frozen.port)) == .silent)
            #expect(await prober.reach(Address(nobody)) == .refused)
            #expect(await prober.reach(Address(silent.port)) == .silent)
            #expect(await prober.reach(Address(host: "no-such-host.invalid", port: 1)!) == .silent)
        }
    }

    @Test func whether_it_answers_a_ping() async throws {
        let server = try await RedisServer.start(["--requirepass", "sesame"])
        try await withProber(password: "sesame", limit: .seconds(2), servers: [server.port]) { prober in
            #expect(await prober.answersPing(Address(server.port), prober.settings.credentials))
            #expect(await !prober.answersPing(Address(server.port), nil))
            server.kill9()
            try await server.process.wait()
            #expect(await !prober.answersPing(Address(server.port), prober.settings.credentials))
        }
    }
}
