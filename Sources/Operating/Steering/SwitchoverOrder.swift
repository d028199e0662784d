package import Cluster
import Inspection
import Processes
import Succession
package import Vocabulary

/// `interrex switchover`: asks for another master in `/redis/switchover`, and follows what becomes of it.
package struct SwitchoverOrder: Sendable {
    private let to: Address?
    private let awayFrom: Address?
    private let isDry: Bool
    private let isAgreed: Bool
    private let timeout: Duration
    private let who: String?
    private let printsJSON: Bool

    /// - Parameters:
    ///   - to: the next master; nil: the replica that is furthest on.
    ///   - awayFrom: only if this one is master.
    ///   - isDry: only says what would be done.
    ///   - isAgreed: asks nobody.
    ///   - timeout: until then it may begin.
    ///   - who: for the history; nil: the user and the machine.
    package init(
        to: Address?, awayFrom: Address?, isDry: Bool, isAgreed: Bool, timeout: Duration, who: String?,
        printsJSON: Bool
    ) {
        self.to = to
        self.awayFrom = awayFrom
        self.isDry = isDry
        self.isAgreed = isAgreed
        self.timeout = timeout
        self.who = who
        self.printsJSON = printsJSON
    }

    /// - Throws: `Failure` 64 where nobody agrees, 69 where ZooKeeper or a watcher is not there, 75 where it is refused
    ///   or does not end well, 77; else as `OperatorRun.run` does.
    package func run(_ environment: Environment) throws {
        try OperatorRun.run("switchover", environment) { run in
            try await run.steer { registry in
                do {
                    try await begin(run, registry)
                } catch let objection as Objection where printsJSON {
                    Output(run.environment).say(objection.json)
                    throw objection
                }
            }
        }
    }

    private func begin(_ run: OperatorRun, _ registry: Registry) async throws {
        let (output, dialogue) = (Output(run.environment), Dialogue(run))
        var awayFrom = awayFrom
        if let named = awayFrom {
            let record = try await registry.record()?.address
            if record == nil { try await registry.checkThatThereIsACluster() }
            // A scheduler's stop hook on a host that has no master must cost nothing.
            guard let record, try await run.arePlacesTheSame(named, record) else {
                return sayNothingToDo("\(named) is not the recorded master", output, dialogue)
            }
            awayFrom = record
        }
        var request = Switchover(
            id: UUIDText.random(), to: to?.description, awayFrom: awayFrom?.description,
            who: who ?? Operator.name(run.environment))
        let sight = try await Inspector(run, registry).look()
        let plan: SwitchoverPlan
        // A stop hook may know no password; the watcher does.
        switch try sight.prognosis(of: request, mayBeUnjudged: awayFrom != nil && !isDry) {
        case .nothingToDo(let why): return sayNothingToDo(why, output, dialogue)
        case .change(let change): plan = change
        }
        if isDry {
            if !printsJSON { output.tell(plan.lines) }
            if let obstacle = plan.obstacle { throw Objection("it could not begin at once: \(obstacle)") }
            return printsJSON ? output.say(plan.json) : output.tell(["it would be begun; nothing was done (--dry-run)"])
        }
        dialogue.say(plan.lines)
        if !isAgreed { try await dialogue.ask(plan.question, orSay: "--yes") }
        request.until = Timestamp.after(timeout)
        let leader = sight.watchers.first?.address
        var following = SwitchoverFollowing(request, run, registry, dialogue, leader: leader)
        let outcome = try await following.outcome(within: timeout)
        if printsJSON { output.say(outcome.json) } else if let line = outcome.line { output.say(line) }
        if let objection = outcome.objection { throw Failure(objection) }
    }

    private func sayNothingToDo(_ why: String, _ output: Output, _ dialogue: Dialogue) {
        if printsJSON {
            let answer = Switchover(id: "", state: .done).ended(.done, why)
            output.say(SwitchoverOutcome(answer, took: .zero).json)
        } else {
            dialogue.say("nothing to do: \(why)")
        }
    }
}
