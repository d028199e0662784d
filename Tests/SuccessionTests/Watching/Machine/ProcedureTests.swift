import Testing
import Vocabulary

@testable import Succession

/// How actions are carried out: what is done at the same time, what before what, and what a failure means.
@Suite(.timeLimit(.minutes(5))) struct ProcedureTests {
    private static let crash = Snapshot.healthy.crashed

    // MARK: Succession

    @Test func aSuccessionAsksForEverythingAtOnceAndTellsEverybodyAtOnce() {
        var script = MachineScript(Self.crash)
        script.snapshot.instances[Cast.first] = Instance(Cast.replica(offset: 1_001), mark: .mark(Cast.mark))
        #expect(
            script.pass().words == [
                ["fence", "history", "look 7003", "look 7004"], ["ask 7003 instance"], ["tell 7003 become master"],
                ["record"], ["ask 26379 peers", "ask 26379 peers", "ask 26379 peers", "ask 7004 instance"],
                [
                    "tell 26379 hear of 7003 in 107", "tell 26379 hear of 7003 in 107",
                    "tell 26379 hear of 7003 in 107",
                    "tell 7004 follow 7003",
                ],
            ])
        #expect(script.results.first?.recorded == Cast.first)
        #expect(script.effects.contains(.closeLines))
    }

    @Test func nobodyIsPromotedWithoutTheLead() {
        var script = MachineScript(Self.crash)
        let steps = script.pass { $0 == .confirmLead(node: "/redis/watchers/w-1", master: 6) ? .overtaken : nil }
        #expect(steps.count == 1)
        #expect(script.results.isEmpty && script.troubles.isEmpty)
    }

    @Test func aSlowFenceIsTroubleAndNoFence() {
        var script = MachineScript(Self.crash)
        #expect(script.pass(taking: Fence.life).count == 1)
        #expect(script.troubles == [FenceQuestion.slowness.text])
    }

    @Test func whatIsTooLateIsNotRecorded() {
        var script = MachineScript(Self.crash)
        let steps = script.pass { step in if case .tell(_, .becomeMaster, _, _) = step { .tooLate } else { nil } }
        #expect(steps.words.last == ["tell 7003 become master"])
        #expect(script.results.isEmpty)
    }

    /// What lasts for longer than a minute is looked at every two seconds.
    @Test(arguments: [[Duration.zero, .milliseconds(100), .milliseconds(150)], [.zero, .seconds(2)]])
    func aSilentReplicaIsWaitedForALittleWhile(_ pauses: [Duration]) {
        var script = MachineScript(Self.crash)
        for (number, pause) in pauses.enumerated() {
            script.now += pause
            let steps = script.pass { step in
                if case .look(Cast.second, _) = step { .seen(Instance(.silent)) } else { nil }
            }
            #expect(steps.words.contains(["record"]) == (number == pauses.count - 1))
        }
    }

    /// Each for itself: one that has answered meanwhile is waited for anew.
    @Test func eachSilentReplicaIsWaitedFor() {
        var script = MachineScript(Self.crash)
        func pass(without silent: Address) -> Bool {
            script.now += .milliseconds(150)
            return script.pass { step in
                if case .look(silent, _) = step { .seen(Instance(.silent)) } else { nil }
            }.words.contains(["record"])
        }
        #expect(!pass(without: Cast.second) && !pass(without: Cast.first) && !pass(without: Cast.first))
        #expect(pass(without: Cast.first))
    }

    @Test func aReplicaThatOurMachineCouldNotAskIsNoReasonToGoOn() {
        var script = MachineScript(Self.crash)
        func answer(_ step: ActionStep) -> StepOutcome? {
            if case .look(Cast.second, _) = step { .seen(nil, shortage: "no descriptor") } else { nil }
        }
        script.pass(answering: answer)
        script.now += .milliseconds(250)
        #expect(script.pass(answering: answer).count == 1)
        #expect(script.troubles == ["not every replica of \(Cast.recorded) could be asked: no descriptor"])
    }

    @Test func aRecordThatTookLongIsNoFenceForWhatFollows() {
        var script = MachineScript(Self.crash)
        let words = script.pass(taking: .milliseconds(130)) { _ in nil }.words
        #expect(words.prefix(1) == [["fence", "history", "look 7003", "look 7004"]])
        // The fence for the promotion has gone by then, too.
        #expect(words.count == 2)
    }

    @Test func whatAnotherRecordedFirstGetsItsCause() {
        var script = MachineScript(Self.crash)
        script.pass { step in if case .write(.record) = step { .overtaken } else { nil } }
        script.snapshot = Snapshot.healthy.server(Cast.first, Cast.master()).with {
            $0.record = Record(Cast.first, version: 7)
        }.voices(Cast.first, Cast.first, Cast.first, epoch: 8)
        script.link = (false, false)
        let steps = script.pass().joined()
        let correction = NodeWrite.correctCause("succession", of: Cast.first, after: Cast.recorded, who: nil)
        #expect(steps.contains(.write(correction)))
        #expect(!script.pass().joined().contains(.write(correction)))
    }

    // MARK: Force

    private static let alone = crash.sentinel { ($0.peers, $0.details.sentinels) = (0, []) }

    @Test func onlyOneThatHasNoGoodReplicaMovesAFailoverOn() {
        var script = MachineScript(Self.alone)
        var told = 0
        let words = script.pass { step in
            guard case .tell(_, .failOver, _, _) = step else { return nil }
            told += 1
            return told == 1 ? .failed(Trouble("NOGOODSLAVE", prefix: "NOGOODSLAVE")) : .done
        }.words
        #expect(
            words == [
                ["ask 26379 identity"], ["fence"], ["tell 26379 failOver"], ["ask 26379 identity"], ["fence"],
                ["tell 26379 failOver"],
            ])
        #expect(script.results.map(\.notice?.event) == ["failover-forced"])
        // Whoever was told gets time, with or without an answer.
        script.now += .seconds(1)
        #expect(script.pass().isEmpty)
        script.now += .seconds(1)
        #expect(!script.pass().isEmpty)
    }

    @Test(arguments: [nil, "INPROG", "ERR"]) func noOtherAnswerMovesItOn(_ prefix: String?) {
        var script = MachineScript(Self.alone)
        let steps = script.pass { step in
            if case .tell(_, .failOver, _, _) = step { .failed(Trouble("no", prefix: prefix)) } else { nil }
        }
        #expect(steps.count == 3)
        #expect(script.troubles.count == (prefix == "INPROG" ? 0 : 1))
    }

    // MARK: Switchover

    private static let request = Switchover(id: "1", to: Cast.first.description)
    private static let asked = Snapshot.healthy.with { $0.switchover = request }

    @Test func aSwitchoverHoldsWritesOnlyWhileTheTwoChangePlaces() {
        var script = MachineScript(Self.asked)
        let words = script.pass().words
        #expect(
            words.prefix(8) == [
                ["answer running"], ["ask 7002 instance", "ask 7003 instance", "history"], ["fence"],
                ["tell 7002 hold writes"], ["ask 7002 instance", "ask 7003 instance"],
                ["tell 7002 hold writes", "tell 7003 become master"], ["tell 7002 follow 7003"], ["record"],
            ])
        #expect(words.suffix(3) == [["tell 7002 endClients"], ["tell 7002 releaseWrites"], ["answer done"]])
        #expect(script.results.first?.switchover?.state == .done)
    }

    @Test func aTargetThatDoesNotCatchUpLeavesAllAsItWas() {
        var script = MachineScript(Self.asked)
        let behind = Instance(Cast.replica(offset: 999), mark: .mark(Cast.mark))
        let words = script.pass(taking: .milliseconds(20)) { step in
            if case .ask(let line, .instance, _) = step, line.address == Cast.first { .instance(behind) } else { nil }
        }.words
        #expect(!words.joined().contains("tell 7003 become master"))
        #expect(words.suffix(2) == [["tell 7002 releaseWrites"], ["answer failed"]])
        #expect(script.results.first?.switchover?.why == "\(Cast.first) did not catch up within 1.0 seconds")
        // It is answered from memory where the node bears no answer.
        #expect(script.pass().words == [["answer failed"]])
    }

    @Test func writesThatTheTargetLacksTakeItBack() {
        var script = MachineScript(Self.asked)
        let ahead = Instance(Cast.master(offset: 1_001 + Holdings.noise), mark: .mark(Cast.mark))
        let words = script.pass { step in
            if case .tell(_, .holdWrites(_, isChecked: true), _, _) = step { .instance(ahead) } else { nil }
        }.words
        #expect(
            words.suffix(5) == [
                ["fence"], ["ask 7002 instance"], ["tell 7003 follow 7002"], ["tell 7002 releaseWrites"],
                ["answer failed"],
            ])
    }

    /// Restarted in these milliseconds, it may follow the target: the two would follow each other, and nobody were a
    /// master.
    @Test func nobodyIsTakenBackToAServerThatIsNoMasterAnyMore() {
        func words(_ old: StepOutcome) -> [[String]] {
            var script = MachineScript(Self.asked)
            var isPromoted = false
            return script.pass { step in
                switch step {
                case .tell(_, .holdWrites(_, isChecked: true), _, _):
                    isPromoted = true
                    return .failed(Trouble("closed"))
                case .ask(let line, _, _) where isPromoted && line.address == Cast.recorded: return old
                default: return nil
                }
            }.words
        }
        let end = [["fence"], ["ask 7002 instance"], ["tell 7002 releaseWrites"], ["answer failed"]]
        #expect(words(.failed(Trouble("silent"))).suffix(4) == end)
        let replica = Instance(Cast.replica(of: Cast.gone), mark: .mark(Cast.mark))
        #expect(words(.instance(replica)).suffix(4) == end)
        // Where it follows the target, that is the new master.
        let follower = Instance(Cast.replica(of: Cast.first), mark: .mark(Cast.mark))
        #expect(words(.instance(follower)).contains(["record"]))
        let master = Instance(Cast.master(), mark: .mark(Cast.mark))
        #expect(words(.instance(master)).joined().contains("tell 7003 follow 7002"))
    }

    @Test func onlyTheOldMastersOwnWordTakesTheTargetBackAfterAnOrderWithoutAnAnswer() {
        func words(_ old: StepOutcome) -> [String] {
            var script = MachineScript(Self.asked)
            var isTold = false
            let words = script.pass { step in
                switch step {
                case .tell(_, .follow(Cast.first), _, _):
                    isTold = true
                    return .failed(Trouble("closed"))
                case .ask(let line, _, _) where isTold && line.address == Cast.recorded: return old
                default: return nil
                }
            }.words
            return words.joined().map { $0 }
        }
        #expect(words(.instance(Instance(Cast.master(), mark: .mark(Cast.mark)))).contains("tell 7003 follow 7002"))
        #expect(words(.failed(Trouble("silent"))).contains("record"))
    }

    // MARK: Orders

    private static let context = ActionContext(
        node: "/redis/watchers/w-1", clusterVersion: 1, snapshot: .healthy, address: "10.0.9.9:8080")

    private func first(_ progress: Progress) throws -> ActionStep {
        guard case .steps(let steps) = progress else { throw Ended(progress: progress) }
        return try #require(steps.first)
    }

    private struct Ended: Error { var progress: Progress }

    /// Where ZooKeeper and a sentinel are a tenth of a second away, the order comes in time all the same.
    @Test func aResetFollowsItsFenceAtOnce() throws {
        var memory = ActionMemory()
        let sentinel = Cast.sentinels[0]
        var resetting = Resetting(sentinel, [Cast.gone], Self.context)
        let question = try first(resetting.begin(&memory, at: .zero))
        let known = StepOutcome.peers([], id: Self.context.snapshot.id(of: sentinel))
        let fence = try first(resetting.heard(known, of: question, &memory, at: .milliseconds(200)))
        #expect(fence == Self.context.fence)
        let order = try first(resetting.heard(.done, of: fence, &memory, at: .milliseconds(400)))
        #expect(order == .tell(.own(.sentinel, sentinel), .reset, until: .milliseconds(200) + Fence.life))
    }

    @Test func anAttachThatComesTooLateForgetsNothingElse() throws {
        var memory = ActionMemory()
        memory.willForce(Cast.recorded, at: .zero)
        let before = memory
        var attaching = Ordering(.attach(to: Cast.recorded), Cast.first, Self.context)
        let order = ActionStep.tell(.own(.server, Cast.first), .follow(Cast.recorded), until: .milliseconds(250))
        #expect(attaching.heard(.tooLate, of: order, &memory, at: .milliseconds(300)) == .over(nil))
        #expect(memory == before)
    }
}
