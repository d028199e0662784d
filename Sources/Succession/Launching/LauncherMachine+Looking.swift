/// Which look comes next, and what is made of it.
extension LauncherMachine {
    /// For how long a master that has only just been claimed has time to listen.
    static let newMasterLimit = Duration.seconds(1)
    /// For how long what was read still tells whom to follow.
    private static let knownLimit = Duration.seconds(1)

    mutating func beginLook(at now: Duration) -> LaunchStep {
        candidacy = standing.map {
            Candidacy(number: $0.number, age: now - $0.since, sessionTimeout: sessionTimeout)
        }
        guard candidacy == nil, !settings.isPreview else { return lookInFull(at: now) }
        return lookAtNewborn(at: now) ?? glance(at: now)
    }

    // MARK: The newborn root

    /// The shortest look that is right, for launches into nothing: where the root does not exist, nothing does; and
    /// where our claim of it was then overtaken, the winner's transaction is all that there is. It holds for one
    /// session timeout, as long as the winner's lease is sure to live, and while its record is untouched.
    /// - Returns: nil where more must be known.
    private mutating func lookAtNewborn(at now: Duration) -> LaunchStep? {
        switch birth {
        case .longAgo: return nil
        case .unknown:
            phase = .lookingForRoot
            return LaunchStep(.lookForRoot)
        // Who may have made the winner's nodes is only seen by reading their ACLs.
        case .after where settings.checksOwners:
            birth = .longAgo
            return nil
        case .after(let moment, nil):
            phase = .readingWinner(rootWasMissing: moment)
            return LaunchStep(.readRecord)
        case .after(let moment, let winner?): return newborn(winner, of: moment, at: now)
        }
    }

    mutating func saw(root exists: Bool, at now: Duration) -> LaunchStep {
        guard exists else {
            birth = .after(now, winner: nil)
            return ask(View(), .newborn)
        }
        birth = .longAgo
        return glance(at: now)
    }

    mutating func saw(winner: Record?, of moment: Duration, at now: Duration) -> LaunchStep {
        if let winner, let step = newborn(winner, of: moment, at: now) { return step }
        birth = .longAgo
        return glance(at: now)
    }

    private mutating func newborn(_ winner: Record, of moment: Duration, at now: Duration) -> LaunchStep? {
        guard now - moment < sessionTimeout, winner.version == 0, winner.address != settings.me else {
            birth = .longAgo
            return nil
        }
        birth = .after(moment, winner: winner)
        return ask(View(firstClaimWonBy: winner), .newborn)
    }

    // MARK: A glance

    /// The common case with the fewest reads: a recorded master that answers and bears our mark, and no sentinel that
    /// could know better. A master that has only just been claimed gets a second to listen.
    private mutating func glance(at now: Duration) -> LaunchStep {
        guard !hasGlanced else { return lookInFull(at: now) }
        hasGlanced = true
        phase = .glancing
        return LaunchStep(.glance(withMembers: settings.hasPassword))
    }

    mutating func glanced(_ view: View?, at now: Duration) -> LaunchStep {
        guard let view, let master = view.record?.address, master != settings.me else { return lookInFull(at: now) }
        return ask(view, .glance(since: now, settings.pause))
    }

    // MARK: A full look

    /// Many launchers that wait for one master must not keep ZooKeeper busy: what was read a moment ago may still tell
    /// whom to follow, because joining is fenced by the version. For all else it is read again.
    mutating func lookInFull(at now: Duration) -> LaunchStep {
        if let known, now - known.moment < Self.knownLimit { return ask(known.view, .known) }
        return readAll(at: now)
    }

    private mutating func readAll(at now: Duration) -> LaunchStep {
        phase = .looking(since: now)
        return LaunchStep(.look)
    }

    // MARK: Answers

    mutating func ask(_ view: View, _ look: Look) -> LaunchStep {
        phase = .asking(look)
        return LaunchStep(.ask(view))
    }

    mutating func heard(_ answers: Answers, of view: View, _ look: Look, at now: Duration) -> LaunchStep {
        let observation = observation(of: view, answers, at: now)
        let ruling = ruling(observation)
        switch look {
        case .newborn, .fresh: break
        case .glance(let since, var pause):
            if case .follow = ruling.decision { break }
            guard let master = view.record?.address, answers.instances[master]?.answer == .refused else {
                return lookInFull(at: now)
            }
            let length = pause.next()
            phase = .waitingForMaster(view, since: since, pause)
            return LaunchStep(.wait(length))
        case .known:
            switch ruling.decision {
            case .follow, .wait: break
            case .claim, .resume, .stand, .refuse: return readAll(at: now)
            }
        }
        return act(on: ruling, observation, of: view, at: now)
    }

    private mutating func observation(of view: View, _ answers: Answers, at now: Duration) -> Observation {
        // Leases that can't be read are waited for as long as members that can't be asked: half of our time.
        var observation = Observation(
            view, answers, me: settings.me, mark: settings.mark, data: settings.data.best.freshness,
            countsUnreadable: now * 2 < settings.limit)
        turns = turns.filter { turn in view.candidates.contains { $0.number == turn.key } }
        observation.candidacy = candidacy
        observation.passedOver = Set(turns.filter { now - $0.value > Self.longestTurn }.keys)
        observation.mayLead = settings.mayLead
        observation.acceptLossAfter = settings.acceptLossAfter
        observation.waited = now
        observation.limit = settings.limit
        return observation
    }

    /// Who had its turn for longer than its own window may be open is passed over.
    private static let longestTurn = Duration.seconds(15)
}
