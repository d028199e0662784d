import Testing

@testable import Succession

/// `plan` on its whole space (`PlanSpace`): each plan is held against the promises.
@Suite(.timeLimit(.minutes(5))) struct PlanSpaceTests {
    @Test func everyPlanKeepsThePromises() async {
        let tally = await Tally.of(PlanSpace.all) { (snapshot: Snapshot, tally) in
            let planned = planned(snapshot)
            let plan = planned.map(\.action)
            tally.hit("all")
            for kind in Set(plan.map(PlanPromises.kind)) { tally.hits[kind, default: 0] += 1 }
            for name in Set(planned.map(\.behaviour)) { tally.hits["by \(name)", default: 0] += 1 }
            for one in planned {
                guard let kind = one.action.alert?.kind else { continue }
                if !Self.declared[one.behaviour, default: []].contains(kind) {
                    tally.fail("\(one.behaviour) raises \(kind.name), which it does not declare")
                }
            }
            if let broken = PlanPromises.broken(by: plan, on: PlanWords(snapshot)) {
                tally.fail("\(broken): \(plan.deeds)\non \(snapshot.with { $0.held = [:] })")
            }
        }
        #expect(tally.failures.isEmpty, "\(tally.summary)")
        #expect(tally.observations > 22_000, "\(tally.summary)")
        for kind in Self.kinds { #expect(tally.hits[kind, default: 0] > 30, "\(kind): \(tally.summary)") }
        for name in Self.declared.keys where !Self.elsewhere.contains(name) {
            #expect(tally.hits["by \(name)", default: 0] > 0, "\(name): \(tally.summary)")
        }
    }

    /// The kinds of alerts of each behaviour.
    private static let declared = Dictionary(uniqueKeysWithValues: Behaviours.builtIn.map { ($0.name, $0.alerts) })

    /// Behaviours that act on what the space does not vary: events, this machine's limits, passwords and disks.
    private static let elsewhere: Set<String> = ["RelayEvents", "OwnLimitAlerts", "TrustAlerts", "DiskAlerts"]

    /// A space that never brings an action about shows nothing of it.
    private static let kinds =
        [
            "record agreed", "record early", "record sole", "force", "promote", "repoint", "reset", "attach",
            "configure",
            "remove", "keep",
        ]
        + [
            "bad-node", "no-sentinels", "sentinel-majority-lost", "no-quorum", "no-master", "disagreement", "stranger",
            "unknown-master", "unsafe-reset", "behind", "disputed-cluster",
        ].map { "alert \($0)" }

    /// ZooKeeper's children and Swift's dictionaries come in any order, on which no plan may depend. One of the changed
    /// scenarios in four, to save time.
    @Test func theSameSnapshotInAnotherOrderIsPlannedTheSame() async {
        let tally = await Tally.of(PlanSpace.changedScenarios) { (snapshot: Snapshot, tally) in
            tally.hit("seen")
            guard tally.observations % 4 == 0 else { return }
            var dice = SeededGenerator(seed: UInt64(tally.observations))
            var shuffled = snapshot
            shuffled.members.shuffle(using: &dice)
            shuffled.sentinels.shuffle(using: &dice)
            // A lease that is there twice, of a server that was restarted within the session timeout.
            if let twice = shuffled.members.first { shuffled.members.append(twice) }
            if let twice = shuffled.sentinels.first { shuffled.sentinels.append(twice) }
            shuffled.instances = Dictionary(uniqueKeysWithValues: snapshot.instances.shuffled(using: &dice))
            let (first, second) = (plan(snapshot), plan(shuffled))
            if first != second { tally.fail("\(first)\nthen \(second)\non \(snapshot.with { $0.held = [:] })") }
        }
        #expect(tally.failures.isEmpty, "\(tally.summary)")
    }
}
