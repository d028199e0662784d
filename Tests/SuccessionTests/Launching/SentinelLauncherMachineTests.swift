import Testing
import Vocabulary

@testable import Succession

/// The way of a sentinel's launch, each step in its order.
@Suite(.timeLimit(.minutes(5))) struct SentinelLauncherMachineTests {
    private let cluster = ClusterRecord(id: Cast.clusterID, members: 2, epoch: 3, replicationID: Cast.line)

    private func machine(isPreview: Bool = false) -> SentinelLauncherMachine {
        var machine = SentinelLauncherMachine(
            .init(me: Cast.me, mark: Cast.markWithoutID, limit: Cast.limit, isPreview: isPreview))
        #expect(machine.handle(.began, at: .zero).effect == .connect)
        #expect(machine.handle(.connected, at: .zero).effect == .look)
        return machine
    }

    private var usual: (view: View, answers: Answers) {
        let view = View(recorded: Cast.recorded, cluster: cluster, members: [Cast.recorded, Cast.first])
        return (view, Answers([Cast.recorded: Cast.master(), Cast.first: Cast.replica()]))
    }

    @Test func it_chooses_an_identity_looks_again_and_starts() {
        var (machine, usual) = (machine(), usual)
        #expect(machine.handle(.looked(usual.view), at: .zero).effect == .ask(usual.view))
        let chosen = machine.handle(.answered(usual.view, usual.answers), at: .zero)
        #expect(chosen.effect == .chooseIdentity(checkingNamesAt: Cast.recorded))
        #expect(chosen.notes == [.decided(.monitor(Cast.recorded))])
        #expect(machine.handle(.identified("one"), at: .seconds(30)).effect == .look)
        usual.view.members.append(View.Registration(id: "-", address: Cast.second, isLeased: true))
        usual.answers.instances[Cast.second] = Instance(Cast.replica(of: Cast.gone), mark: .mark(Cast.mark))
        _ = machine.handle(.looked(usual.view), at: .seconds(30))
        // Whether a replica's master is gone decides about it.
        #expect(machine.handle(.answered(usual.view, usual.answers), at: .seconds(30)).effect == .askMore([Cast.gone]))
        let start = machine.handle(.answeredMore([Cast.gone: Instance(.refused)]), at: .seconds(30)).effect
        #expect(
            start
                == .start(
                    SentinelStart(
                        master: Cast.recorded, identity: "one", clusterID: Cast.clusterID,
                        seeds: Seeds(replicas: [Cast.first, Cast.second]))))
    }

    @Test func a_preview_chooses_and_starts_on_the_same_look() {
        var machine = machine(isPreview: true)
        _ = machine.handle(.looked(usual.view), at: .zero)
        _ = machine.handle(.answered(usual.view, usual.answers), at: .zero)
        guard case .start(let start) = machine.handle(.identified("one"), at: .zero).effect else {
            Issue.record("it does not start")
            return
        }
        #expect(start.master == Cast.recorded && start.seeds.replicas == [Cast.first])
    }

    @Test func only_sentinels_that_answer_under_their_identity_are_told_of() {
        var (machine, usual) = (machine(), usual)
        let ids = ["one", "two", "three", "four"]
        usual.view.sentinels = zip(ids, Cast.sentinels + [Cast.second]).map {
            View.Registration(id: $0, address: $1, isLeased: true)
        }
        var opinion = Opinion(names: Cast.recorded)
        opinion.id = SentinelClaim.runID(of: "two")
        var other = opinion
        other.id = SentinelClaim.runID(of: "another")
        usual.answers.sentinels = Sentinels([
            SentinelReport(Cast.sentinels[0], nil), SentinelReport(Cast.sentinels[1], opinion),
            SentinelReport(Cast.sentinels[2], other), SentinelReport(Cast.second, opinion),
        ])
        for event in [.identified("two"), .identified("one")] as [SentinelLaunchEvent] {
            var machine = machine
            _ = machine.handle(.looked(usual.view), at: .zero)
            _ = machine.handle(.answered(usual.view, usual.answers), at: .zero)
            _ = machine.handle(event, at: .zero)
            _ = machine.handle(.looked(usual.view), at: .zero)
            guard case .start(let start) = machine.handle(.answered(usual.view, usual.answers), at: .zero).effect
            else {
                Issue.record("it does not start")
                return
            }
            let told = [Seeds.Peer(address: Cast.sentinels[1], identity: "two")]
            #expect(start.seeds.sentinels == (event == .identified("two") ? [] : told))
        }
        _ = machine.handle(.lost(isOurs: false), at: .zero)
    }

    @Test func it_waits_on_the_watch_for_a_first_master_and_looks_more_often_for_all_else() {
        var machine = machine()
        func wait(_ view: View, at now: Duration) -> SentinelLaunchEffect {
            _ = machine.handle(.looked(view), at: now)
            let effect = machine.handle(.answered(view, Answers([Cast.gone: .silent])), at: now).effect
            #expect(machine.handle(.woken, at: now).effect == .look)
            return effect
        }
        let lengths = [10, 20, 40, 80, 160, 320, 640, 1_280, 2_560, 5_000, 5_000]
        for length in lengths { #expect(wait(View(), at: .zero) == .wait(.milliseconds(length))) }
        for length in [10, 20, 40, 80, 160, 200, 200] {
            #expect(wait(View(recorded: Cast.gone), at: .zero) == .wait(.milliseconds(length)))
        }
        // Never longer than there is time.
        #expect(wait(View(), at: .seconds(59)) == .wait(.seconds(1)))
        let late = View()
        _ = machine.handle(.looked(late), at: .seconds(60))
        #expect(
            machine.handle(.answered(late, Answers()), at: .seconds(60)).effect
                == .refuse(
                    .noMaster(
                        "no usable master within MASTER_TIMEOUT (60.0 seconds): \(Reason.nothingRecorded)")))
    }

    @Test func with_another_session_it_needs_another_identity() {
        var machine = machine()
        _ = machine.handle(.looked(usual.view), at: .zero)
        _ = machine.handle(.answered(usual.view, usual.answers), at: .zero)
        _ = machine.handle(.identified("one"), at: .zero)
        #expect(machine.handle(.lost(isOurs: false), at: .zero).effect == .reconnect(after: .milliseconds(100)))
        #expect(machine.handle(.connected, at: .zero).effect == .look)
        _ = machine.handle(.looked(usual.view), at: .zero)
        #expect(
            machine.handle(.answered(usual.view, usual.answers), at: .zero).effect
                == .chooseIdentity(checkingNamesAt: Cast.recorded))
        #expect(machine.handle(.lost(isOurs: true), at: .zero).effect == .giveUp)
    }
}
