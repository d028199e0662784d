import Inspection
import Succession
import Testing
import Vocabulary

/// One word, one line and one exit code for the state of a cluster.
@Suite(.timeLimit(.minutes(5))) struct VerdictTests {
    private let healthy = Sight.healthy
    private let master = Sight.master
    private let replica = Sight.replicas[0]

    @Test func aClusterWithoutFindingsIsHealthy() {
        #expect(healthy.findings.isEmpty, "\(healthy.findings)")
        #expect(healthy.verdict == Verdict(.healthy, "healthy"))
        #expect(healthy.verdict.exitCode == 0)
    }

    @Test func aMasterThatAnswersIsOneWhateverElseIsWrong() {
        let states: [(Sight, String)] = [
            (healthy.answering(.refused, replica), "a replica is not linked"),
            (healthy.silentSentinels(0), "a sentinel does not answer"),
            (healthy.silentSentinels(0, 1), "no majority of sentinels"),
            (healthy.with { $0.watchers = [] }, "no watcher"),
            (healthy.with { $0.pause = Pause(who: "ops", why: "work") }, "paused"),
            (healthy.sentinel { $0.details.hasQuorum = false }, "no quorum"),
            (
                healthy.with { $0.sentinels[Sight.sentinelAddresses[0]] = ServerFacts(info: ["sentinel_tilt": "1"]) },
                "a sentinel is in TILT"
            ),
        ]
        for (sight, words) in states {
            #expect(sight.verdict.state == .degraded)
            #expect(sight.verdict.exitCode == 1)
            #expect(sight.verdict.text.contains(words), "\(sight.verdict.text)")
            #expect(sight.findings.allSatisfy { $0.weight == .degraded })
        }
    }

    @Test(arguments: [
        Answer.refused, .loading, .notRedis,
        .replica(
            Replication(of: nil, synchronised: true, history: History(replicationID: String(repeating: "b", count: 40)))
        ),
    ])
    func aMasterThatIsNoneIsAnOutage(_ answer: Answer) {
        let sight = healthy.answering(answer, master)
        #expect(sight.verdict.state == .noMaster)
        #expect(sight.verdict.exitCode == 2)
        #expect(sight.verdict.text.hasPrefix("NO MASTER: the recorded master \(master) "))
        #expect(sight.findings.first?.weight == .outage, "\(sight.findings)")
    }

    /// Whoever keeps us out, or is out of our reach, may be well: the sentinels have just heard it.
    @Test(arguments: [Answer.silent, .denied]) func aMasterThatOnlyTheSentinelsReachIsOne(_ answer: Answer) {
        let sight = healthy.answering(answer, master)
        #expect(sight.verdict.state == .degraded)
        #expect(sight.findings.allSatisfy { $0.weight == .degraded })
        #expect(sight.sentinel { $0.details.lastReply = .seconds(3) }.verdict.state == .noMaster)
        #expect(sight.sentinel { $0.subjectivelyDown = true }.verdict.state == .noMaster)
        #expect(sight.silentSentinels(0, 1).verdict.state == .noMaster)
    }

    /// Whoever has no passwords at all learns nothing: nobody is to be woken for that.
    @Test func whoIsKeptOutByEverybodyKnowsOfNoOutage() {
        let sight = healthy.answering(.denied, master).with { sight in
            for index in sight.snapshot.sentinels.indices {
                sight.snapshot.sentinels[index].opinion = nil
                sight.snapshot.sentinels[index].trouble = .denied
            }
        }
        #expect(sight.verdict.state == .degraded)
        #expect(sight.findings.first?.name == "locked-out")
    }

    @Test(arguments: [
        (["aof_last_write_status": "err"], "log"), (["rdb_last_bgsave_status": "err"], "snapshot"),
        (["min_slaves_good_slaves": "0"], "NOREPLICAS"),
        (["maxmemory": "100", "used_memory": "101", "maxmemory_policy": "noeviction"], "OOM"),
    ]) func aMasterThatTakesNoWritesIsNotHealthy(_ info: [String: String], _ word: String) {
        let sight = healthy.with { $0.servers[master]?.info.merge(info) { $1 } }
        #expect(sight.verdict.text == "degraded: the master refuses writes")
        #expect(sight.findings.first?.weight == .outage)
        #expect(sight.findings.first?.text.contains(word) ?? false)
    }

    @Test func fewerReplicasThanAMasterWantsAreTooFew() {
        func names(_ wanted: Int?) -> [String] {
            healthy.with {
                $0.servers[master]?.info["min_slaves_good_slaves"] = "2"
                $0.servers[master]?.wantedReplicas = wanted
            }.findings.map(\.name)
        }
        #expect(names(3) == ["writes-refused"] && names(2).isEmpty && names(nil).isEmpty)
    }

    /// It says nothing of the cluster.
    @Test func whatOurOwnMachineKeepsUsFromAskingIsNoOutage() {
        let sight = healthy.answering(.silent, master).sentinel { $0.details.lastReply = .seconds(3) }
        #expect(sight.verdict.state == .noMaster)
        #expect(sight.with { $0.snapshot.unasked = [master] }.verdict.state == .degraded)
    }

    /// As the watcher's alert is called: no node is to be deleted for it.
    @Test func anOpenNodeIsNoBadNode() {
        let node = BadNode(path: "/redis", reason: "may be changed by everybody")
        let sight = healthy.with { $0.exposed = [node, BadNode(path: "/redis/master", reason: "as well")] }
        #expect(sight.findings.map(\.name) == ["bad-acl"])
        #expect(sight.verdict.state == .degraded)
    }

    @Test func withoutARecordNobodyIsMaster() {
        let unrecorded = healthy.with { $0.snapshot.record = nil }
        // The sentinels name one that answers, and whoever asks them can write.
        #expect(unrecorded.verdict.state == .degraded)
        let sight = unrecorded.silentSentinels(0, 1)
        #expect(sight.verdict.text == "NO MASTER: none is recorded in /redis/master")
        let bad = sight.with {
            $0.snapshot.badNodes = [BadNode(path: "/redis/master", reason: "it is empty", isEssential: true)]
        }
        #expect(bad.verdict.text == "NO MASTER: /redis/master can't be used: it is empty")
    }

    @Test func ofManyFindingsThreeAreInTheHeadline() {
        let sight = healthy.answering(.refused, replica).silentSentinels(0).with {
            $0.watchers = []
            $0.pause = Pause()
        }
        #expect(
            sight.verdict.text.hasSuffix(" and 1 more") || sight.verdict.text.hasSuffix(" and 2 more"),
            "\(sight.verdict.text)")
    }

    /// What only tells is not wrong.
    @Test func aNoteIsNoFault() {
        let sight = healthy.with {
            $0.snapshot.switchover = Switchover(id: "one", who: "ops")
            $0.watchers[1].answers = false
        }
        #expect(sight.findings.map(\.name) == ["switchover", "watcher-silent"])
        #expect(sight.verdict.state == .healthy)
    }
}
