/// What is done about a ruling.
extension LauncherMachine {
    mutating func act(
        on ruling: Ruling, _ observation: Observation, of view: View, at now: Duration
    ) -> LaunchStep {
        if let problem = settings.data.best.problem, ruling.decision.isMasters {
            return refuse(.unusableData(problem), noting: [.decided(ruling)])
        }
        var step =
            switch ruling.decision {
            case .wait(let reason): wait(for: reason, observation, of: view, at: now)
            case .refuse(let reason): refuse(.timeIsOver(observation, for: reason))
            case .stand: stand(by: ruling.rule)
            case .claim, .follow, .resume: register(ruling, observation, of: view)
            }
        step.notes = [.decided(ruling)] + warning() + step.notes
        return step
    }

    mutating func refuse(_ refusal: Refusal, noting notes: [LaunchNote] = []) -> LaunchStep {
        phase = .ended
        return LaunchStep(.refuse(refusal), noting: notes)
    }

    private mutating func stand(by rule: Rule) -> LaunchStep {
        guard !settings.isPreview else {
            return refuse(
                .noMaster(
                    "a cold start would decide the role (rule \(rule.rawValue)), and --render-only can't stand in it"))
        }
        phase = .standing
        return LaunchStep(.stand(settings.data.best.freshness, mayLead: settings.mayLead))
    }

    // MARK: Waiting

    private mutating func wait(
        for reason: Reason, _ observation: Observation, of view: View, at now: Duration
    ) -> LaunchStep {
        var step = note(reason, observation, of: view, at: now) ?? wait()
        step.notes = [.waits(reason, observation, remaining: remaining(reason, at: now))]
        return step
    }

    /// What a wait leaves for the next looks: whose turn it is, and since when nobody is master.
    private mutating func note(
        _ reason: Reason, _ observation: Observation, of view: View, at now: Duration
    ) -> LaunchStep? {
        switch reason {
        case .fresherCandidate(_, let number):
            if turns[number] == nil { turns[number] = now }
            return nil
        case .behind:
            guard !settings.isPreview, settings.acceptLossAfter != nil, let cluster = view.cluster,
                let version = view.clusterVersion, cluster.missingSince == nil,
                let own = view.candidates.first(where: { $0.number == observation.candidacy?.number })
            else { return nil }
            phase = .noting
            return LaunchStep(.noteMissing(cluster, version: version, since: own.since))
        default: return nil
        }
    }

    /// How long this wait may last still.
    private func remaining(_ reason: Reason, at now: Duration) -> Duration {
        if case .settling(_, _, let rest) = reason { rest } else { settings.limit - now }
    }

    // MARK: Registering

    private mutating func register(_ ruling: Ruling, _ observation: Observation, of view: View) -> LaunchStep {
        var start = Start(ruling, observation, settings.data)
        start.candidate = standing?.path
        guard !settings.isPreview else {
            phase = .ended
            return LaunchStep(.start(start))
        }
        let claim: Claim
        switch ruling.decision {
        case .claim(let version):
            claim = Claim(
                at: version, of: view, observation.nextRecord(newID: settings.newClusterID),
                rootIsMissing: birth != .longAgo)
        case .resume:
            claim = Claim(resuming: view, observation.nextRecord(newID: settings.newClusterID))
        default:
            phase = .registering(start)
            return LaunchStep(.join(checking: view.record?.version))
        }
        start.clusterID = claim.cluster.id
        phase = .registering(start)
        return LaunchStep(.claim(claim))
    }
}

extension Decision {
    /// Whether our own server becomes master by it. One that its redis-server would not start as, or would start as
    /// empty beside its data, is none.
    fileprivate var isMasters: Bool {
        switch self {
        case .claim, .resume: true
        case .follow, .stand, .wait, .refuse: false
        }
    }
}
