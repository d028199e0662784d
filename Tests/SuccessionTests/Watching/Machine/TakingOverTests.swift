import Testing
import Vocabulary

@testable import Succession

/// A failover that a person forces: what must be known before anybody is promoted, and what is known behind it.
@Suite(.timeLimit(.minutes(5))) struct TakingOverTests {
    /// The master hangs, and two of three sentinels are silent.
    private static let hung = Snapshot.healthy.server(Cast.recorded, .silent).silent(0, 1)

    /// What came of it, and the steps of each moment.
    private struct Run {
        var moments: [[ActionStep]] = []
        var end: Progress?
        var action: OperatorAction

        var hasPromoted: Bool {
            moments.joined().contains { if case .tell(_, .becomeMaster, _, _) = $0 { true } else { false } }
        }
        var trouble: String? { if case .failed(let trouble)? = end { trouble.text } else { nil } }
        var epoch: Int? {
            moments.joined().lazy.compactMap { step -> Int? in
                guard case .write(.record(let write)) = step else { return nil }
                return write.recording.cluster.epoch
            }.first
        }
    }

    private func run(
        _ snapshot: Snapshot = hung, answering answer: (ActionStep) -> StepOutcome? = { _ in nil }
    ) -> Run {
        let basis = OperatorAction.Basis(snapshot, clusterVersion: 3, lossVersion: nil, name: "ops@here")
        var run = Run(action: OperatorAction(takingOver: Cast.first, for: "ops", basis))
        let script = MachineScript(snapshot)
        var now = Duration.zero
        var progress = run.action.begin(at: now)
        var steps: [ActionStep] = []
        while true {
            guard case .steps(let next) = progress else { break }
            if !next.isEmpty { run.moments.append(next) }
            steps += next
            guard !steps.isEmpty else { break }
            now += .milliseconds(1)
            let step = steps.removeFirst()
            progress = run.action.heard(answer(step) ?? script.outcome(of: step), of: step, at: now)
        }
        run.end = progress
        return run
    }

    private func consulted(_ change: @escaping (inout SentinelReport) -> Void) -> (ActionStep) -> StepOutcome? {
        { step in
            guard case .consult(let sentinel, _) = step else { return nil }
            let opinion = Snapshot.healthy.sentinels.first { $0.address == sentinel }?.opinion
            var report = SentinelReport(sentinel, opinion)
            change(&report)
            return .heard(report)
        }
    }

    @Test func whatIsKnownIsAskedAgainBeforeAnybodyIsPromoted() {
        let run = run()
        #expect(
            run.moments.words.prefix(4) == [
                ["ask 7003 instance", "consult 26379", "consult 26379", "consult 26379", "history", "look 7002"],
                ["rehearse"], ["tell 7003 become master"], ["record"],
            ], "\(run.moments.words)")
        #expect(
            run.moments.dropFirst().first == [.rehearse(master: 6, cluster: 3, loss: nil)],
            "\(run.trouble ?? "no trouble")")
        guard case .over(let result?)? = run.end else {
            Issue.record("\(run.trouble ?? "nothing came of it")")
            return
        }
        #expect(result.recorded == Cast.first && !run.action.mayHavePromoted)
    }

    @Test func whatCanNotBeRecordedIsNotPromoted() {
        for outcome in [StepOutcome.failed(Trouble("not authorised")), .overtaken] {
            let run = run { if case .rehearse = $0 { outcome } else { nil } }
            #expect(!run.hasPromoted && run.trouble != nil && !run.action.mayHavePromoted)
        }
    }

    /// Two masters under one epoch would never reconcile.
    @Test func whatSentinelsSayByThenCounts() {
        let cases: [((inout SentinelReport) -> Void, String)] = [
            ({ $0.opinion?.failoverFor = .zero }, "failover in progress"),
            ({ $0.opinion?.subjectivelyDown = true }, "about to replace"),
            ({ _ in }, "has just heard"),
            ({ $0.opinion?.names = Cast.heir }, "names \(Cast.heir)"),
            (
                {
                    $0.opinion = nil
                    $0.trouble = .unasked
                }, "could not ask"
            ),
        ]
        for (change, text) in cases {
            let run = run(answering: consulted(change))
            #expect(!run.hasPromoted && run.trouble?.contains(text) == true, "\(text): \(run.trouble ?? "none")")
        }
    }

    @Test func theNextReignCountsFromWhatSentinelsSayByThen() {
        let answer = consulted { report in
            if report.address == Cast.sentinels[2] { report.opinion?.epoch = 950 } else { report.opinion = nil }
        }
        #expect(run(answering: answer).epoch == 1_050)
    }

    @Test func whoeverIsNotAskedIsNotGone() {
        let cases: [(Instance?, String)] = [
            (nil, "could not be asked: no descriptor"), (Instance(Cast.master()), "answers as master again"),
            (Instance(.denied), "does not let us in"),
        ]
        for (instance, text) in cases {
            let run = run { if case .look = $0 { .seen(instance, shortage: "no descriptor") } else { nil } }
            #expect(!run.hasPromoted && run.trouble?.contains(text) == true, "\(text): \(run.trouble ?? "none")")
        }
    }

    @Test func whatMayBeHalfDoneIsSaid() {
        let lost = StepOutcome.failed(Trouble("connection loss"))
        #expect(run { if case .write = $0 { lost } else { nil } }.action.mayHavePromoted)
        #expect(run { if case .tell(_, .becomeMaster, _, _) = $0 { lost } else { nil } }.action.mayHavePromoted)
        let late = run { if case .tell(_, .becomeMaster, _, _) = $0 { .tooLate } else { nil } }
        #expect(late.trouble != nil && !late.action.mayHavePromoted)
    }
}
