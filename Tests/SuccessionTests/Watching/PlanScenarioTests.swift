import Testing

@testable import Succession

/// The behaviours one by one: what brings each action about, and each of its conditions taken away.
@Suite(.timeLimit(.minutes(5))) struct PlanScenarioTests {
    @Test(arguments: agreed + early + sole)
    func records(_ scenario: PlanScenario) { #expect(plan(scenario.snapshot).deeds == scenario.deeds) }

    @Test(arguments: succeeded)
    func succeeds(_ scenario: PlanScenario) { #expect(plan(scenario.snapshot).deeds == scenario.deeds) }

    @Test(arguments: announced)
    func announces(_ scenario: PlanScenario) { #expect(plan(scenario.snapshot).deeds == scenario.deeds) }

    @Test(arguments: begun.indices) func switchesOver(_ index: Int) {
        let (name, snapshot, target) = Self.begun[index]
        #expect(plan(snapshot).deeds == [.switchOver(snapshot.switchover!, to: target)], "\(name)")
    }

    @Test(arguments: unbegun.indices) func answers(_ index: Int) {
        let (name, snapshot, state, reason) = Self.unbegun[index]
        let answers = plan(snapshot).compactMap { if case .answer(let answer) = $0 { answer } else { nil } }
        guard let answer = answers.only else {
            Issue.record("\(name): \(plan(snapshot).deeds)")
            return
        }
        #expect(answer.state == state && answer.id == "7" && answer.who == "ops", "\(name): \(answer)")
        #expect(answer.why?.contains(reason) == true, "\(name): \(answer)")
    }

    @Test(arguments: idle)
    func leavesARequestAlone(_ scenario: PlanScenario) { #expect(plan(scenario.snapshot).deeds == scenario.deeds) }

    @Test(arguments: forced + hopeless)
    func forces(_ scenario: PlanScenario) { #expect(plan(scenario.snapshot).deeds == scenario.deeds) }

    @Test(arguments: promotions + shortfalls)
    func promotes(_ scenario: PlanScenario) { #expect(plan(scenario.snapshot).deeds == scenario.deeds) }

    @Test(arguments: repoints + attachments + priorities + leftovers)
    func repairs(_ scenario: PlanScenario) { #expect(plan(scenario.snapshot).deeds == scenario.deeds) }

    @Test(arguments: exposed)
    func believesNoOpenRecord(_ scenario: PlanScenario) { #expect(plan(scenario.snapshot).deeds == scenario.deeds) }

    @Test(arguments: forgotten)
    func forgets(_ scenario: PlanScenario) { #expect(plan(scenario.snapshot).deeds == scenario.deeds) }

    @Test(arguments: kept + barred)
    func keeps(_ scenario: PlanScenario) { #expect(plan(scenario.snapshot).deeds == scenario.deeds) }

    /// Two that are planned in one breath would else bear one number.
    @Test(arguments: agreed + early + sole)
    func noReignHasTheNumberOfAnother(_ scenario: PlanScenario) {
        let known = [scenario.snapshot.cluster?.epoch, scenario.snapshot.cluster?.holdings?.epoch].compactMap(\.self)
        for case .record(let recording) in plan(scenario.snapshot) {
            #expect(known.allSatisfy { $0 < recording.cluster.epoch })
        }
    }

    @Test func aHealthyClusterIsLeftAlone() { #expect(plan(.healthy.lasting(.seconds(3_600))) == []) }
}
