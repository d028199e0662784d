import Testing

@testable import Succession

/// Launches that stand as candidates, wait, refuse, or lose their connection.
@Suite(.timeLimit(.minutes(5))) struct LaunchColdStartTests {
    private let data = LaunchData(inPlace: .init(Cast.ownData))
    private let lastOfThree = ClusterRecord(id: Cast.clusterID, members: 3, epoch: 3, replicationID: Cast.line)

    private func own(_ number: Int, mayLead: Bool = true) -> Candidate {
        Candidate(number: number, address: Cast.me, freshness: Cast.ownData, since: 100, mayLead: mayLead)
    }

    @Test func it_stands_and_claims_once_the_window_is_over() throws {
        var launch = LaunchScript(data)
        launch.connectToLook()
        let empty = View(recorded: Cast.gone, cluster: lastOfThree)
        #expect(launch.look(empty, Answers([Cast.gone: .refused])) == .stand(Cast.ownData, mayLead: true))
        #expect(launch.rule == .deadAlone)
        #expect(launch.tell(.stood(path: "/redis/candidates/n-0000000012")) == .look)
        let view = View(recorded: Cast.gone, cluster: lastOfThree, candidates: [own(12)])
        #expect(launch.look(view, Answers([Cast.gone: .refused])) == .wait(.milliseconds(10)))
        // It says for how long the window is open still, and not how much of `MASTER_TIMEOUT` is left.
        guard case .waits(.settling(1, 3, let rest), let observation, let remaining)? = launch.notes.last else {
            Issue.record("\(launch.notes)")
            return
        }
        #expect(rest == remaining && remaining < .seconds(60))
        #expect(observation.waited == launch.now && observation.limit == Cast.limit)
        #expect(observation.candidacy?.number == 12 && observation.candidacy?.sessionTimeout == .seconds(6))
        #expect(launch.tell(.woken(byWatch: false), after: .seconds(31)) == .look)
        let claim = try #require(launch.look(view, Answers([Cast.gone: .refused])).claim)
        #expect(claim.version == 6 && claim.clusterVersion == 7 && claim.replaced == Cast.gone && !claim.rootIsMissing)
        let start = try #require(launch.tell(.done).start)
        #expect(start.candidate == "/redis/candidates/n-0000000012")
    }

    /// The parents are there once it has stood: a claim that would create them is overtaken for ever.
    @Test func who_has_stood_below_a_missing_root_claims_below_one_that_is_there() throws {
        var launch = LaunchScript(data)
        launch.connect()
        #expect(launch.tell(.foundRoot(false)) == .ask(View()))
        #expect(launch.tell(.answered(View(), Answers())) == .stand(Cast.ownData, mayLead: true))
        #expect(launch.tell(.stood(path: "/redis/candidates/n-0000000000")) == .look)
        let view = View(candidates: [own(0)])
        launch.look(view)
        launch.tell(.woken(byWatch: false), after: .seconds(7))
        let claim = try #require(launch.look(view).claim)
        #expect(!claim.rootIsMissing && claim.version == nil)
    }

    @Test func who_does_not_claim_in_its_turn_is_passed_over() throws {
        var launch = LaunchScript(data)
        launch.connectToLook()
        launch.look(View(recorded: Cast.gone, cluster: lastOfThree), Answers([Cast.gone: .refused]))
        launch.tell(.stood(path: "n-2"))
        var fresher = Cast.ownData
        fresher.offset = 2_000
        let view = View(
            recorded: Cast.gone, cluster: lastOfThree,
            candidates: [Candidate(number: 1, address: Cast.first, freshness: fresher), own(2)])
        launch.look(view, Answers([Cast.gone: .refused]))
        launch.tell(.woken(byWatch: false), after: .seconds(31))
        #expect(launch.look(view, Answers([Cast.gone: .refused])) == .wait(.milliseconds(20)))
        guard case .waits(.fresherCandidate(Cast.first, 1), _, _)? = launch.notes.last else {
            Issue.record("\(launch.notes)")
            return
        }
        #expect(launch.machine.turns.keys.elementsEqual([1]))
        launch.tell(.woken(byWatch: false), after: .seconds(14))
        #expect(launch.look(view, Answers([Cast.gone: .refused])).claim == nil)
        launch.tell(.woken(byWatch: false), after: .seconds(2))
        #expect(launch.look(view, Answers([Cast.gone: .refused])).claim != nil)
        // One that has gone is forgotten.
        launch.tell(.overtaken)
        launch.tell(.woken(byWatch: false))
        launch.look(
            View(recorded: Cast.gone, cluster: lastOfThree, candidates: [own(2)]), Answers([Cast.gone: .refused]))
        #expect(launch.machine.turns.isEmpty)
    }

    @Test func since_when_nobody_is_master_is_written_down_once() throws {
        var launch = LaunchScript { $0.acceptLossAfter = .seconds(300) }
        launch.connectToLook()
        var cluster = lastOfThree
        cluster.holdings = Cast.held
        launch.look(View(recorded: Cast.gone, cluster: cluster), Answers([Cast.gone: .refused]))
        launch.tell(.stood(path: "n-2"))
        let standing = Candidate(number: 2, address: Cast.me, freshness: .empty, since: 100)
        var view = View(recorded: Cast.gone, cluster: cluster, candidates: [standing])
        launch.look(view, Answers([Cast.gone: .refused]))
        launch.tell(.woken(byWatch: false), after: .seconds(10))
        #expect(
            launch.look(view, Answers([Cast.gone: .refused])) == .noteMissing(cluster, version: 7, since: 100))
        // Somebody else may have been faster: it is read in any case.
        #expect(launch.tell(.noted) == .wait(.milliseconds(20)))
        #expect(launch.tell(.woken(byWatch: false)) == .look)
        view.cluster?.missingSince = 90
        #expect(launch.look(view, Answers([Cast.gone: .refused])) == .wait(.milliseconds(40)))
    }

    @Test func a_witness_stands_and_then_waits() {
        var launch = LaunchScript(data) { $0.mayLead = false }
        launch.connectToLook()
        let view = View(recorded: Cast.gone, cluster: lastOfThree)
        #expect(launch.look(view, Answers([Cast.gone: .refused])) == .stand(Cast.ownData, mayLead: false))
        launch.tell(.stood(path: "n-1"))
        let standing = View(recorded: Cast.gone, cluster: lastOfThree, candidates: [own(1, mayLead: false)])
        launch.look(standing, Answers([Cast.gone: .refused]))
        launch.tell(.woken(byWatch: false), after: .seconds(31))
        #expect(launch.look(standing, Answers([Cast.gone: .refused])) == .wait(.milliseconds(20)))
        // One that is empty has nothing to say.
        var nothing = LaunchScript { $0.mayLead = false }
        nothing.connectToLook()
        #expect(nothing.look(view, Answers([Cast.gone: .refused])) == .wait(.milliseconds(10)))
    }

    @Test func at_the_limit_it_refuses_for_the_reason_for_which_it_waited() {
        var launch = LaunchScript()
        launch.connectToLook()
        let view = View(recorded: Cast.first, members: [Cast.first])
        launch.look(view, Answers([Cast.first: .refused]))
        launch.tell(.woken(byWatch: false), after: .seconds(60))
        let reason = Reason.startingOrCutOff(Cast.first)
        #expect(
            launch.look(view, Answers([Cast.first: .refused]))
                == .refuse(.noMaster("no usable master within MASTER_TIMEOUT (60.0 seconds): \(reason)")))
    }

    @Test func a_lease_that_cannot_be_read_counts_for_half_of_the_time() {
        var launch = LaunchScript()
        launch.connectToLook()
        var view = View(recorded: Cast.gone)
        view.unreadableMembers = ["x"]
        #expect(launch.look(view, Answers([Cast.gone: .refused])) == .wait(.milliseconds(10)))
        #expect(launch.rule == .deadWithUnasked)
        launch.tell(.woken(byWatch: false), after: .seconds(31))
        #expect(launch.look(view, Answers([Cast.gone: .refused])) == .stand(.empty, mayLead: true))
    }

    @Test func data_that_makes_no_master_is_told_of_once_and_refused_only_as_a_masters() {
        let problem = "dump.rdb is cut off"
        let damaged = LaunchData(inPlace: .init(Cast.ownDamagedData, problem: problem))
        var launch = LaunchScript(damaged)
        launch.connectToLook()
        let view = View(recorded: Cast.first, cluster: lastOfThree, members: [Cast.first])
        launch.look(view, Answers([Cast.first: .refused]))
        #expect(launch.notes.contains(.unusableData(problem)))
        launch.tell(.woken(byWatch: true))
        #expect(launch.look(view, Answers([Cast.first: Cast.master()])) == .join(checking: 6))
        #expect(!launch.notes.contains(.unusableData(problem)))
        #expect(launch.tell(.done).start?.data == .setAside(because: problem))

        var own = LaunchScript(damaged)
        own.connectToLook()
        let alone = ClusterRecord(id: Cast.clusterID, members: 1, epoch: 3, replicationID: Cast.line)
        #expect(own.look(View(recorded: Cast.me, cluster: alone)) == .refuse(.unusableData(problem)))
    }

    // MARK: A lost connection

    @Test func whatever_it_was_doing_it_begins_anew_with_another_session() {
        let view = View(recorded: Cast.gone, cluster: lastOfThree)
        let answers = Answers([Cast.gone: .refused])
        let ways: [(inout LaunchScript) -> Void] = [
            { $0.connect() },
            {
                $0.connect()
                $0.tell(.foundRoot(true))
            },
            { $0.connectToLook() },
            {
                $0.connectToLook()
                $0.look(view, answers)
            },
            {
                $0.connectToLook()
                $0.look(view, answers)
                $0.tell(.stood(path: "n-1"))
                $0.look(View(recorded: Cast.gone, cluster: self.lastOfThree, candidates: [self.own(1)]), answers)
            },
            {
                $0.connect()
                $0.tell(.foundRoot(false))
                $0.tell(.answered(View(), Answers()))
            },
            {
                $0.connectToLook()
                $0.look(View(recorded: Cast.first, cluster: self.lastOfThree), Answers([Cast.first: Cast.master()]))
            },
        ]
        for way in ways {
            var launch = LaunchScript(data)
            way(&launch)
            #expect(launch.tell(.lost(isOurs: false)) == .reconnect(after: .milliseconds(100)))
            // Its candidate went with the session, and what was read is as old as that.
            #expect(launch.machine.standing == nil && launch.machine.known == nil)
            #expect(launch.tell(.connected(sessionTimeout: .seconds(6))) == .lookForRoot)
            #expect(launch.tell(.foundRoot(true)) == .glance(withMembers: false))
        }
    }

    @Test func another_session_is_of_no_use_once_the_time_is_over_or_where_this_machine_is_the_reason() {
        var late = LaunchScript()
        late.connect()
        #expect(late.tell(.lost(isOurs: false), after: .seconds(60)) == .giveUp)
        var full = LaunchScript()
        full.connect()
        #expect(full.tell(.lost(isOurs: true)) == .giveUp)
    }
}
