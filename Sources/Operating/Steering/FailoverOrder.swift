package import Cluster
import Inspection
import Processes
import Runtime
import Succession
package import Vocabulary

/// `interrex failover`: makes a replica master where nobody else would.
package struct FailoverOrder: Sendable {
    /// For so long those are told that were not at once.
    private static let tellLimit = Duration.seconds(10)

    private let to: Address?
    private let why: String?
    private let isDry: Bool
    /// The root, as it was typed beforehand.
    private let confirmation: String?
    private let printsJSON: Bool

    /// - Parameters:
    ///   - to: the next master; nil: whoever is freshest.
    ///   - isDry: only says what would be done.
    ///   - confirmation: the cluster's root; nil: a person is asked to type it.
    package init(to: Address?, why: String?, isDry: Bool, confirmation: String?, printsJSON: Bool) {
        self.to = to
        self.why = why
        self.isDry = isDry
        self.confirmation = confirmation
        self.printsJSON = printsJSON
    }

    /// - Throws: `Failure` 64 where nobody confirms, 69 where it fails, 75 where it is not forced, 77; else as
    ///   `OperatorRun.run` does.
    package func run(_ environment: Environment) throws {
        try OperatorRun.run("failover", environment) { run in
            try await run.steer { registry in try await force(run, registry) }
        }
    }

    private func force(_ run: OperatorRun, _ registry: Registry) async throws {
        let (output, dialogue) = (Output(run.environment), Dialogue(run))
        let name = Operator.name(run.environment)
        let actions = ActionRun(run, registry, name: name)
        let first = try await actions.basis()
        let planned = try first.sight.failoverPlan(to: to)
        if isDry, !printsJSON { output.tell(planned.lines) }
        if !isDry { dialogue.say(planned.lines) }
        try await actions.checkThatItCanBeRecorded(first.basis)
        if isDry {
            guard printsJSON else { return output.tell(["it would be forced; nothing was done (--dry-run)"]) }
            return output.say(.object([("state", .string("planned"))] + planned.json))
        }
        try await confirm(run, dialogue)
        // A person may have thought for minutes.
        let (sight, basis) = try await actions.basis()
        let plan = try sight.failoverPlan(to: to)
        try await actions.checkThatItCanBeRecorded(basis)
        let began = ContinuousClock.now
        dialogue.say(plan.isPromoted ? "recording \(plan.to)" : "promoting \(plan.to)")
        let who = [name, why.map { "(\($0))" }].compactMap(\.self).joined(separator: " ")
        let action = OperatorAction(takingOver: plan.to, for: who, basis)
        let (result, remarks) = try await carryOut(action, actions, plan)
        let took = ContinuousClock.now - began
        if printsJSON {
            let fields: [(String, JSON)] = [
                ("state", .string("done")), ("epoch", JSON(result?.epoch)),
                ("took_ms", .number(Int(took / .milliseconds(1)))),
            ]
            output.say(.object(fields + plan.json))
        } else {
            let old = plan.from.map { ", after \($0)" } ?? ""
            output.say("\(plan.to) is master\(old), after \(Amount.time(took))")
        }
        dialogue.say(remarks)
        do {
            try await bringAlong(plan.to, actions, dialogue, loop: run.loop)
        } catch let failure as Failure where !Task.isCancelled {
            // The deed is done.
            dialogue.say("who else was told is not known: \(failure); see interrex status")
        }
    }

    private func confirm(_ run: OperatorRun, _ dialogue: Dialogue) async throws {
        let root = run.registrySettings.root
        guard let confirmation else {
            return try await dialogue.ask(for: root, to: "force it", orSay: "--confirm \(root)")
        }
        guard confirmation == root else {
            throw Failure(.usage, "nothing was done: --confirm must be the cluster's root, \(root)")
        }
    }

    private func carryOut(
        _ action: OperatorAction, _ actions: ActionRun, _ plan: FailoverPlan
    ) async throws -> (result: ActionResult?, remarks: [String]) {
        let ended = try await actions.ended(action)
        guard let trouble = ended.trouble?.text else { return (ended.result, ended.remarks) }
        // What is so is read, whatever came back.
        let now = try? await actions.basis().sight
        if now?.snapshot.record?.address == plan.to, plan.from != plan.to { return (nil, [trouble] + ended.remarks) }
        guard ended.mayHavePromoted || plan.isPromoted else {
            // What came between has a reason of its own.
            _ = try now?.failoverPlan(to: to)
            throw Failure(.unavailable, "nothing was done: \(trouble); look (interrex status), and say it again")
        }
        let again = "say interrex failover again, which records it"
        guard let now else {
            throw Failure(
                .unavailable,
                "\(plan.to) may have been promoted, and nobody knows whether it is recorded (\(trouble)): say interrex status once "
                    + "ZooKeeper answers, and where \(plan.to) is a second master \(again)")
        }
        throw Failure(
            .unavailable,
            now.snapshot.answersMaster(plan.to)
                ? "\(plan.to) was promoted and is not recorded (\(trouble)): \(again)"
                : "nothing is recorded: \(trouble); look (interrex status), and say it again")
    }

    /// Tells those that were not told at once, as a watcher would.
    private func bringAlong(_ master: Address, _ actions: ActionRun, _ dialogue: Dialogue, loop: EventLoop) async throws
    {
        let end = ContinuousClock.now + Self.tellLimit
        while true {
            var (sight, basis) = try await actions.basis()
            guard sight.snapshot.record?.address == master else {
                return dialogue.say("another master is recorded by now: see interrex status")
            }
            sight.snapshot.isPaused = false
            basis.snapshot = sight.snapshot
            let announcement = plan(sight.snapshot).lazy.compactMap { action -> Announcement? in
                if case .announce(let announcement) = action { announcement } else { nil }
            }.first
            if let announcement {
                let notice = try? await actions.carryOut(OperatorAction(announcement, basis))?.notice
                if let notice { dialogue.say(notice.text) }
            }
            let left = sight.left(under: master)
            if left.isEmpty { return }
            guard .now < end else { return dialogue.say(left.map { "left undone: \($0)" }) }
            // No event tells when servers and sentinels have done what they were told.
            try await loop.sleep(for: .seconds(1))
        }
    }
}
