import Testing
import Vocabulary

@testable import Succession

/// What a healthy cluster has, and what is said where it lacks it: each alert with its kind, what it is about, and the
/// reason.
@Suite(.timeLimit(.minutes(5))) struct PlanHealthTests {
    private typealias C = Cast
    private let healthy = Snapshot.healthy

    private func alerts(_ snapshot: Snapshot) -> [Alert] {
        plan(snapshot).compactMap { if case .alert(let alert) = $0 { alert } else { nil } }
    }

    private func titles(_ snapshot: Snapshot) -> [String] { alerts(snapshot).map(\.title) }

    private func cutOff(synchronising: Bool = false, synchronised: Bool = true) -> Answer {
        var replication = Replication(
            of: C.recorded, synchronised: synchronised, isLinked: false, history: C.history(C.line))
        replication.isSynchronising = synchronising
        return .replica(replication)
    }

    @Test func aHealthyClusterCanFailOver() {
        #expect(healthy.failoverObstacles == [])
        #expect(healthy.expectedReplicas == 2 && healthy.linkedReplicas == [C.first, C.second])
        #expect(healthy.heirs == [C.first, C.second])
    }

    @Test func everyAlertHasAKnownNameAndTellsWhatItIsAbout() {
        let sights = [
            healthy.silent(1, 2), healthy.voices(), healthy.crashed, healthy.takenOver(C.second),
            healthy.server(C.first, .silent).server(C.second, .denied), healthy.withoutLease(of: C.first),
            Snapshot(mark: C.mark), healthy.with { $0.record = nil }, healthy.sentinel(0) { $0.details.quorum = 3 },
            healthy.with { ($0.isDisputed, $0.acceptsLoss) = (true, true) },
            healthy.with { $0.refusals = [C.first: "REPLICAOF"] },
        ]
        for alert in sights.flatMap(alerts) {
            #expect(Alert.names.contains(alert.name) && alert.subject != nil, "\(alert)")
            #expect(!alert.text.contains("\n") && alert.text.utf8.count < 600, "\(alert)")
        }
    }

    /// Each state of a member, how long it may last unsaid, and what the line says of it.
    @Test(arguments: [
        (Answer.silent, 5, "does not answer; its process is frozen"),
        (.refused, 10, "refuses connections though its lease lives"),
        (.denied, 5, "does not let us in; check REDIS_PASSWORD"),
        (.loading, 60, "is loading its data, or busy with a script"),
        (Cast.master(), 10, "answers master itself beside the recorded one"),
        (Cast.replica(of: Cast.first), 10, "replicates from 10.0.0.3:7003, not from the master 10.0.0.2:7002"),
        (Cast.replica(linked: false), 10, "has no link to the master 10.0.0.2:7002; see its log"),
    ])
    func aMemberThatIsNotLinkedIsNamedWithTheReason(_ answer: Answer, _ seconds: Int, _ reason: String) throws {
        let alerts = alerts(healthy.server(C.second, answer))
        #expect(alerts.map(\.title) == ["missing-replicas /redis", "replica-not-linked 10.0.0.4:7004"])
        let member = try #require(alerts.last)
        #expect(
            member.text.hasPrefix("10.0.0.4:7004 is a member and no linked replica: it \(reason)"), "\(member.text)")
        #expect(member.patience == .seconds(seconds))
    }

    @Test func howManyReplicasAreMissingIsSaid() {
        let one = healthy.server(C.second, .refused).withoutLease(of: C.second)
        #expect(
            alerts(one).first?.text.hasPrefix(
                "1 of 2 replicas are linked to the master 10.0.0.2:7002 (/redis/cluster counts 3")
                == true)
        #expect(titles(one) == ["missing-replicas /redis"] && one.failoverObstacles == [])
        #expect(titles(one.with { $0.cluster?.members = 2 }) == [])
        #expect(titles(one.with { $0.cluster = nil }) == [])
    }

    /// A copy of a large master takes long, and is no fault; one that never ends is.
    @Test func whoCopiesItsMasterHasAMinute() {
        let copying = healthy.server(C.second, cutOff(synchronising: true, synchronised: false))
        #expect(titles(copying) == ["missing-replicas /redis", "replica-not-linked 10.0.0.4:7004"])
        #expect(alerts(copying).allSatisfy { $0.patience == .seconds(60) })
        #expect(alerts(copying).last?.text.contains("is copying the master's data") == true)
    }

    @Test func theStateOfALinkAndAnOlderVersionAreNamed() {
        let cut = healthy.server(C.second, cutOff())
        let handshake = cut.with { $0.links = [C.second: ReplicaLink(state: .handshake)] }
        #expect(alerts(handshake).last?.text.contains("has no link to the master 10.0.0.2:7002 (handshake)") == true)
        func running(_ own: String, _ masters: String) -> String? {
            alerts(
                cut.with {
                    $0.links = [
                        C.second: ReplicaLink(version: RedisVersion(own)),
                        C.recorded: ReplicaLink(version: RedisVersion(masters)),
                    ]
                }
            ).last?.text
        }
        #expect(running("6.2.14", "7.0.15")?.contains("runs Redis 6.2.14, and the master 10.0.0.2:7002 7.0.15") == true)
        for (own, masters) in [("7.0.11", "7.0.15"), ("7.2.0", "7.0.15"), ("x", "7.0.15")] {
            #expect(running(own, masters)?.contains("has no link") == true)
        }
        for text in ["", "7", "7.", "7.0.15.1.2", "7.-1", "7.0\n", "7.\(String(repeating: "9", count: 30))"] {
            #expect(RedisVersion(text) == nil)
        }
    }

    /// The fault is the master's, and that is said.
    @Test func noReplicaIsBlamedForAMasterThatIsDown() {
        let down = healthy.server(C.recorded, .refused).server(C.first, cutOff()).server(C.second, cutOff())
        #expect(titles(down) == ["no-master /redis"])
        #expect(down.failoverObstacles == [])
    }

    @Test(arguments: [
        (Cast.replica(priority: 0), "has replica-priority 0"),
        (Cast.replica(synchronised: false, linked: false), "has not finished its synchronisation"),
        (Cast.replica(linked: false), "has lost its link"), (.silent, "does not answer"),
        (.denied, "does not let us in (check REDIS_PASSWORD and its maxclients)"),
    ])
    func nobodyThatCouldBePromoted(_ answer: Answer, _ reason: String) {
        let nobody = healthy.server(C.first, answer).server(C.second, answer)
        let why = "10.0.0.3:7003 \(reason), 10.0.0.4:7004 \(reason)"
        #expect(nobody.failoverObstacles == ["no replica could be promoted: \(why)"])
        let alert = alerts(nobody).last
        #expect(alert?.title == "nobody-promotable /redis" && alert?.text.contains(why) == true)
        #expect(healthy.server(C.first, answer).failoverObstacles == [])
    }

    @Test func aMasterWithoutAnyReplica() {
        let alone = healthy.with {
            $0.members = [C.recorded]
            $0.cluster?.members = 1
            ($0.instances[C.first], $0.instances[C.second]) = (nil, nil)
        }
        #expect(titles(alone) == ["nobody-promotable /redis"])
        #expect(alone.failoverObstacles == ["no replica could be promoted: there is none"])
    }

    /// What stands in the way of a failover, in order.
    @Test func whyAFailoverIsNotPossible() {
        func obstacles(_ snapshot: Snapshot) -> [String] { snapshot.failoverObstacles }
        #expect(obstacles(Snapshot(mark: C.mark)) == ["no master is recorded in /redis/master"])
        #expect(obstacles(healthy.voices()) == ["no sentinel is registered"])
        #expect(obstacles(healthy.silent(0, 1)) == ["only 1 of 3 sentinels answer, which is no majority"])
        #expect(obstacles(healthy.silent(0)) == [])
        let stuck = healthy.sentinel { ($0.details.hasQuorum, $0.details.quorum) = (false, 4) }
        #expect(obstacles(stuck) == ["no sentinel can reach its quorum: 4 must agree, 3 answer"])
        #expect(obstacles(healthy.sentinel(0) { $0.details.hasQuorum = false }) == [])
        #expect(
            obstacles(healthy.sentinel { $0.names = nil }).first
                == "no majority of the sentinels monitors the recorded master 10.0.0.2:7002")
        let unseen = healthy.sentinel { $0.details.barred = [C.first, C.second] }
        #expect(
            obstacles(unseen) == [
                "no sentinel knows a replica that it would promote, though there is 10.0.0.3:7003, 10.0.0.4:7004"
            ])
        #expect(obstacles(healthy.sentinel { $0.details.barred = [C.first] }) == [])
    }

    @Test func serversWithoutALease() {
        for member in [C.recorded, C.first] {
            let lost = healthy.withoutLease(of: member)
            #expect(titles(lost) == ["no-lease \(member)"])
            #expect(lost.failoverObstacles == [] && lost.membersWithoutLease == [member])
            #expect(alerts(lost).first?.text.contains("run: interrex renew-lease PID") == true)
        }
        // One that doesn't answer is no server that runs; one of another cluster is none of ours.
        #expect(healthy.server(C.first, .refused).withoutLease(of: C.first).membersWithoutLease == [])
        #expect(healthy.takenOver(C.first).membersWithoutLease == [])
        #expect(healthy.server(C.first, .denied, mark: .unknown).withoutLease(of: C.first).membersWithoutLease == [])
    }

    /// Of a server that is new the master says so, long before the copy begins: another one may come first.
    @Test func whoWaitsForItsTurnToCopyHasAMinute() throws {
        let copies = [C.recorded: ReplicaLink(copies: [C.second]), C.second: ReplicaLink(state: .handshake)]
        let waiting = healthy.server(C.second, cutOff(synchronised: false)).with { $0.links = copies }
        #expect(titles(waiting) == ["missing-replicas /redis", "replica-not-linked 10.0.0.4:7004"])
        #expect(alerts(waiting).allSatisfy { $0.patience == .seconds(60) })
        #expect(alerts(waiting).last?.text.contains("is waiting for its turn to copy") == true)
        // Another one waits.
        let other = waiting.with { $0.links[C.recorded]?.copies = [C.first] }
        #expect(alerts(other).allSatisfy { $0.patience == .seconds(10) })
    }

    /// What the watcher mends by itself it mends only once it may.
    @Test func aPauseIsSaidWhereItKeepsTheWatcherFromMending() {
        let elsewhere = healthy.server(C.second, C.replica(of: C.gone)).server(C.gone, .refused)
        let idle = healthy.sentinel(1) { ($0.names, $0.details) = (nil, SentinelDetails(hasQuorum: false)) }
        let second = healthy.server(C.second, C.master())
        let misled = healthy.sentinel(1) { $0.names = C.gone }
        let dead = healthy.server(C.recorded, .refused).sentinel { $0.names = C.recorded }
        let words = "(paused: no watcher changes anything until /redis/paused ends)"
        for (name, sight) in [
            ("replica-not-linked", elsewhere), ("sentinel-idle", idle), ("replica-not-linked", second),
            ("disagreement", misled), ("no-master", dead),
        ] {
            let paused = alerts(sight.with { $0.isPaused = true }).filter { $0.name == name }
            #expect(!paused.isEmpty && paused.allSatisfy { $0.text.hasSuffix(words) }, "\(paused)")
            #expect(!alerts(sight).contains { $0.text.contains("paused") })
        }
        // What nobody but its operator mends.
        let frozen = healthy.server(C.second, .silent).with { $0.isPaused = true }
        #expect(!alerts(frozen).contains { $0.text.contains("paused") })
    }

    @Test func sentinelsWithoutALease() {
        let lost = healthy.unregistered(2, answering: .sentinel)
        #expect(titles(lost) == ["no-lease 10.0.1.3:26379"])
        for answer in [PeerAnswer.refused, .silent, .stranger, .unasked] {
            #expect(titles(healthy.unregistered(2, answering: answer)) == [])
        }
        // Its port may be another's by now: then no lease of ours died there.
        let unproven = healthy.unregistered(2, answering: .unproven)
        #expect(titles(unproven) == ["unknown-sentinel 10.0.1.3:26379"] && unproven.sentinelsWithoutLease == [])
        #expect(alerts(unproven).first?.text.contains("somebody else has the port") == true)
        // Nobody takes it for gone.
        #expect(unproven.gonePeers == [] && plan(unproven.lasting(.seconds(60))).deeds == [])
        // All of them: nobody is registered whom one could ask for peers.
        let all = healthy.voices().with { $0.unregistered = Set(C.sentinels) }
        #expect(titles(all) == ["no-sentinels /redis"] + C.sentinels.map { "no-lease \($0)" })
    }

    @Test func aSentinelThatRefusesOrIsSilentIsNamed() {
        for (trouble, text) in [
            (SentinelTrouble.refused, "refuses connections"), (.silent, "does not answer"),
            (.denied, "does not let us in"), (.stranger, "is no sentinel"), (nil, "does not answer"),
        ] {
            let lost = healthy.silent(1).with { $0.sentinels[1].trouble = trouble }
            #expect(titles(lost) == ["sentinel-unreachable 10.0.1.2:26379"])
            #expect(alerts(lost).first?.text.contains("the registered sentinel 10.0.1.2:26379 \(text)") == true)
        }
        let idle = healthy.sentinel(1) { ($0.names, $0.details) = (nil, SentinelDetails(hasQuorum: false)) }
        #expect(titles(idle) == ["sentinel-idle 10.0.1.2:26379"])
        #expect(alerts(idle).first?.text.contains("monitors no master named mymaster") == true)
    }

    @Test func settingsThatDifferAreListed() {
        let quorums = healthy.sentinel(0) { $0.details.quorum = 3 }
        #expect(titles(quorums) == ["sentinel-settings-differ quorum"])
        #expect(
            alerts(quorums).first?.text.hasPrefix(
                "the sentinels differ in quorum: 3 at 10.0.1.1:26379, 2 at 10.0.1.2:26379, 2 at 10.0.1.3:26379; set it alike "
                    + "(SENTINEL SET mymaster quorum VALUE on each)") == true)
        let all = healthy.sentinel(1) {
            $0.details.downAfter = .milliseconds(1_500)
            $0.failoverTimeout = .seconds(60)
            $0.details.parallelSyncs = 2
            ($0.details.notificationScript, $0.details.reconfigScript) = ("/a", "/b")
        }
        #expect(
            all.differingSettings.map(\.name) == [
                "down-after-milliseconds", "failover-timeout", "parallel-syncs", "notification-script",
                "client-reconfig-script",
            ])
        #expect(all.differingSettings.first?.values.map(\.value) == ["5000", "1500", "5000"])
        // Who is silent, or monitors nobody, says nothing.
        #expect(quorums.silent(0).differingSettings.isEmpty)
        #expect(quorums.sentinel(0) { $0.names = nil }.differingSettings.isEmpty)
        #expect(quorums.failoverObstacles == [])
    }

    @Test func anEmptyRoot() {
        let empty = Snapshot(mark: C.mark)
        #expect(empty.isEmptyRoot && titles(empty) == ["empty-root /redis"])
        #expect(
            alerts(empty).first?.text.contains("set ZK_ROOT") == true && alerts(empty).first?.patience == .seconds(5))
        #expect(!healthy.isEmptyRoot && !empty.with { $0.cluster = Snapshot.kept }.isEmptyRoot)
        let lost = healthy.with { ($0.record, $0.members, $0.sentinels) = (nil, [], []) }.with { $0.instances = [:] }
        #expect(titles(lost) == ["no-record /redis"])
    }
}
