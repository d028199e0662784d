import Vocabulary

/// What a watcher remembers of what it did, from one pass to the next.
struct ActionMemory: Equatable, Sendable {
    /// How long an action rests after it was tried. A failover has a pause of its own: it moves on from sentinel to
    /// sentinel.
    private static let rest = Duration.seconds(5)
    /// A sentinel that did not take what it was told is told again soon: until it does, its clients are misled.
    private static let announcementRest = Duration.seconds(1)
    /// A sentinel that was told to fail over, with or without an answer, gets this long before any is told again.
    private static let forcePause = Duration.seconds(2)
    /// What is needed is tried again before that.
    private static let refusalLife = Duration.seconds(60)
    /// For how long a succession waits for a replica that is silent.
    private static let replicaPatience = Duration.milliseconds(200)
    /// After so long without a look such a wait begins anew; looks are two seconds apart at the most
    /// (`Snapshot.nextLook`).
    private static let longestBreak = Duration.seconds(5)
    /// How many answers to requests are remembered: the node may be written again with an id that has one.
    private static let answersKept = 100

    private struct Told: Equatable { var action: Action, at: Duration }
    private struct Refused: Equatable { var command: String, at: Duration }
    private struct Forced: Equatable { var master: Address, at: Duration }
    private struct Waited: Equatable { var master: Address, since: [Address: Duration], last: Duration }

    private var told: [Told] = []
    private var refused: [Address: Refused] = [:]
    private var answered: [Switchover] = []
    private var forced: Forced?
    /// Since when a succession waits for each replica that is silent, and when it last did.
    private var waited: Waited?
    /// What this watcher has begun and not recorded yet.
    private var deed: Deed?
    /// How the sentinels monitored the master when all was well. Who has to be pointed back may have lost it, or may
    /// never have had it.
    private(set) var monitorSettings: MonitorSettings?
    /// What a person may want to know where nothing goes on; taken by the machine.
    var remarks: [String] = []

    /// Takes note of what a repair is to restore, and of a master that is back: nobody waits for its replicas then.
    mutating func learn(from snapshot: Snapshot) {
        if snapshot.isSettled { monitorSettings = MonitorSettings(snapshot) }
        if let waited, snapshot.answersMaster(waited.master) { self.waited = nil }
    }

    // MARK: What was tried

    mutating func begins(_ action: Action, at now: Duration) {
        switch action {
        case .record, .keep, .succeed, .force, .answer, .alert, .publish: break
        case .announce, .switchOver, .promote, .repoint, .reset, .attach, .configure, .remove:
            told.append(Told(action: action, at: now))
        }
    }

    /// What was tried lately.
    mutating func resting(at now: Duration) -> [Action] {
        told.removeAll { now - $0.at >= ($0.action.isAnnouncement ? Self.announcementRest : Self.rest) }
        return told.map(\.action)
    }

    /// Takes note of a server that would not do what it was told.
    mutating func note(_ trouble: Trouble, at now: Duration) {
        if let refusal = trouble.refusal { refused[refusal.server] = Refused(command: refusal.command, at: now) }
    }

    /// Who refuses what, as far as it was tried lately.
    mutating func refusals(at now: Duration) -> [Address: String] {
        refused = refused.filter { now - $0.value.at < Self.refusalLife }
        return refused.mapValues(\.command)
    }

    // MARK: Requests

    /// What was answered to a request of this id.
    func answer(to id: String?) -> Switchover? { id.flatMap { id in answered.last { $0.id == id } } }

    mutating func remember(_ answer: Switchover) {
        answered = answered.filter { $0.id != answer.id }.suffix(Self.answersKept - 1) + [answer]
    }

    // MARK: Changes of the master

    /// Whether a succession has waited long enough for each of the replicas that do not answer.
    mutating func hasWaitedLongEnough(for silent: [Address], after master: Address, at now: Duration) -> Bool {
        let before = waited.flatMap { $0.master == master && now - $0.last < Self.longestBreak ? $0.since : nil } ?? [:]
        let since = Dictionary(silent.map { ($0, before[$0] ?? now) }) { one, _ in one }
        waited = Waited(master: master, since: since, last: now)
        return since.values.allSatisfy { now - $0 > Self.replicaPatience }
    }

    func mayForce(_ master: Address, at now: Duration) -> Bool {
        forced.map { $0.master != master || now - $0.at >= Self.forcePause } ?? true
    }

    mutating func willForce(_ master: Address, at now: Duration) {
        forced = Forced(master: master, at: now)
        willDo("forced", to: master, at: now)
    }

    /// The sentinel did not do it.
    mutating func didNotForce() { forced = nil }

    /// A change of the master that is about to be made: others may see it, and record it first.
    mutating func willDo(
        _ cause: String, to old: Address?, becomes new: Address? = nil, who: String? = nil, at now: Duration
    ) {
        deed = Deed(cause: cause, old: old, new: new, who: who, at: now)
    }

    /// What the history is to say of a recording.
    func cause(of recording: Recording) -> String {
        let isForced =
            [.agreed, .early].contains(recording.evidence)
            && forced.map { $0.master == recording.previous?.address } ?? false
        return isForced ? "forced" : recording.evidence.rawValue
    }

    /// It was recorded, or a sentinel was not told.
    mutating func endDeed() { (forced, deed) = (nil, nil) }

    var hasDeed: Bool { deed != nil }

    /// It was too late to send the order. What was forced before goes on.
    mutating func takeBackDeed() { deed = nil }

    /// What is to be put right where another watcher was faster and recorded what this one did.
    mutating func correction(under master: Address?, at now: Duration) -> NodeWrite? {
        guard let deed, let master, master != deed.old else { return nil }
        self.deed = nil
        guard now - deed.at < Deed.life, deed.new == nil || deed.new == master else { return nil }
        return .correctCause(deed.cause, of: master, after: deed.old, who: deed.who)
    }

    /// A change of the master that this watcher makes.
    private struct Deed: Equatable {
        /// A change that comes later than this is another one.
        static let life = Duration.seconds(30)

        var cause: String
        var old: Address?
        /// Nil where that is for a sentinel to choose.
        var new: Address?
        var who: String?
        var at: Duration
    }
}

extension Action {
    fileprivate var isAnnouncement: Bool { if case .announce = self { true } else { false } }
}
