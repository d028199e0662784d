import Cluster
import FoundationEssentials
import Runtime
import Succession
import Support
import Testing
import Throttle
import Vocabulary

@testable import Watching

/// `/status` as a client reads it. A key that is missing, or of another type, fails to decode.
private struct StatusView: Decodable {
    struct Sentinel: Decodable, Equatable {
        var address: String
        var answers: Bool
        var names: String?
        var sDown: Bool
        var failover: Bool
        var epoch: Int?
        var peers: Int?
    }

    struct Member: Decodable, Equatable {
        var address: String
        var role: String
        var live: Bool
        var stranger: Bool
        var follows: String?
        var link: String?
        var offset: Int?
        var lagBytes: Int?
        var priority: Int?
    }

    struct Alert: Decodable, Equatable {
        var name: String
        var about: String?
        var text: String
        var since: String?
    }

    var root: String
    var master: String?
    var version: Int?
    var epoch: Int?
    var membersCount: Int
    var leader: String?
    var leads: Bool
    var connected: Bool
    var paused: Pause?
    var healthy: Bool
    var failoverPossible: Bool
    var failoverBlockedBy: [String]
    var replicasExpected: Int?
    var replicasLinked: Int
    var sentinels: [Sentinel]
    var members: [Member]
    var alerts: [Alert]
    var warnings: [String]
    var seenMsAgo: Int?
}

@Suite("Status", .inTurn) struct StatusTests {
    @Test func open_doors_are_a_warning_and_no_alert() async throws {
        var sight = Sights.healthy()
        let snapshot = try #require(sight.snapshot)
        let secret = Credentials(password: "x")
        func doors(_ servers: Credentials?, _ sentinels: Credentials?) -> [String] {
            RedisSettings(masterName: "mymaster", credentials: servers, sentinelCredentials: sentinels)
                .openDoors(of: snapshot)
        }
        #expect(doors(secret, secret).isEmpty)
        #expect(doors(secret, nil).count == 1 && doors(secret, nil)[0].contains("SENTINEL_PASSWORD"))
        #expect(doors(nil, secret).count == 1 && doors(nil, secret)[0].contains("REDIS_PASSWORD"))
        sight.warnings = doors(nil, nil)
        let view = try await status(sight)
        #expect(view.warnings.count == 2 && view.healthy && view.alerts.isEmpty)
        // Nobody else reaches these.
        var local = snapshot
        local.members = [Address(host: "127.0.0.1", port: 1)!]
        local.sentinels = Sentinels([SentinelReport(Address(host: "::1", port: 2)!, Opinion(names: nil))])
        let none = RedisSettings(masterName: "mymaster", credentials: nil, sentinelCredentials: nil)
        #expect(none.openDoors(of: local).isEmpty)
    }

    private func status(_ status: ClusterStatus) async throws -> StatusView {
        let body = Protected("")
        try await TestServer.run([status]) { server in
            let answer = try await server.get("/status")
            #expect(answer.code == 200 && answer.headers["content-type"] == "application/json")
            body.withLock { $0 = answer.body }
        }
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        return try decoder.decode(StatusView.self, from: Data(body.value.utf8))
    }

