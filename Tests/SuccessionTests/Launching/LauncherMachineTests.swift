import Testing

@testable import Succession

/// The way of a launch in the cases that are most frequent, each step in its order.
@Suite(.timeLimit(.minutes(5))) struct LauncherMachineTests {
    private let cluster = ClusterRecord(id: Cast.clusterID, members: 1, epoch: 3, replicationID: Cast.line)

    @Test func the_first_claim_of_all_takes_one_read_and_one_write() throws {
        var launch = LaunchScript()
        #expect(launch.tell(.began) == .connect)
        #expect(launch.tell(.connected(sessionTimeout: .seconds(6))) == .lookForRoot)
        #expect(launch.tell(.foundRoot(false)) == .ask(View()))
        let claim = try #require(launch.tell(.answered(View(), Answers())).claim)
        #expect(launch.rule == .firstClaim && claim.isTakeover && claim.rootIsMissing)
        #expect(claim.version == nil && claim.clusterVersion == nil && claim.lossVersion == nil)
        #expect(claim.cluster.id == Cast.clusterID && claim.cluster.members == 1 && claim.replaced == nil)
        let start = try #require(launch.tell(.done).start)
        #expect(start.master == nil && start.clusterID == Cast.clusterID && start.startedUnder == Cast.me)
        #expect(start.data == .keep && start.candidate == nil)
    }

    @Test func a_claim_that_was_overtaken_reads_the_winner_alone() throws {
        var launch = LaunchScript()
        launch.connect()
        launch.tell(.foundRoot(false))
        launch.tell(.answered(View(), Answers()))
        #expect(launch.tell(.overtaken) == .readRecord)
        let winner = Record(Cast.first, version: 0)
        let view = View(firstClaimWonBy: winner)
        #expect(launch.tell(.readRecord(winner)) == .ask(view))
        // It does not listen yet, and its record is untouched: nothing is read meanwhile.
        #expect(launch.tell(.answered(view, Answers([Cast.first: .refused]))) == .wait(.milliseconds(10)))
        #expect(launch.rule == .deadWithLease)
        #expect(launch.tell(.woken(byWatch: false)) == .ask(view))
        #expect(launch.tell(.answered(view, Answers([Cast.first: Cast.master()]))) == .join(checking: 0))
        #expect(launch.tell(.done).start?.master == Cast.first)
    }

    /// Promise 8: what fails for ever ends within MASTER_TIMEOUT, and keeps nobody busy until then.
    @Test func who_is_overtaken_time_and_again_rests_and_gives_up_in_the_end() {
        var launch = LaunchScript()
        launch.connectToLook()
        let view = View(recorded: Cast.first, version: 4, cluster: cluster, members: [Cast.first])
        let answers = Answers([Cast.first: Cast.master()])
        #expect(launch.look(view, answers) == .join(checking: 4))
        #expect(launch.tell(.overtaken) == .wait(.milliseconds(10)))
        #expect(launch.tell(.woken(byWatch: false)) == .look)
        #expect(launch.look(view, answers) == .join(checking: 4))
        guard case .refuse(.noMaster(let line)) = launch.tell(.overtaken, after: Cast.limit) else {
            Issue.record("it goes on")
            return
        }
        #expect(line.contains("MASTER_TIMEOUT"))
    }

    /// No real ZooKeeper names one so; whatever comes from there is a text of somebody else's all the same.
    @Test func a_candidate_without_a_number_is_a_line() {
        var launch = LaunchScript(LaunchData(inPlace: .init(Cast.ownData)))
        launch.connectToLook()
        #expect(launch.look(View()) == .stand(Cast.ownData, mayLead: true))
        guard case .refuse(.noMaster(let line)) = launch.tell(.stood(path: "/redis/candidates/n-x")) else {
            Issue.record("it goes on")
            return
        }
        #expect(line.contains("n-x"))
    }

    @Test func a_winner_that_changes_is_read_again_and_one_of_long_ago_is_looked_at_in_full() {
        var launch = LaunchScript()
        launch.connect()
        launch.tell(.foundRoot(false))
        launch.tell(.answered(View(), Answers()))
        launch.tell(.overtaken)
        let view = View(firstClaimWonBy: Record(Cast.first, version: 0))
        launch.tell(.readRecord(view.record))
        launch.tell(.answered(view, Answers([Cast.first: .refused])))
        #expect(launch.tell(.woken(byWatch: true)) == .readRecord)
        // Another reign has begun: what the first one's transaction has created is not all that there is.
        #expect(launch.tell(.readRecord(Record(Cast.second, version: 1))) == .glance(withMembers: false))
        #expect(launch.tell(.glanced(nil)) == .look)
    }

    @Test func the_winners_lease_is_trusted_for_one_session_timeout() {
        var launch = LaunchScript()
        launch.connect()
        launch.tell(.foundRoot(false))
        launch.tell(.answered(View(), Answers()))
        launch.tell(.overtaken)
        let view = View(firstClaimWonBy: Record(Cast.first, version: 0))
        launch.tell(.readRecord(view.record))
        launch.tell(.answered(view, Answers([Cast.first: .refused])))
        #expect(launch.tell(.woken(byWatch: false), after: .seconds(6)) == .glance(withMembers: false))
    }

    @Test func with_owners_to_check_only_the_claim_itself_is_that_short() {
        var launch = LaunchScript { $0.checksOwners = true }
        launch.connect()
        launch.tell(.foundRoot(false))
        #expect(launch.tell(.answered(View(), Answers())).claim != nil)
        #expect(launch.tell(.overtaken) == .glance(withMembers: false))
    }

    @Test func a_glance_follows_a_master_that_bears_our_mark() throws {
        var launch = LaunchScript { $0.hasPassword = true }
        launch.connect()
        #expect(launch.tell(.foundRoot(true)) == .glance(withMembers: true))
        let view = View(recorded: Cast.first, version: 4, cluster: cluster)
        #expect(launch.tell(.glanced(view)) == .ask(view))
        #expect(launch.tell(.answered(view, Answers([Cast.first: Cast.master()]))) == .join(checking: 4))
        let start = try #require(launch.tell(.done).start)
        #expect(start.master == Cast.first && start.startedUnder == Cast.first && start.clusterID == Cast.clusterID)
        #expect(start.explanation == "starting as a replica of \(Cast.first) (rule 4a; \(Cast.first) is recorded)")
    }

    @Test func a_glance_gives_a_new_master_a_second_to_listen() {
        var launch = LaunchScript()
        launch.connect()
        launch.tell(.foundRoot(true))
        let view = View(recorded: Cast.first, cluster: cluster)
        launch.tell(.glanced(view))
        let refused = LaunchEvent.answered(view, Answers([Cast.first: .refused]))
        for length in [10, 20, 40, 80, 160, 200, 200] {
            #expect(launch.tell(refused) == .wait(.milliseconds(length)))
            #expect(launch.notes.isEmpty)
            #expect(launch.tell(.woken(byWatch: false), after: .milliseconds(length)) == .ask(view))
        }
        launch.tell(refused)
        #expect(launch.tell(.woken(byWatch: false), after: .milliseconds(300)) == .look)
        // There is one glance only.
        launch.look(
            View(recorded: Cast.first, cluster: cluster, members: [Cast.first]), Answers([Cast.first: .refused]))
        #expect(launch.tell(.woken(byWatch: true)) == .look)
    }

    @Test(arguments: [Answer.silent, .notRedis, Cast.replica(of: Cast.second)])
    func a_glance_that_shows_no_master_becomes_a_full_look(_ answer: Answer) {
        var launch = LaunchScript()
        launch.connect()
        launch.tell(.foundRoot(true))
        let view = View(recorded: Cast.first, cluster: cluster)
        launch.tell(.glanced(view))
        #expect(launch.tell(.answered(view, Answers([Cast.first: answer]))) == .look)
    }

    @Test func a_glance_ends_when_the_record_changes_and_does_not_do_where_it_names_us() {
        var launch = LaunchScript()
        launch.connect()
        launch.tell(.foundRoot(true))
        let view = View(recorded: Cast.first, cluster: cluster)
        launch.tell(.glanced(view))
        launch.tell(.answered(view, Answers([Cast.first: .refused])))
        #expect(launch.tell(.woken(byWatch: true)) == .look)

        var own = LaunchScript()
        own.connect()
        own.tell(.foundRoot(true))
        #expect(own.tell(.glanced(View(recorded: Cast.me))) == .look)
    }

    @Test func what_was_read_a_moment_ago_tells_whom_to_follow_and_nothing_else() {
        var launch = LaunchScript()
        launch.connectToLook()
        let view = View(recorded: Cast.first, cluster: cluster, members: [Cast.first])
        #expect(launch.look(view, Answers([Cast.first: .refused])) == .wait(.milliseconds(10)))
        #expect(launch.tell(.woken(byWatch: false)) == .ask(view))
        #expect(launch.tell(.answered(view, Answers([Cast.first: .refused]))) == .wait(.milliseconds(20)))
        #expect(launch.tell(.woken(byWatch: false)) == .ask(view))
        #expect(launch.tell(.answered(view, Answers([Cast.first: Cast.master()]))) == .join(checking: 6))
        // Overtaken: it is read again.
        #expect(launch.tell(.overtaken) == .wait(.milliseconds(40)))
        #expect(launch.tell(.woken(byWatch: false)) == .look)
        let alone = View(recorded: Cast.first, cluster: cluster)
        launch.look(alone, Answers([Cast.first: Cast.replica(of: Cast.second)]))
        #expect(launch.tell(.woken(byWatch: false)) == .ask(alone))
        // A cold start needs a look of its own.
        #expect(launch.tell(.answered(alone, Answers([Cast.first: .refused]))) == .look)
        #expect(launch.look(alone, Answers([Cast.first: .refused])) == .stand(.empty, mayLead: true))
    }

    @Test func after_a_second_it_is_read_again() {
        var launch = LaunchScript()
        launch.connectToLook()
        let view = View(recorded: Cast.first, cluster: cluster, members: [Cast.first])
        launch.look(view, Answers([Cast.first: .refused]))
        #expect(launch.tell(.woken(byWatch: false), after: .seconds(1)) == .look)
    }

    @Test func a_resumed_start_writes_again_at_both_versions() throws {
        var launch = LaunchScript(LaunchData(inPlace: .init(Cast.ownData)))
        launch.connectToLook()
        let view = View(recorded: Cast.me, version: 5, cluster: cluster)
        let claim = try #require(launch.look(view).claim)
        #expect(launch.rule == .resume && !claim.isTakeover && claim.version == 5 && claim.clusterVersion == 7)
        #expect(claim.cluster.epoch > 3 && claim.cluster.members == 1)
        let start = try #require(launch.tell(.done).start)
        #expect(start.master == nil && start.startedUnder == Cast.me)
    }

    @Test func a_preview_looks_without_a_write() throws {
        var launch = LaunchScript { $0.isPreview = true }
        launch.tell(.began)
        #expect(launch.tell(.connected(sessionTimeout: .seconds(6))) == .look)
        let start = try #require(launch.look(View()).start)
        #expect(start.ruling.rule == .firstClaim && start.master == nil && start.clusterID == nil)

        var standing = LaunchScript(LaunchData(inPlace: .init(Cast.ownData))) { $0.isPreview = true }
        standing.tell(.began)
        standing.tell(.connected(sessionTimeout: .seconds(6)))
        #expect(
            standing.look(View())
                == .refuse(
                    .noMaster("a cold start would decide the role (rule 3c), and --render-only can't stand in it")))

        // It has no watch, and nothing that is fenced: each look is a new one.
        var waiting = LaunchScript { $0.isPreview = true }
        waiting.tell(.began)
        waiting.tell(.connected(sessionTimeout: .seconds(6)))
        let view = View(recorded: Cast.first, cluster: cluster, members: [Cast.first])
        #expect(waiting.look(view, Answers([Cast.first: .refused])) == .wait(.milliseconds(10)))
        #expect(waiting.tell(.woken(byWatch: false)) == .look)

        var lost = LaunchScript { $0.isPreview = true }
        lost.connect()
        #expect(lost.tell(.lost(isOurs: false)) == .giveUp)
    }
}
