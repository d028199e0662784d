import Vocabulary

/// A pass from its beginning to its end, but for the actions.
extension WatcherMachine {
    struct Pass {
        var began: Duration
        var wakes: [WakeUp]
        var clusters: Int
        /// Whether what was read of ZooKeeper holds: only then anything is done.
        var isFresh = false
        var snapshot = Snapshot(mark: Mark(root: "", masterName: "", clusterID: nil))
        var confidants: Set<Address> = []
        var isPauseOver = false
        var alerts: [Alert] = []
        /// What is still to be carried out.
        var actions: [Action] = []
        /// The first sign of what is done in it.
        var sign: Duration?
        /// Whether something has changed that must be looked at anew.
        var hasActed = false
    }

    mutating func begin(_ wakes: [WakeUp], clusters: Int, at now: Duration) -> [WatcherEffect] {
        pacing.begin(wakes)
        pass = Pass(began: now, wakes: wakes, clusters: clusters)
        guard standing.isConnected else { return survey() }
        if let reading = standing.reading(isQuiet: wakes.isEmpty, clusters: clusters, at: now) {
            return [.read(reading)]
        }
        pass?.isFresh = true
        return survey()
    }

    mutating func read(_ outcome: ReadingOutcome, _ reading: Reading, at now: Duration) -> [WatcherEffect] {
        let (holds, isEnteredAgain) = standing.note(outcome, of: reading, at: now)
        pass?.isFresh = holds
        let again = isEnteredAgain ? standing.node.map { [WatcherEffect.enteredAgain($0)] } ?? [] : []
        return again + survey()
    }

    /// Without an answer of ZooKeeper those are asked that the last one named: people are shown what the servers say.
    private mutating func survey() -> [WatcherEffect] {
        guard let pass, standing.read != nil else {
            self.pass = nil
            // Before the first session there is nothing to look at; its beginning wakes us up.
            return (standing.hasSession ? [.lookedInVain] : []) + [.pause(.milliseconds(500), isSpread: false)]
        }
        return [.survey(isHasty: pacing.disturbed != nil, isCalm: pacing.wasCalm && pass.wakes.isEmpty)]
    }

    mutating func surveyed(_ survey: Survey, at now: Duration) -> [WatcherEffect] {
        let snapshot = recall.complete(survey, with: standing.read, at: now)
        pass?.snapshot = snapshot
        pass?.confidants = survey.confidants
        pass?.isPauseOver = survey.isPauseOver
        let answers = snapshot.record.map { recall.snapshot?.isLiveMaster($0.address) ?? false } ?? false
        return [.follow(snapshot.record?.address, answers: answers), .askLink]
    }

    mutating func plan(_ wasRefused: Bool, _ hasCrashed: Bool, at now: Duration) -> [WatcherEffect] {
        guard var pass else { return [] }
        var snapshot = pass.snapshot
        (snapshot.masterWasRefused, snapshot.masterHasCrashed) = (wasRefused, hasCrashed)
        snapshot.leads = standing.leads
        snapshot.answered = memory.answer(to: snapshot.switchover?.id)
        memory.learn(from: snapshot)
        snapshot.resting = memory.resting(at: now)
        snapshot.refusals = memory.refusals(at: now)
        snapshot.held = recall.endured(by: snapshot, at: pass.began)
        pacing.saw(snapshot.asLastSeen, since: pass.began)
        let actions = Succession.plan(snapshot, after: pass.wakes.map(\.event))
        pass.snapshot = snapshot
        pass.alerts = actions.compactMap(\.alert)
        pass.actions = actions.filter { !$0.isWord }
        pass.sign = pacing.sign(among: pass.wakes)
        self.pass = pass
        let notices = actions.compactMap {
            if case .publish(let notice) = $0 { WatcherEffect.publish(notice) } else { nil }
        }
        return [.saw(snapshot, isFresh: pass.isFresh)] + notices + act(at: now)
    }

    mutating func show() -> [WatcherEffect] {
        guard let pass else { return [] }
        recall.keep(pass.snapshot)
        let timing = pass.isFresh && pacing.disturbed == nil ? standing.node.map(WatcherEffect.timeZooKeeper) : nil
        return [timing, .show(pass.snapshot.asLastSeen, pass.alerts, isFresh: pass.isFresh)].compactMap(\.self)
    }

    mutating func end(_ alerts: (areOpen: Bool, newest: Duration?), at now: Duration) -> [WatcherEffect] {
        guard let pass else { return [] }
        self.pass = nil
        return [
            pacing.pause(
                after: pass.snapshot, hasActed: pass.hasActed, isLimited: standing.isMissing, alerts: alerts,
                clusters: pass.clusters, began: pass.began, at: now)
        ]
    }
}

extension Action {
    /// Whether it tells people, and changes nothing.
    fileprivate var isWord: Bool {
        switch self {
        case .alert, .publish: true
        default: false
        }
    }
}
