package import Cluster
import Inspection
import Runtime
import Succession
import Vocabulary
import ZooKeeper

/// `interrex pause`: keeps every watcher from changing servers, until its end or `interrex resume`.
package struct PauseOrder: Sendable {
    private let why: String
    private let time: Duration?
    private let who: String?
    private let printsJSON: Bool

    /// - Parameters:
    ///   - time: how long it lasts; nil: until somebody ends it.
    ///   - who: nil: the user and the machine.
    package init(why: String, for time: Duration?, who: String?, printsJSON: Bool) {
        self.why = why
        self.time = time
        self.who = who
        self.printsJSON = printsJSON
    }

    /// - Throws: `Failure` 69, 77; 75 where it is paused already, or nothing is there; else as `OperatorRun.run` does.
    package func run(_ environment: Environment) throws {
        try OperatorRun.run("pause", environment) { run in
            try await run.steer { registry in try await begin(run, registry) }
        }
    }

    private func begin(_ run: OperatorRun, _ registry: Registry) async throws {
        try await registry.checkThatThereIsACluster()
        let found = try await registry.orderNode(registry.paths.paused)
        if let found {
            let pause = registry.pause(of: found)
            guard pause.until.map({ Timestamp.hasPassed($0) }) ?? false else { throw pause.isThere }
        }
        let pause = Pause(
            who: who ?? Operator.name(run.environment), why: why, since: Timestamp.now,
            until: time.map { Timestamp.after($0) })
        guard try await registry.pause(pause, over: found) == .done else {
            throw Objection("somebody else has just paused it, or ended that; see interrex status")
        }
        let (output, dialogue) = (Output(run.environment), Dialogue(run))
        if printsJSON { output.say(pause.json(isPaused: true)) } else { output.say("paused \(pause.words)") }
        dialogue.say(
            "\(time == nil ? "until interrex resume" : "until then") only Sentinel replaces a master that fails, nobody recovers what it can't, and no switchover is made"
                + (time == nil ? "" : "; interrex resume ends it sooner"))
    }
}

/// `interrex resume`: ends a pause.
package struct ResumeOrder: Sendable {
    private let printsJSON: Bool

    package init(printsJSON: Bool) { self.printsJSON = printsJSON }

    /// - Throws: `Failure` 69, 77; 75 where nothing is there, or somebody else changes the pause meanwhile; else as
    ///   `OperatorRun.run` does.
    package func run(_ environment: Environment) throws {
        try OperatorRun.run("resume", environment) { run in
            try await run.steer { registry in try await end(run, registry) }
        }
    }

    private func end(_ run: OperatorRun, _ registry: Registry) async throws {
        try await registry.checkThatThereIsACluster()
        let output = Output(run.environment)
        guard let found = try await registry.orderNode(registry.paths.paused) else {
            if printsJSON { output.say(Pause().json(isPaused: false)) } else { output.say("it is not paused") }
            return
        }
        let pause = registry.pause(of: found)
        guard try await registry.withdraw(registry.paths.paused, found) == .done else {
            throw Failure(
                .noMaster, "somebody has just changed that pause; look whether it is still to end: interrex status")
        }
        if printsJSON {
            output.say(pause.json(isPaused: false))
        } else {
            output.say("resumed; it was paused \(pause.words)")
        }
    }
}

extension Registry {
    /// - Throws: `Objection` where the root is not there: it is not created by somebody who looks at the wrong place.
    func checkThatThereIsACluster() async throws {
        guard try await children(paths.root) == nil else { return }
        throw Objection(noClusterBelow: session.whole(paths.root))
    }
}

extension Pause {
    fileprivate var isThere: Objection {
        Objection(
            "it is paused already \(words); to change that, say interrex resume first")
    }

    fileprivate func json(isPaused: Bool) -> JSON {
        [
            "paused": .bool(isPaused), "who": JSON(who), "why": JSON(why), "since": JSON(since), "until": JSON(until),
        ]
    }
}
