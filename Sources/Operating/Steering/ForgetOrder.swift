package import Cluster
import Inspection
import Runtime
import Succession
package import Vocabulary

/// `interrex forget`: takes out what is gone for good.
package struct ForgetOrder: Sendable {
    /// A sentinel that was reset has found everybody again after some seconds.
    private static let limit = Duration.seconds(90)

    private let address: Address
    private let isDry: Bool
    private let printsJSON: Bool

    /// - Parameter isDry: only says what would be done.
    package init(_ address: Address, isDry: Bool, printsJSON: Bool) {
        self.address = address
        self.isDry = isDry
        self.printsJSON = printsJSON
    }

    /// - Throws: `Failure` 69, 77; 75 where it answers or can't be forgotten now; else as `OperatorRun.run` does.
    package func run(_ environment: Environment) throws {
        try OperatorRun.run("forget", environment) { run in
            try await run.steer { registry in try await forget(run, registry) }
        }
    }

    private func forget(_ run: OperatorRun, _ registry: Registry) async throws {
        let (output, dialogue) = (Output(run.environment), Dialogue(run))
        let actions = ActionRun(run, registry, name: Operator.name(run.environment))
        let plan = try await plan(run, registry, actions).plan
        guard !plan.isEmpty else {
            return printsJSON ? output.say(plan.json(isDone: false)) : output.say("nothing knows \(address)")
        }
        if isDry {
            guard !printsJSON else { return output.say(plan.json(isDone: false)) }
            return output.tell(plan.lines + ["it would be forgotten; nothing was done (--dry-run)"])
        }
        dialogue.say(plan.lines)
        // A leftover node would have its sentinel known again.
        for id in plan.leftovers { try await delete(registry.paths.sentinel(id), registry, dialogue) }
        for id in plan.identities { try await delete(registry.paths.identity(id), registry, dialogue) }
        if !plan.knownBy.isEmpty { try await reset(run, registry, actions, dialogue) }
        // At last, and by what was found at first: who says it again behind this finds nothing that is counted.
        if plan.isCounted {
            try await registry.uncount(address)
            dialogue.say("\(address) is not counted as a member any more")
        }
        if printsJSON { output.say(plan.json(isDone: true)) } else { output.say("forgotten: \(address)") }
    }

    private func plan(
        _ run: OperatorRun, _ registry: Registry, _ actions: ActionRun, isUnderWay: Bool = false
    ) async throws -> (plan: ForgetPlan, basis: OperatorAction.Basis) {
        async let reach = run.prober().prober.reach(address)
        let view = try await registry.watcherView()
        let (sight, basis) = try await actions.basis()
        let leftovers = view.sentinels.filter { $0.address == address && !$0.isLeased }.map(\.id)
        let identities = view.identities.filter { $0.address == address }.map(\.id)
        let plan = try sight.forgetPlan(
            address, answers: await reach == .answers, leftovers: leftovers, identities: identities,
            isUnderWay: isUnderWay)
        return (plan, basis)
    }

    private func reset(
        _ run: OperatorRun, _ registry: Registry, _ actions: ActionRun, _ dialogue: Dialogue
    ) async throws {
        let end = ContinuousClock.now + Self.limit
        var hasReset = false
        while true {
            let (plan, basis) = try await plan(run, registry, actions, isUnderWay: true)
            if plan.knownBy.isEmpty, !hasReset || basis.snapshot.sentinelsKnowEverybody { return }
            if let sentinel = basis.snapshot.sentinelToReset(toForget: address) {
                let action = OperatorAction(resetting: sentinel, toForget: [address], basis)
                do {
                    if let notice = try await actions.carryOut(action)?.notice { dialogue.say(notice.text) }
                    hasReset = true
                } catch let failure as Failure where .now < end {
                    dialogue.say("sentinel \(sentinel) could not be reset: \(failure); it is tried again")
                }
            }
            guard .now < end else {
                if plan.knownBy.isEmpty {
                    return dialogue.say("a sentinel that was reset has not found everybody again: see interrex status")
                }
                throw Objection(
                    "sentinel \(plan.knownBy.words) still knows \(address): it can't be reset without losing the quorum, or has not "
                        + "found its peers again; see interrex status, and say it again")
            }
            // No event tells what a sentinel knows.
            try await run.loop.sleep(for: .seconds(1))
        }
    }

    private func delete(_ path: String, _ registry: Registry, _ dialogue: Dialogue) async throws {
        guard try await registry.deleteLeftover(path) else {
            throw Objection("\(path) is in use again, or has changed: look, and say it again")
        }
        dialogue.say("deleted \(path)")
    }
}
