public import Vocabulary

/// The whole course of `interrex sentinel`: waits for somebody to monitor, takes an identity, looks again, and starts a
/// sentinel that knows who lives. Event in, effect out, like `LauncherMachine`.
public struct SentinelLauncherMachine: Equatable, Sendable {
    public struct Settings: Equatable, Sendable {
        /// Where our sentinel will be reached.
        public var me: Address
        /// Of our cluster, its id not yet known.
        public var mark: Mark
        /// `MASTER_TIMEOUT`
        public var limit: Duration
        /// Whether it only tells what it would do, and writes nothing.
        public var isPreview: Bool

        public init(me: Address, mark: Mark, limit: Duration, isPreview: Bool = false) {
            self.me = me
            self.mark = mark
            self.limit = limit
            self.isPreview = isPreview
        }
    }

    /// What is known of the master that is to be monitored.
    struct Choice: Equatable {
        var master: Address
        var view: View
        var observation: Observation
    }

    private enum Phase: Equatable {
        case idle, connecting, looking, asking, waiting
        case choosingIdentity(Choice)
        case askingMore(Choice)
        case ended
    }

    private let settings: Settings
    private var phase = Phase.idle
    /// The identity that this launch has locked.
    private var identity: String?
    private var pause = GrowingPause()
    /// Only in case a notice gets lost; ZooKeeper tells of a first master at once.
    private var watchingPause = GrowingPause(longest: .seconds(5))

    public init(_ settings: Settings) { self.settings = settings }

    /// - Parameter now: since the launch began.
    public mutating func handle(_ event: SentinelLaunchEvent, at now: Duration) -> SentinelLaunchStep {
        if case .lost(let isOurs) = event { return reconnect(isOurs: isOurs, at: now) }
        switch (phase, event) {
        case (.idle, .began):
            phase = .connecting
            return SentinelLaunchStep(.connect)
        case (.connecting, .connected), (.waiting, .woken): return look()
        case (.looking, .looked(let view)):
            phase = .asking
            return SentinelLaunchStep(.ask(view))
        case (.asking, .answered(let view, let answers)): return heard(answers, of: view, at: now)
        case (.choosingIdentity(let choice), .identified(let identity)):
            self.identity = identity
            // Choosing may take a while: it is looked again behind it.
            return settings.isPreview ? askMore(choice) : look()
        case (.askingMore(var choice), .answeredMore(let instances)):
            choice.observation.instances.merge(instances) { $1 }
            return start(choice)
        default: preconditionFailure("\(event) while \(phase)")
        }
    }

    /// What a session has locked went, or goes, with it.
    private mutating func reconnect(isOurs: Bool, at now: Duration) -> SentinelLaunchStep {
        guard !settings.isPreview, !isOurs, now < settings.limit else {
            phase = .ended
            return SentinelLaunchStep(.giveUp)
        }
        (identity, phase) = (nil, .connecting)
        return SentinelLaunchStep(.reconnect(after: .milliseconds(100)))
    }

    private mutating func look() -> SentinelLaunchStep {
        phase = .looking
        return SentinelLaunchStep(.look)
    }

    private mutating func heard(_ answers: Answers, of view: View, at now: Duration) -> SentinelLaunchStep {
        // Leases that can't be read are waited for as long as members that can't be asked: half of our time.
        var observation = Observation(
            view, answers, me: settings.me, mark: settings.mark, countsUnreadable: now * 2 < settings.limit)
        (observation.waited, observation.limit) = (now, settings.limit)
        let decision = decideSentinel(observation)
        var step =
            switch decision {
            case .wait(let reason): wait(for: reason, observation)
            case .refuse(let reason): refuse(.timeIsOver(observation, for: reason))
            case .monitor(let master): chose(Choice(master: master, view: view, observation: observation))
            }
        step.notes = [.decided(decision)] + step.notes
        return step
    }

    /// On a watch where nothing is recorded, else with growing pauses.
    private mutating func wait(for reason: Reason, _ observation: Observation) -> SentinelLaunchStep {
        let remaining = observation.limit - observation.waited
        let isTold = reason == .nothingRecorded && !settings.isPreview
        phase = .waiting
        return SentinelLaunchStep(
            .wait(isTold ? watchingPause.next(atMost: remaining) : pause.next(atMost: remaining)),
            noting: [.waits(reason, observation, remaining: remaining)])
    }

    private mutating func refuse(_ refusal: Refusal) -> SentinelLaunchStep {
        phase = .ended
        return SentinelLaunchStep(.refuse(refusal))
    }

    // MARK: Monitoring

    private mutating func chose(_ choice: Choice) -> SentinelLaunchStep {
        guard identity == nil else { return askMore(choice) }
        phase = .choosingIdentity(choice)
        let (master, observation) = (choice.master, choice.observation)
        // All of a cluster have the same names, so any server of ours will do; the master goes first.
        let server = observation.answersMaster(master) ? master : observation.seeds(of: master).first
        return SentinelLaunchStep(.chooseIdentity(checkingNamesAt: server))
    }

    private mutating func askMore(_ choice: Choice) -> SentinelLaunchStep {
        let unasked = choice.observation.unaskedMasters
        guard !unasked.isEmpty else { return start(choice) }
        phase = .askingMore(choice)
        return SentinelLaunchStep(.askMore(unasked))
    }

    private mutating func start(_ choice: Choice) -> SentinelLaunchStep {
        guard let identity else { preconditionFailure("every start has chosen an identity") }
        phase = .ended
        return SentinelLaunchStep(
            .start(
                SentinelStart(
                    master: choice.master, identity: identity, clusterID: choice.observation.mark.clusterID,
                    seeds: Seeds(of: choice.master, choice.view, choice.observation, without: identity))))
    }
}
