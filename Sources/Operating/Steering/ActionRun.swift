import Cluster
import Inspection
import Processes
import Runtime
import Succession
import Vocabulary

/// Carries out what a person has said beside the watchers: runs the steps, and hands what came of them back.
struct ActionRun: Sendable {
    /// How an action ended.
    struct Ended {
        /// Nil where there was nothing to do.
        var result: ActionResult?
        /// Why it failed; nil where it did not.
        var trouble: Trouble?
        /// What went wrong beside it.
        var remarks: [String] = []
        /// Whether a server may be master by it that nobody has recorded.
        var mayHavePromoted = false
    }

    /// For so long it goes on at most once somebody wants the command to end.
    private static let endLimit = Duration.seconds(10)

    private let run: OperatorRun
    private let registry: Registry
    private let name: String

    init(_ run: OperatorRun, _ registry: Registry, name: String) {
        (self.run, self.registry, self.name) = (run, registry, name)
    }

    /// One look, and the versions that were read before it: what is written rests on them.
    func basis() async throws -> (sight: Sight, basis: OperatorAction.Basis) {
        let view = try await registry.watcherView()
        let sight = try await Inspector(run, registry).look()
        return (
            sight,
            OperatorAction.Basis(
                sight.snapshot, clusterVersion: view.clusterVersion, lossVersion: view.lossVersion, name: name)
        )
    }

    /// Whether what an action of this basis makes master could be recorded: nothing is begun otherwise.
    /// - Throws: `Failure` 65, 69, 77 with the reason where it could not be.
    func checkThatItCanBeRecorded(_ basis: OperatorAction.Basis) async throws {
        let holds = try await registry.rehearsesRecord(
            over: basis.snapshot.record?.version, clusterVersion: basis.clusterVersion, lossVersion: basis.lossVersion)
        if !holds { throw Failure(.noMaster, "another master was recorded in the same moment; look, and say it again") }
    }

    /// To its end, whatever signal comes, but for ten seconds at most then: half of it would leave a server that nobody
    /// has recorded.
    /// - Throws: `Failure` 69, 77 where it could not begin; `Stopped`.
    func ended(_ action: OperatorAction) async throws -> Ended {
        let view = try await registry.watcherView()
        return try await StopSignals.withGrace(Self.endLimit) {
            await Task(executorPreference: run.loop) { await end(of: action, view) }.value
        }
    }

    /// - Returns: what it did, nil where there was nothing to do.
    /// - Throws: `Failure` 69 with the reason where it failed; else as `ended` does.
    func carryOut(_ action: OperatorAction) async throws -> ActionResult? {
        let ended = try await ended(action)
        if let trouble = ended.trouble { throw Failure(.unavailable, trouble.text) }
        return ended.result
    }

    private func end(of action: OperatorAction, _ view: WatcherView) async -> Ended {
        var action = action
        let start = ContinuousClock.now
        let (prober, contacts) = run.prober()
        // Who is registered may be told the password.
        prober.confidants.learn(view, below: registry.paths.root)
        let executor = ActionExecutor(prober, name: name, start: start)
        let progress = await withTaskGroup(of: (ActionStep, StepOutcome).self) { group in
            var progress = action.begin(at: .zero)
            while case .steps(let steps) = progress {
                for step in steps { group.addTask { (step, await executor.run(step, on: registry)) } }
                guard let (step, outcome) = await group.next() else { break }
                progress = action.heard(outcome, of: step, at: .now - start)
            }
            return progress
        }
        await executor.closeLines()
        await contacts.retain([])
        var ended = Ended(remarks: action.remarks, mayHavePromoted: action.mayHavePromoted)
        switch progress {
        case .over(let result): ended.result = result
        case .failed(let trouble): ended.trouble = trouble
        case .steps: break
        }
        return ended
    }
}
