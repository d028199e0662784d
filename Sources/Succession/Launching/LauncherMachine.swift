public import Vocabulary

/// The whole course of `interrex redis` from its first look to its start: event in, effect out, and all that is
/// remembered in between. No I/O and no clock: each event comes with the time since the launch began.
///
/// It takes the fewest round trips that are right. A launch into nothing looks for the root, which is missing, and
/// claims; one that finds a master with our mark glances, and joins. All else is decided on a full look.
public struct LauncherMachine: Equatable, Sendable {
    public struct Settings: Equatable, Sendable {
        /// Where our server will be reached.
        public var me: Address
        /// Of our cluster, its id not yet known.
        public var mark: Mark
        public var data: LaunchData
        /// `MASTER_TIMEOUT`
        public var limit: Duration
        /// `ACCEPT_LOSS_AFTER`; nil: never.
        public var acceptLossAfter: Duration?
        /// False where the user wants our server never to be master.
        public var mayLead: Bool
        /// The id for a cluster of our own, where there is none.
        public var newClusterID: String
        /// Whether servers are told a password, and so are asked only where a member's node vouches for them.
        public var hasPassword = false
        /// Whether it counts who has made a node, which only its ACL shows.
        public var checksOwners = false
        /// Whether it only tells what it would do, and writes nothing.
        public var isPreview = false
        public var pause = GrowingPause()

        public init(
            me: Address, mark: Mark, data: LaunchData, limit: Duration, acceptLossAfter: Duration? = nil,
            mayLead: Bool = true, newClusterID: String
        ) {
            self.me = me
            self.mark = mark
            self.data = data
            self.limit = limit
            self.acceptLossAfter = acceptLossAfter
            self.mayLead = mayLead
            self.newClusterID = newClusterID
        }
    }

    /// What the driver is doing for us.
    enum Phase: Equatable {
        case idle, connecting
        case lookingForRoot
        case readingWinner(rootWasMissing: Duration)
        case glancing
        /// What is read is as of this moment at least.
        case looking(since: Duration)
        case asking(Look)
        /// Before the recorded master is asked once more.
        case waitingForMaster(View, since: Duration, GrowingPause)
        case waiting
        case standing, noting
        case registering(Start)
        case ended
    }

    /// On what the answers are asked for.
    enum Look: Equatable {
        case newborn, fresh
        case glance(since: Duration, GrowingPause)
        /// What was read a moment ago.
        case known
    }

    /// Whether the cluster came into being under our eyes.
    enum Birth: Equatable {
        case unknown, longAgo
        /// The root did not exist at that moment. Once our claim was overtaken, the winner's record is kept, because
        /// the watch on it tells when it changes.
        case after(Duration, winner: Record?)
    }

    /// What was read last in full, and when.
    struct Known: Equatable {
        var view: View
        var moment: Duration
    }

    /// Our node among the candidates of a cold start.
    struct Standing: Equatable {
        var path: String
        var number: Int
        var since: Duration
    }

    public let settings: Settings
    var phase = Phase.idle
    var sessionTimeout = Duration.zero
    var birth = Birth.unknown
    var hasGlanced = false
    var known: Known?
    var standing: Standing?
    /// Our part in a cold start when this look began: what is read afterwards is younger than its age.
    var candidacy: Candidacy?
    /// Candidates whose turn it was to claim, and since when.
    var turns: [Int: Duration] = [:]
    var pause: GrowingPause
    private var hasWarned = false

    public init(_ settings: Settings) {
        self.settings = settings
        pause = settings.pause
    }

    /// - Parameter now: since the launch began.
    public mutating func handle(_ event: LaunchEvent, at now: Duration) -> LaunchStep {
        if case .lost(let isOurs) = event { return reconnect(isOurs: isOurs, at: now) }
        switch (phase, event) {
        case (.idle, .began):
            phase = .connecting
            return LaunchStep(.connect)
        case (.connecting, .connected(let timeout)):
            sessionTimeout = timeout
            return beginLook(at: now)
        case (.lookingForRoot, .foundRoot(let exists)): return saw(root: exists, at: now)
        case (.readingWinner(let moment), .readRecord(let record)): return saw(winner: record, of: moment, at: now)
        case (.glancing, .glanced(let view)): return glanced(view, at: now)
        case (.looking(let moment), .looked(let view)):
            known = Known(view: view, moment: moment)
            return ask(view, .fresh)
        case (.asking(let look), .answered(let view, let answers)): return heard(answers, of: view, look, at: now)
        case (.waitingForMaster(let view, let since, let pause), .woken(let byWatch)):
            if byWatch || now - since >= Self.newMasterLimit { return lookInFull(at: now) }
            return ask(view, .glance(since: since, pause))
        case (.waiting, .woken(let byWatch)):
            // A preview sets no watch, and no transaction would find that what it knows is out of date.
            if byWatch || settings.isPreview { forgetRecord() }
            return beginLook(at: now)
        case (.standing, .stood(let path)):
            guard let number = Candidate.number(ofNode: path) else {
                return refuse(.noMaster("ZooKeeper named our candidate \(path), which ends in no number"))
            }
            // All our parents are there by then.
            (standing, known, birth) = (Standing(path: path, number: number, since: now), nil, .longAgo)
            return beginLook(at: now)
        case (.noting, .noted):
            forgetRecord()
            return wait()
        case (.registering(let start), .done):
            phase = .ended
            return LaunchStep(.start(start))
        case (.registering, .overtaken):
            forgetRecord()
            return overtaken(at: now)
        default: preconditionFailure("\(event) while \(phase)")
        }
    }

    /// What a session has registered went, or goes, with it.
    private mutating func reconnect(isOurs: Bool, at now: Duration) -> LaunchStep {
        guard !settings.isPreview, !isOurs, now < settings.limit else {
            phase = .ended
            return LaunchStep(.giveUp)
        }
        (standing, birth, known, hasGlanced, phase) = (nil, .unknown, nil, false, .connecting)
        return LaunchStep(.reconnect(after: .milliseconds(100)))
    }

    /// Of many launchers that make the first claim of all, all but one are overtaken, and look again without a pause.
    /// What else fails may do so time and again, for a reason that only time removes, such as the node of a session of
    /// ours that is not over yet.
    private mutating func overtaken(at now: Duration) -> LaunchStep {
        guard now < settings.limit else {
            return refuse(
                .noMaster(
                    "no start within MASTER_TIMEOUT (\(settings.limit)): each time something in ZooKeeper had changed "
                        + "since it was read"))
        }
        return hasGlanced ? wait() : beginLook(at: now)
    }

    /// `/redis/master` has changed, or was not as we thought: it is read again.
    private mutating func forgetRecord() {
        known = nil
        if case .after(let moment, _) = birth { birth = .after(moment, winner: nil) }
    }

    mutating func wait() -> LaunchStep {
        phase = .waiting
        return LaunchStep(.wait(pause.next()))
    }

    /// Whether it is told that the data makes no master, which is done once: it will only be moved out of the way, or
    /// keep this server from becoming master.
    mutating func warning() -> [LaunchNote] {
        guard !settings.isPreview, !hasWarned, let problem = settings.data.inPlace.problem else { return [] }
        hasWarned = true
        return [.unusableData(problem)]
    }
}
