import Testing

@testable import Succession

/// The table of DESIGN.md 6, row by row: what brings each action about, and each of its conditions taken away.
@Suite struct PlanScenarioTests {
    @Test(arguments: agreed + early + sole)
    func records(_ scenario: PlanScenario) { #expect(plan(scenario.snapshot).deeds == scenario.deeds) }

    @Test(arguments: forced + hopeless)
    func forces(_ scenario: PlanScenario) { #expect(plan(scenario.snapshot).deeds == scenario.deeds) }

    @Test(arguments: promotions)
    func promotes(_ scenario: PlanScenario) { #expect(plan(scenario.snapshot).deeds == scenario.deeds) }

    @Test(arguments: repoints + attachments + priorities + leftovers)
    func repairs(_ scenario: PlanScenario) { #expect(plan(scenario.snapshot).deeds == scenario.deeds) }

    @Test(arguments: forgotten)
    func forgets(_ scenario: PlanScenario) { #expect(plan(scenario.snapshot).deeds == scenario.deeds) }

    @Test(arguments: kept + barred)
    func keeps(_ scenario: PlanScenario) { #expect(plan(scenario.snapshot).deeds == scenario.deeds) }

    @Test func aHealthyClusterIsLeftAlone() { #expect(plan(.healthy.lasting(.seconds(3_600))) == []) }
}
