package import Cluster
import Inspection
import Runtime
import Succession
import Vocabulary

/// `interrex accept-loss`: lets the best copy that is here begin, though better ones are missing.
package struct LossOrder: Sendable {
    private let why: String
    private let who: String?
    private let isAgreed: Bool
    private let printsJSON: Bool

    /// - Parameters:
    ///   - who: nil: the user and the machine.
    ///   - isAgreed: asks nobody.
    package init(why: String, who: String?, isAgreed: Bool, printsJSON: Bool) {
        self.why = why
        self.who = who
        self.isAgreed = isAgreed
        self.printsJSON = printsJSON
    }

    /// - Throws: `Failure` 64 where nobody agrees, 69, 77; 75 where nobody waits for it; else as `OperatorRun.run`
    ///   does.
    package func run(_ environment: Environment) throws {
        try OperatorRun.run("accept-loss", environment) { run in
            try await run.steer { registry in try await accept(run, registry) }
        }
    }

    private func accept(_ run: OperatorRun, _ registry: Registry) async throws {
        let (output, dialogue, path) = (Output(run.environment), Dialogue(run), registry.paths.acceptLoss)
        var sight = try await Inspector(run, registry).look()
        var bill = try sight.lossBill()
        if let found = try await registry.orderNode(path), sight.snapshot.acceptsLoss {
            let said = registry.pause(of: found)
            throw Objection("it is accepted already \(said.words); nothing was written")
        }
        dialogue.say(bill.lines)
        guard let best = bill.best else {
            throw Objection(
                "nobody who could begin waits or runs: start the redis-servers first, and say this again once they wait"
            )
        }
        if !isAgreed {
            try await dialogue.ask("Give up what is missing?", orSay: "--yes")
            // A person may have thought for minutes, and what was missing be back.
            let shown = bill
            sight = try await Inspector(run, registry).look()
            bill = try sight.lossBill()
            guard bill.best?.address == shown.best?.address, bill.missing == shown.missing else {
                throw Objection(
                    "who is here has changed meanwhile, and nothing was written: look, and say it again")
            }
        }
        let found = try await registry.orderNode(path)
        let word: JSON = ["who": .string(who ?? Operator.name(run.environment)), "why": .string(why)]
        let (data, record) = (Array(word.text.utf8), sight.snapshot.record)
        guard try await registry.acceptLoss(data, under: record, over: found) == .done else {
            throw Objection(
                "a master was recorded in the same moment, or somebody else wrote \(path); look, and try again")
        }
        if printsJSON {
            output.say(.object([("accepted", .bool(true))] + bill.json))
        } else {
            output.say(
                "accepted: \(best.address) may begin; it counts once, and interrex accept-loss --withdraw takes it back until then"
            )
        }
    }
}

/// `interrex accept-loss --withdraw`: takes that word back.
package struct LossWithdrawal: Sendable {
    private let printsJSON: Bool

    package init(printsJSON: Bool) { self.printsJSON = printsJSON }

    /// - Throws: `Failure` 69, 77; 75 where nothing is there; else as `OperatorRun.run` does.
    package func run(_ environment: Environment) throws {
        try OperatorRun.run("accept-loss", environment) { run in
            try await run.steer { registry in
                try await registry.checkThatThereIsACluster()
                let path = registry.paths.acceptLoss
                let found = try await registry.orderNode(path)
                if let found, try await registry.withdraw(path, found) != .done {
                    throw Objection("\(path) has just changed: a master may have begun with it; see interrex status")
                }
                let output = Output(run.environment)
                if printsJSON {
                    output.say(["accepted": .bool(false)])
                } else {
                    output.say(
                        found == nil ? "no loss is accepted" : "withdrawn: nobody begins with less than there was")
                }
            }
        }
    }
}