    @Test func healthy() async throws {
        let view = try await status(Sights.healthy())
        #expect(view.root == "/redis" && view.master == "10.0.0.1:1" && view.version == 7 && view.epoch == 4)
        #expect(view.membersCount == 3 && view.leader == "10.0.0.1:8080" && view.leads && view.connected)
        #expect(view.paused == nil && view.healthy && view.alerts.isEmpty)
        #expect(view.failoverPossible && view.failoverBlockedBy == [])
        #expect(view.replicasExpected == 2 && view.replicasLinked == 2)
        #expect((0..<60_000).contains(view.seenMsAgo ?? -1))
        #expect(view.sentinels.map(\.address) == ["10.0.0.1:11", "10.0.0.1:12", "10.0.0.1:13"])
        #expect(
            view.sentinels[0]
                == .init(
                    address: "10.0.0.1:11", answers: true, names: "10.0.0.1:1", sDown: false, failover: false,
                    epoch: 4, peers: 2))
        #expect(
            view.members == [
                .init(address: "10.0.0.1:1", role: "master", live: true, stranger: false, offset: 1_000),
                .init(
                    address: "10.0.0.1:2", role: "replica", live: true, stranger: false, follows: "10.0.0.1:1",
                    link: "up", offset: 900, lagBytes: 100, priority: 100),
                .init(
                    address: "10.0.0.1:3", role: "replica", live: true, stranger: false, follows: "10.0.0.1:1",
                    link: "up", offset: 1_000, lagBytes: 0, priority: 100),
            ])
    }

    @Test func failover() async throws {
        let view = try await status(Sights.failover())
        #expect(!view.healthy && view.alerts.map(\.name) == ["no-master"] && view.membersCount == 2)
        #expect(view.sentinels[0].failover && view.sentinels[0].sDown)
        #expect(
            view.sentinels[1]
                == .init(
                    address: "10.0.0.1:12", answers: false, names: nil, sDown: false, failover: false, epoch: nil,
                    peers: nil))
        #expect(view.members.map(\.role) == ["replica", "replica", "refused"])
        #expect(view.members[0].link == "down" && view.members[0].lagBytes == nil)
        #expect(view.members[2].address == "10.0.0.1:1" && !view.members[2].live)
    }

    /// Healthy is said where a failover is possible, the master is up, the look is fresh, and nothing needs a hand.
    @Test func whatIsNotHealthy() async throws {
        var sights: [ClusterStatus] = []
        func not(_ change: (inout ClusterStatus) -> Void) {
            var sight = Sights.healthy()
            change(&sight)
            sights.append(sight)
        }
        not { $0.isConnected = false }
        not { $0.seen = .now - .seconds(31) }
        not { $0.alerts = [Alert("aside", "x")] }
        not { $0.snapshot?.instances[Sights.address(1)] = Instance(.silent) }
        not { $0.snapshot?.sentinels = [] }
        for sight in sights { #expect(try await !status(sight).healthy) }

        var cut = Sights.healthy()
        for port in 2...3 { cut.snapshot?.instances[Sights.address(port)] = Instance(.silent) }
        let view = try await status(cut)
        #expect(!view.healthy && !view.failoverPossible && view.replicasLinked == 0)
        #expect(
            view.failoverBlockedBy == [
                "no replica could be promoted: 10.0.0.1:2 does not answer, 10.0.0.1:3 does not answer"
            ])
        let unseen = try await status(Sights.unseen())
        #expect(!unseen.failoverPossible && unseen.failoverBlockedBy == ["/redis has not been looked at yet"])
    }

    @Test func alertsTellWhatTheyAreAboutAndSinceWhen() async throws {
        var sight = Sights.healthy()
        sight.alerts = [Alert("no-lease", about: "10.0.0.1:2", "x"), Alert("behind", "y")]
        sight.alerts[0].since = "2026-01-02T03:04:05.678Z"
        #expect(
            try await status(sight).alerts == [
                .init(name: "no-lease", about: "10.0.0.1:2", text: "x", since: "2026-01-02T03:04:05.678Z"),
                .init(name: "behind", about: nil, text: "y", since: nil),
            ])
    }

    @Test func everyRole() async throws {
        var sight = Sights.healthy()
        let answers: [(Answer, String)] = [
            (.loading, "loading"), (.denied, "denied"), (.refused, "refused"), (.silent, "silent"),
            (.notRedis, "not-redis"),
        ]
        for (answer, word) in answers {
            sight.snapshot?.instances[Sights.address(3)] = Instance(answer)
            let view = try await status(sight)
            #expect(view.members[2].role == word)
            #expect(view.members[2].stranger == (answer == .notRedis))
        }
    }

    @Test func unseenDisconnectedAndPaused() async throws {
        let unseen = try await status(Sights.unseen())
        #expect(!unseen.healthy && !unseen.connected && unseen.seenMsAgo == nil && unseen.master == nil)
        var sight = Sights.healthy()
        sight.isConnected = false
        sight.pause = Pause(who: "ann", why: "a \"disk\"\n", since: "2026-01-01T00:00:00Z", until: nil)
        let paused = try await status(sight)
        #expect(!paused.healthy && !paused.connected && paused.paused == sight.pause)
        // A pause that can't be read is one as well.
        sight.pause = nil
        sight.snapshot?.isPaused = true
        #expect(try await status(sight).paused == Pause())
    }

    @Test func hostileOffsetsDoNotOverflow() async throws {
        var sight = Sights.healthy()
        sight.snapshot?.instances[Sights.address(1)] = Instance(
            .master(History(replicationID: "a", offset: .max)))
        sight.snapshot?.instances[Sights.address(2)] = Sights.replica(offset: .min)
        let view = try await status(sight)
        #expect(view.members[1].lagBytes ?? -1 >= 0)
    }
}
