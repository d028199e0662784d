import Inspection
import Succession
import Testing
import Vocabulary

/// What commands for operators make of one look, before they change anything.
@Suite(.timeLimit(.minutes(5))) struct SteeringPlanTests {
    private static let (first, second) = (Sight.replicas[0], Sight.replicas[1])

    private func objection(_ body: () throws(Objection) -> some Sendable) -> Objection? {
        do throws(Objection) {
            _ = try body()
            return nil
        } catch {
            return error
        }
    }

    private func wish(to: Address? = nil, awayFrom: Address? = nil) -> Switchover {
        Switchover(id: "mine", to: to?.description, awayFrom: awayFrom?.description)
    }

    // MARK: Switchover

    @Test func aSwitchoverThatCanBegin() throws {
        guard case .change(let plan) = try Sight.healthy.prognosis(of: wish(to: Self.second)) else {
            Issue.record("nothing to do")
            return
        }
        #expect(plan.from == Sight.master && plan.to == Self.second && plan.isNamed && plan.lag == 0)
        #expect(plan.others == [Self.first] && plan.obstacle == nil)
        #expect(plan.lines[0] == "\(Sight.master) is master; \(Self.second) takes its place")
        guard case .change(let any) = try Sight.healthy.prognosis(of: wish()) else { return }
        #expect(any.to != nil && !any.isNamed && any.lines[0].contains("furthest on"))
    }

    @Test func nothingIsToBeDone() throws {
        for wish in [wish(to: Sight.master), wish(awayFrom: Self.first)] {
            guard case .nothingToDo = try Sight.healthy.prognosis(of: wish) else {
                Issue.record("\(wish)")
                continue
            }
            // Whoever has no master is not stopped by a pause.
            let paused = Sight.healthy.with { $0.pause = Pause(who: "ops") }
            #expect(objection { () throws(Objection) in try paused.prognosis(of: wish) } == nil)
        }
    }

    @Test func whileSentinelsDisagreeItWaits() throws {
        let cases: [(Sight, String)] = [
            (.healthy.sentinel(1) { $0.names = Self.first }, "10.0.0.2:26379 does not name"),
            (.healthy.sentinel(0) { $0.failoverFor = .seconds(1) }, "a failover is under way"),
            (.healthy.silentSentinels(2), "10.0.0.3:26379 does not answer"),
        ]
        for (sight, text) in cases {
            guard case .change(let plan) = try sight.prognosis(of: wish()) else { continue }
            #expect(plan.obstacle?.contains(text) == true, "\(plan)")
            #expect(plan.lines.last?.contains(text) == true)
        }
    }

    @Test func whatIsRefused() {
        let stranger = Address("10.0.0.9:6379")!
        let open = Switchover(id: "theirs", to: "10.0.0.2:6379", who: "them")
        let cases: [(Sight, Switchover, Objection.Kind, String)] = [
            (.healthy, wish(to: stranger), .notNow, "is no member of this cluster"),
            (.healthy.with { $0.pause = Pause(who: "ops", why: "a switch") }, wish(), .notNow, "by ops (a switch)"),
            (.healthy.with { $0.watchers = [] }, wish(), .unavailable, "start interrex-watcher"),
            (.healthy.with { $0.snapshot.isExposed = true }, wish(), .notAuthorised, "setAcl"),
            (.healthy.answering(.silent, Sight.master), wish(), .notNow, "does not answer as master"),
            (.healthy.answering(.denied, Sight.master), wish(), .notAuthorised, "check REDIS_PASSWORD"),
            (.healthy.with { $0.snapshot.record = nil }, wish(), .notNow, "no master is recorded"),
            (.healthy.with { $0.snapshot.switchover = open }, wish(), .notNow, "them has asked"),
            (Sight(snapshot: Snapshot(mark: Sight.healthy.snapshot.mark)), wish(), .notNow, "no cluster below /redis"),
            (Self.unreadable, wish(), .badData, "/redis/master in ZooKeeper can't be used"),
        ]
        for (sight, wish, kind, text) in cases {
            let objection = objection { () throws(Objection) in try sight.prognosis(of: wish) }
            #expect(
                objection?.kind == kind && objection?.description.contains(text) == true,
                "\(text): \(objection?.description ?? "none")")
        }
        // One whose time is over stands in nobody's way.
        let late = Sight.healthy.with {
            $0.snapshot.switchover = open
            $0.snapshot.isSwitchoverLate = true
        }
        #expect(objection { () throws(Objection) in try late.prognosis(of: wish()) } == nil)
    }

    /// What is running is its watcher's, however late it is.
    @Test func whatIsRunningIsNotReplaced() {
        let running = Switchover(id: "theirs", who: "them", state: .running)
        let late = Sight.healthy.with {
            $0.snapshot.switchover = running
            $0.snapshot.isSwitchoverLate = true
        }
        let objection = objection { () throws(Objection) in try late.prognosis(of: wish()) }
        #expect(objection?.description.contains("them has asked") == true)
    }

    /// A stop hook may know no password, and the watcher does.
    @Test func whoIsNotLetInMayLeaveItToTheWatcher() throws {
        let denied = Sight.healthy.answering(.denied, Sight.master)
        let hook = wish(awayFrom: Sight.master)
        guard case .change(let plan) = try denied.prognosis(of: hook, mayBeUnjudged: true) else {
            Issue.record("nothing to do")
            return
        }
        #expect(plan.isUnjudged && plan.from == Sight.master && plan.to == nil)
        #expect(plan.lines.count == 1 && plan.lines[0].contains("the watcher judges"))
        let alone = denied.with { $0.watchers = [] }
        let objection = objection { () throws(Objection) in try alone.prognosis(of: hook, mayBeUnjudged: true) }
        #expect(objection?.description.contains("start interrex-watcher") == true)
    }

    @Test func theOutcomeInWords() {
        var done = Switchover(id: "x").ended(.done, "a is master, after b")
        done.pause = 31
        let outcome = SwitchoverOutcome(done, took: .milliseconds(52))
        #expect(outcome.line == "a is master, after b; clients could not write for 31 ms" && outcome.objection == nil)
        let failed = SwitchoverOutcome(Switchover(id: "x").ended(.failed, "it did not catch up"), took: .zero)
        #expect(failed.line == nil && failed.objection?.kind == .notNow)
        #expect(failed.objection?.description.contains("it did not catch up") == true)
        let lost = SwitchoverOutcome(Switchover(id: "x", state: .running), took: .zero)
        #expect(lost.objection?.kind == .unavailable)
    }

    // MARK: Failover

    /// The master hangs, and too few sentinels answer to see it.
    private static let hung = Sight.healthy.answering(.silent, Sight.master).silentSentinels(0, 1)

    private static let unreadable = hung.with {
        $0.snapshot.record = nil
        $0.snapshot.badNodes = [BadNode(path: "/redis/master", reason: "it is no address", isEssential: true)]
    }

    @Test func aFailoverIsForcedWhereNobodyElseDoesIt() throws {
        let hung = Self.hung
        let plan = try hung.failoverPlan(to: nil)
        #expect(plan.from == Sight.master && plan.to != Sight.master && plan.mayHang && !plan.isPromoted)
        #expect(plan.followers.count == 1 && plan.bill.isNothingLost)
        #expect(try hung.failoverPlan(to: Self.first).to == Self.first)
        // Somebody promoted it, and died before the record.
        let half = hung.answering(.master(History(replicationID: String(repeating: "b", count: 40))), Self.second)
            .with { $0.snapshot.instances[Self.second]?.mark = .mark($0.snapshot.mark) }
        let rest = try half.failoverPlan(to: nil)
        #expect(rest.to == Self.second && rest.isPromoted)
        #expect(objection { () throws(Objection) in try half.failoverPlan(to: Self.first) } != nil)
        let alone = hung.with { $0.watchers = [] }
        #expect(try alone.failoverPlan(to: nil).warnings.count == 2)
        // Sentinel sees it, and has nobody whom it would promote, or no quorum for it.
        let seen = Sight.healthy.answering(.silent, Sight.master).sentinel { $0.subjectivelyDown = true }
        for helpless in [
            seen.sentinel { $0.details.barred = Set(Sight.replicas) }, seen.sentinel { $0.details.hasQuorum = false },
        ] {
            #expect(try helpless.failoverPlan(to: nil).from == Sight.master)
        }
        // It answers the sentinels while it loads, and has a copy like the others.
        let loading = try Sight.healthy.answering(.loading, Sight.master).failoverPlan(to: nil)
        #expect(loading.mayHang && Set(loading.bill.copies.map(\.address)) == Set([Sight.master] + Sight.replicas))
    }

    @Test func aFailoverIsNotForced() {
        let hung = Self.hung
        let silent = Sight.healthy.answering(.silent, Sight.master)
        let cases: [(Sight, Address?, String)] = [
            (.healthy, nil, "say interrex switchover"),
            (.healthy.with { $0.watchers = [] }, nil, "start interrex-watcher"),
            (.healthy.answering(.refused, Sight.master), nil, "by itself"),
            (hung.sentinel(2) { $0.failoverFor = .seconds(1) }, nil, "failover in progress"),
            (hung, Address("10.0.0.9:6379"), "no server of this cluster"),
            (hung.answering(.silent, Self.first), Self.first, "does not answer as a replica"),
            (hung.with { $0.snapshot.isDisputed = true }, nil, "another cluster id"),
            (silent, nil, "has just heard the recorded master \(Sight.master)"),
            (silent.sentinel { $0.subjectivelyDown = true }, nil, "Sentinel is about to replace"),
            (silent.sentinel { $0.details.lastReply = .milliseconds(4_800) }, nil, "Sentinel is about to replace"),
            (
                silent.answering(.silent, Self.first).sentinel { $0.names = Self.first }, Self.second,
                "sentinels names \(Self.first)"
            ),
            (hung.with { $0.snapshot.unasked = [Self.second] }, nil, "could not ask \(Self.second)"),
        ]
        for (sight, target, text) in cases {
            let objection = objection { () throws(Objection) in try sight.failoverPlan(to: target) }
            #expect(objection?.description.contains(text) == true, "\(text): \(objection?.description ?? "none")")
        }
    }

    @Test func whoIsNotLetInForcesNothing() {
        let cases: [(Sight, Objection.Kind, String)] = [
            (Sight.healthy.answering(.denied, Sight.master), .notAuthorised, "REDIS_PASSWORD is not set"),
            (
                Self.hung.answering(.denied, Self.first).answering(.denied, Self.second), .notAuthorised,
                "\(Self.first) and \(Self.second) does not let us in"
            ), (Self.unreadable, .badData, "/redis/master in ZooKeeper can't be used: it is no address"),
        ]
        for (sight, kind, text) in cases {
            let objection = objection { () throws(Objection) in try sight.failoverPlan(to: nil) }
            #expect(
                objection?.kind == kind && objection?.description.contains(text) == true,
                "\(text): \(objection?.description ?? "none")")
        }
    }

    // MARK: Loss

    @Test func whatWouldBeLostIsReckoned() throws {
        let held = Holdings(epoch: 4, offset: 5_000, keys: 1_000, seen: "2026-11-30T10:00:00Z")
        let (best, other) = (Address("10.0.0.7:6379")!, Address("10.0.0.8:6379")!)
        let bill = LossBill(
            holdings: held,
            holders: [Holder(Sight.master, epoch: 4, offset: 5_000), Holder(best, epoch: 4, offset: 4_000)],
            copies: [
                LossBill.Copy(other, Freshness(holdsData: true, epoch: 3, offset: 9_000, keys: 1), isRunning: false),
                LossBill.Copy(best, Freshness(holdsData: true, epoch: 4, offset: 2_000, keys: 990), isRunning: false),
            ])
        #expect(bill.best?.address == best && bill.lostBytes == 3_000 && bill.lostKeys == 10 && !bill.isNothingLost)
        #expect(bill.missing.map(\.address) == [Sight.master])
        #expect(bill.lines.last == "lost would be: 2.9 KiB of writes, some 10 keys, if \(best) begins")
        let empty = LossBill(holdings: held, holders: [], copies: [LossBill.Copy(best, .empty, isRunning: false)])
        #expect(empty.lostKeys == 1_000 && empty.lines.last?.contains("all of it") == true)
        let nobody = LossBill(holdings: held, holders: [], copies: [])
        #expect(nobody.best == nil && nobody.lines.contains { $0.contains("start the redis-servers") })
    }

    @Test func withAMasterThereIsNothingToAccept() throws {
        let refused = objection { () throws(Objection) in try Sight.healthy.lossBill() }
        #expect(refused?.description.contains("answers as master") == true)
        let down = Sight.healthy.answering(.refused, Sight.master).with { sight in
            sight.snapshot.members = []
            for replica in Sight.replicas { sight.snapshot.instances[replica] = nil }
        }
        let candidate = Candidate(number: 1, address: Self.first, freshness: .empty, mayLead: false)
        let bill = try down.with { $0.candidates = [candidate] }.lossBill()
        #expect(bill.copies.map(\.address) == [Self.first] && bill.best == nil)
        // A stranger on a member's port has no copy of ours.
        let other = down.with {
            $0.snapshot.members = [Self.first]
            $0.snapshot.instances[Self.first] = Instance(.notRedis)
        }
        #expect(try other.lossBill().copies.isEmpty)
    }

    @Test func whereSomebodyMayBeMasterNothingIsAccepted() {
        let masterless = Sight.healthy.answering(.refused, Sight.master).with {
            $0.snapshot.members.removeAll { $0 == Sight.master }
        }
        #expect(objection { () throws(Objection) in try masterless.lossBill() } == nil)
        let cases: [(Sight, Objection.Kind, String)] = [
            (masterless.answering(.denied, Sight.master), .notAuthorised, "REDIS_PASSWORD is not set"),
            (masterless.answering(.loading, Sight.master), .notNow, "is loading its data"),
            (masterless.answering(.silent, Self.first), .notNow, "\(Self.first) has a lease"),
            (masterless.with { $0.snapshot.unasked = [Self.first] }, .notNow, "could not ask \(Self.first)"),
            (Self.unreadable, .badData, "/redis/master"),
        ]
        for (sight, kind, text) in cases {
            let objection = objection { () throws(Objection) in try sight.lossBill() }
            #expect(
                objection?.kind == kind && objection?.description.contains(text) == true,
                "\(text): \(objection?.description ?? "none")")
        }
    }

    // MARK: Forgetting

    @Test func whoIsCountedIsForgottenUnderAMasterAlone() throws {
        let gone = Sight.healthy.answering(.refused, Self.first).with {
            $0.snapshot.members.removeAll { $0 == Self.first }
            $0.snapshot.cluster?.holders = [Holder(Self.first, epoch: 4, offset: 900)]
        }
        func plan(_ sight: Sight, isUnderWay: Bool = false) throws(Objection) -> ForgetPlan {
            try sight.forgetPlan(Self.first, answers: false, leftovers: [], identities: [], isUnderWay: isUnderWay)
        }
        #expect(try plan(gone).isCounted)
        let lines = try plan(gone).lines
        #expect(lines.first?.hasPrefix("sentinels ") == true && lines.first?.contains(" know \(Self.first)") == true)
        #expect(lines.last == "\(Self.first) is taken out of the count of members last")
        let cold = gone.answering(.refused, Sight.master)
        let refused = objection { () throws(Objection) in try plan(cold) }
        #expect(refused?.description.contains("say interrex accept-loss") == true, "\(refused?.description ?? "none")")
        // What is not settled for a moment ends nothing that has begun.
        #expect(try plan(gone.silentSentinels(0), isUnderWay: true).knownBy.count == 2)
        #expect(objection { () throws(Objection) in try plan(gone.silentSentinels(0)) } != nil)
        // Behind it nobody knows it, and it counts for nothing: it is not counted down again.
        let forgotten = gone.sentinel { $0.details.replicas = [Self.second] }
            .with { $0.snapshot.cluster?.holders = [] }
        #expect(try plan(forgotten).isEmpty)
    }

    @Test func whoLivesIsNotForgotten() throws {
        func refused(_ address: Address, answers: Bool = false, _ sight: Sight = .healthy) -> String {
            objection { () throws(Objection) in
                try sight.forgetPlan(address, answers: answers, leftovers: [], identities: [])
            }?.description ?? "none"
        }
        #expect(refused(Sight.master).contains("is the recorded master"))
        #expect(refused(Self.first).contains("has a lease"))
        #expect(refused(Sight.sentinelAddresses[0]).contains("has a lease"))
        let gone = Sight.healthy.answering(.refused, Self.first).with {
            $0.snapshot.members.removeAll { $0 == Self.first }
        }
        #expect(refused(Self.first, answers: true, gone).contains("answers, so it is not gone"))
        #expect(refused(Self.first, gone.sentinel(0) { $0.failoverFor = .seconds(1) }).contains("can't be reset now"))
        let plan = try gone.forgetPlan(Self.first, answers: false, leftovers: [], identities: ["x"])
        #expect(plan.knownBy == Sight.sentinelAddresses && plan.isCounted && plan.lines.count == 3)
        #expect(gone.snapshot.sentinelToReset(toForget: Self.first) == Sight.sentinelAddresses[0])
        let unknown = try Sight.healthy.forgetPlan(
            Address("10.0.0.9:1")!, answers: false, leftovers: [], identities: [])
        #expect(unknown.isEmpty)
    }
}
