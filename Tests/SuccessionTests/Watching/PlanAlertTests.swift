import Testing
import Vocabulary

@testable import Succession

/// What can't be mended is said, with its cause and what to do about it.
@Suite(.timeLimit(.minutes(5))) struct PlanAlertTests {
    private typealias C = Cast
    private let healthy = Snapshot.healthy

    @Test func aHealthyClusterAlertsNobody() { #expect(plan(healthy).alerts == []) }

    @Test func aLostSentinelMajorityWritesNothingAndNamesTheCause() {
        let lost = healthy.silent(1).unregistered(2, answering: .refused).lasting(.seconds(3_600))
        let plan = plan(lost)
        #expect(plan.deeds == [])
        #expect(plan.alerts == ["sentinel-majority-lost", "sentinel-unreachable"])
        #expect(
            plan.alert("sentinel-majority-lost")
                == "only 1 of 3 sentinels answer (silent: 10.0.1.2:26379; known but gone: 10.0.1.3:26379), too few to "
                + "elect who fails over; start the missing ones again, or check the network and SENTINEL_PASSWORD")
    }

    @Test func aLostMajorityIsSaidWhileTheMasterIsDown() {
        #expect(
            plan(healthy.crashed.silent(1, 2).lasting(.seconds(3_600))).alerts
                == ["sentinel-majority-lost", "no-master", "sentinel-unreachable", "sentinel-unreachable"])
    }

    @Test func aServerThatRefusesWhatItIsTold() {
        let denied = healthy.with { $0.refusals = [C.first: "REPLICAOF", C.gone: "CONFIG SET"] }
        #expect(plan(denied).alerts == ["uncommandable"])
        let text = plan(denied).alert("uncommandable")
        #expect(text?.contains("10.0.0.3:7003") == true && text?.contains("REPLICAOF") == true)
        // Nobody can tell whose it is.
        let hidden = healthy.with { $0.instances[C.second]?.mark = .unknown }
        #expect(plan(hidden).alert("uncommandable")?.contains("10.0.0.4:7004 refuses CONFIG GET") == true)
    }

    @Test func noSentinelAtAll() {
        #expect(plan(healthy.voices()).alerts == ["no-sentinels"])
        #expect(plan(healthy.voices().with { $0.record = nil }).alerts == ["no-record"])
    }

    @Test func aMajorityThatAnswersButHasNoQuorum() {
        let stuck = healthy.sentinel(0) { $0.details.hasQuorum = false }
        #expect(plan(stuck).alerts == ["no-quorum"])
        let alert = plan(stuck).alert("no-quorum")
        #expect(alert?.hasPrefix("10.0.1.1:26379 can't reach a quorum") == true)
        #expect(alert?.contains("(2 must agree, 3 known, gone: none)") == true)
        #expect(alert?.hasSuffix("they know and reach enough of each other, or SENTINEL SET lowers the quorum") == true)
    }

    @Test(arguments: [
        (Answer.refused, "refuses connections"), (.silent, "does not answer"),
        (.loading, "is loading its data, or busy with a script"),
        (.denied, "does not let us in (check REDIS_PASSWORD and its maxclients)"),
        (.notRedis, "is a server of another cluster"),
        (Cast.replica(of: Cast.gone), "is a replica of 10.0.0.6:7006"),
    ])
    func theStateOfAMissingMaster(_ answer: Answer, _ state: String) {
        let text = plan(healthy.server(C.recorded, answer)).alert("no-master")
        #expect(text == "the recorded master 10.0.0.2:7002 \(state), and it is not replaced yet")
    }

    @Test func aMasterThatNobodyCanReplace() {
        let last = healthy.server(C.recorded, .refused).with {
            $0.members = [C.recorded]
            ($0.instances[C.first], $0.instances[C.second]) = (nil, nil)
        }
        #expect(plan(last).alert("no-master")?.hasSuffix("and no live replica of it can be promoted") == true)
    }

    @Test func sentinelsThatDisagree() {
        let split = healthy.sentinel(2) { $0.names = C.heir }.server(C.heir, C.master(), mark: .absent)
        #expect(
            plan(split).alert("disagreement")
                == "the sentinels name 10.0.0.2:7002, 10.0.0.5:7005, ZooKeeper names 10.0.0.2:7002")
    }

    @Test func aStrangerWhereAReplicaWas() {
        #expect(plan(healthy.takenOver(C.second)).alerts == ["stranger", "missing-replicas"])
    }

    @Test func aSecondMasterThatMayNotBeTouched() {
        let unknown = healthy.server(C.second, C.master(), mark: .unknown).withoutLease(of: C.second)
        #expect(
            plan(unknown.lasting(.seconds(3_600))).alerts == ["unknown-master", "missing-replicas", "uncommandable"])
    }

    /// The port of a master that died was taken before anybody could see it refuse connections.
    @Test func aRecordedMasterThatIsAnothersServer() {
        let unmarked = healthy.server(C.recorded, C.master(), mark: .absent)
        #expect(plan(unmarked).alerts == ["unknown-master"])
        #expect(plan(unmarked.withoutLease(of: C.recorded)).alerts == ["unknown-master"])
        #expect(
            plan(unmarked).alert("unknown-master")
                == "the recorded master 10.0.0.2:7002 bears no mark of ours, so nobody is told to follow it: another's server may "
                + "have its port; if so, stop it, and a replica takes its place; if another tool started it as this cluster's, "
                + "give it our mark (Redis 7: CONFIG SET proc-title-template '{title} {listen-addr} {server-mode} /redis mymaster "
                + "0123456789abcdef', then CONFIG REWRITE)")
        let unreadable = healthy.server(C.recorded, C.master(), mark: .unknown).withoutLease(of: C.recorded)
        #expect(plan(unreadable).alerts == ["no-lease", "uncommandable"])
    }

    @Test func aMasterThatOnlySentinelsKnow() {
        let hijacked = healthy.server(C.heir, C.master(keys: false), mark: .absent)
            .voices(C.heir, C.recorded, C.heir, epoch: 1_000)
        #expect(plan(hijacked.lasting(.seconds(3_600))).deeds == [])
        #expect(
            plan(hijacked).alert("unknown-master")
                == "the sentinels 10.0.1.1:26379, 10.0.1.3:26379 name 10.0.0.5:7005 as master, which has neither a lease nor "
                + "our mark: it is not recorded, and nobody is told to follow it; stop it, start it with interrex redis, or, if "
                + "another tool started it for this cluster, give it our mark (Redis 7: CONFIG SET proc-title-template '{title} "
                + "{listen-addr} {server-mode} /redis mymaster 0123456789abcdef', then CONFIG REWRITE)")
    }

    @Test func whoIsRegisteredAndNotBelievedIsNamedOnce() {
        var opinion = Opinion(names: C.heir, epoch: 1_000, peers: 6)
        opinion.id = C.line
        let claims = [
            SentinelClaim("a", at: Cast.address("10.0.2.1:26379"), isVouched: false, opinion),
            SentinelClaim("b", at: Cast.address("10.0.2.2:26379"), isVouched: true, opinion),
            SentinelClaim("c", at: Cast.address("10.0.2.3:26379"), isVouched: false),
        ]
        let attacked = healthy.with { $0.sentinels = Sentinels(Array($0.sentinels), doubting: claims) }
        #expect(plan(attacked).deeds == plan(healthy).deeds)
        #expect(plan(attacked).alerts == ["false-sentinels", "false-sentinels"])
        #expect(
            plan(attacked).alert("false-sentinels")
                == "registered below /redis/sentinels as 10.0.2.1:26379, 10.0.2.3:26379 (master there: 10.0.0.5:7005) is no "
                + "sentinel of ours: it has no identity of ours, and no sentinel of ours lists it as a peer; it counts for "
                + "nothing and is told nothing: delete that node, and find out who wrote it")
        let taken = healthy.with { $0.sentinels = Sentinels(Array($0.sentinels), doubting: [claims[1]]) }
        #expect(
            plan(taken).alert("false-sentinels")?.contains(
                "10.0.2.2:26379 (master there: 10.0.0.5:7005) is one of ours, but another sentinel answers there")
                == true)
        let many = healthy.with {
            $0.sentinels = Sentinels(
                Array($0.sentinels),
                doubting: (1...2_000).map {
                    SentinelClaim("\($0)", at: Address(host: C.gone.host, port: $0)!, isVouched: false)
                })
        }
        #expect(plan(many).alerts == ["false-sentinels"])
        #expect(plan(many).alert("false-sentinels")?.contains(" and 1995 more is no sentinel of ours") == true)
    }

    /// Another tool's, before the first of ours is there; one that does not tell its id.
    @Test func whoCantBeToldToBeOursIsNotCalledAnIntruder() {
        var opinion = Opinion(names: C.recorded, epoch: 7, peers: 2)
        opinion.id = C.line
        var theirs = C.sentinels.map { SentinelClaim("tool-\($0)", at: $0, isVouched: false, opinion) }
        let others = healthy.with { $0.sentinels = Sentinels(claims: theirs) }
        let text = plan(others).alert("false-sentinels")
        #expect(text?.contains("is no sentinel that could be told to be ours") == true, "\(text ?? "")")
        #expect(
            text?.contains("start an interrex sentinel beside it") == true && text?.contains("who wrote it") == false)
        // The names of their nodes may look like ours, where nobody has an identity.
        for index in theirs.indices {
            (theirs[index].name, theirs[index].isVouched) = ("0000000\(index)-0000-4000-8000-000000000000", true)
            theirs[index].hasIdentity = false
        }
        let named = plan(healthy.with { $0.sentinels = Sentinels(claims: theirs) })
        #expect(named.alert("false-sentinels") == text)
        #expect(!named.alerts.contains("sentinel-unreachable"), "\(named.alerts)")

        var nameless = opinion
        nameless.id = nil
        let claim = SentinelClaim("b", at: Cast.address("10.0.2.2:26379"), isVouched: true, nameless)
        let silent = plan(healthy.with { $0.sentinels = Sentinels(Array($0.sentinels), doubting: [claim]) })
        #expect(silent.alert("false-sentinels")?.contains("does not tell its SENTINEL MYID") == true)
        #expect(silent.alert("false-sentinels")?.contains("delete that node") == false)
    }

    @Test func aSentinelThatCannotSafelyBeReset() {
        let stale = healthy.server(C.gone, .refused).sentinel {
            $0.details.replicas.append(C.gone)
            $0.details.quorum = 3
        }
        #expect(plan(stale.lasting(.seconds(30))).alerts == Array(repeating: "unsafe-reset", count: 3))
        #expect(plan(stale.lasting(.seconds(29))).alerts == [])
    }

    @Test func aNodeThatCannotBeUsedIsNamedAndOverwrittenByNobody() {
        for path in ["/redis/master", "/redis/cluster"] {
            let bad = BadNode(path: path, reason: "it is empty", isEssential: true)
            let plan = plan(
                healthy.with { ($0.record, $0.cluster, $0.badNodes) = (nil, nil, [bad]) }.lasting(.seconds(3_600)))
            #expect(plan.deeds == [])
            #expect(
                plan.alert("bad-node")
                    == "\(path) in ZooKeeper can't be used: it is empty; repair or delete that node: until then nothing is "
                    + "recorded, and only Sentinel's own failover is left")
        }
    }

    @Test func thousandsOfNodesThatCannotBeUsedAreNoThousandsOfLines() {
        let junk = (1_000..<3_000).map { BadNode(path: "/redis/members/\($0)", reason: "it is empty") }
        let master = BadNode(path: "/redis/master", reason: "it is empty", isEssential: true)
        let alerts = plan(healthy.with { $0.badNodes = junk + [master] }).compactMap(\.badNode)
        #expect(alerts.count == 21)
        #expect(alerts.first?.contains("/redis/master") ?? false)
        #expect(alerts.last?.hasPrefix("1981 more nodes in ZooKeeper") ?? false)
        let few = plan(healthy.with { $0.badNodes = Array(junk.prefix(20)) }).compactMap(\.badNode)
        #expect(few.count == 20 && few.last?.contains("/redis/members/1019") ?? false)
    }

    @Test func whoIsHeldBackIsNamedWithWhatWouldBeLost() {
        let behind = healthy.server(C.recorded, .refused).withoutLease(of: C.recorded).holding(9_999)
            .lasting(.seconds(3_600))
        #expect(plan(behind).alerts == ["no-master", "behind"])
        #expect(
            plan(behind).alert("behind")
                == "no member answers master, and 10.0.0.4:7004 is not promoted: the cluster held 100 keys (epoch 4, offset "
                + "9999) at 2026-01-01T00:00:00Z, last on 10.0.0.2:7002, 10.0.0.3:7003, 10.0.0.4:7004; the best copy here is "
                + "8999 bytes of writes behind; start a member that has it, or give it up: interrex accept-loss (it writes "
                + "/redis/accept-loss)")
        #expect(plan(behind.with { $0.acceptsLoss = true }).alert("behind") == nil)
        // Where anybody may have written that, there is something else to do first.
        let open = plan(behind.with { ($0.acceptsLoss, $0.isExposed) = (true, true) }).alert("behind")
        #expect(open?.contains("first mend its ACL (the alert bad-acl has the command)") ?? false)
    }

    @Test func whoMayNeverLeadAndHasMoreIsNamed() {
        let ahead = healthy.server(C.recorded, .refused).withoutLease(of: C.recorded).holding(9_999)
            .server(C.second, C.replica(priority: 0, offset: 3_000, isUsers: true)).lasting(.seconds(3_600))
        let text = plan(ahead).alert("behind")
        #expect(
            text?.contains(
                "10.0.0.3:7003 is not promoted, because 10.0.0.4:7004 has newer data and may never be master")
                ?? false, "\(text ?? "none")")
        #expect(text?.contains("give it up: interrex accept-loss") ?? false)
    }

    @Test func whoseMembersTheyAreIsDisputed() {
        let disputed = healthy.with { $0.isDisputed = true }
        #expect(plan(disputed).alerts == ["disputed-cluster"])
        #expect(plan(disputed).alert("disputed-cluster")?.contains("cluster id 0123456789abcdef") == true)
        for snapshot in [healthy.crashed, healthy.server(C.second, C.master()), healthy.voices(C.first, nil, C.gone)] {
            let plan = plan(snapshot.lasting(.seconds(3_600)).with { $0.isDisputed = true })
            #expect(plan.allSatisfy { $0.reach != .servers }, "\(plan)")
        }
    }

    @Test(arguments: [false, true], [false, true])
    func everyWatcherAlerts(leads: Bool, paused: Bool) {
        let lost = healthy.silent(0, 1).with { ($0.leads, $0.isPaused) = (leads, paused) }
        #expect(plan(lost).alerts == ["sentinel-majority-lost", "sentinel-unreachable", "sentinel-unreachable"])
    }
}

extension Action {
    fileprivate var badNode: String? {
        if case .alert(let alert) = self, alert.name == "bad-node" { alert.text } else { nil }
    }
}
