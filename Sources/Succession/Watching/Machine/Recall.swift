import Vocabulary

/// What a watcher remembers of its looks.
struct Recall: Sendable {
    /// After so long a request is not begun any more that says no time itself.
    private static let patience = Duration.seconds(60)

    private var endurance = Endurance()
    /// Which request there is, and when it was first seen.
    private var request: (id: String, at: Duration)?
    /// The recorded master, where it had a lease when it last answered.
    private var leased: Address?
    /// What a recorded master last told us of its data, and who it was.
    private var lastWord: (master: Address, history: History)?
    private(set) var snapshot: Snapshot?

    /// What a look shows in the light of those before.
    mutating func complete(_ survey: Survey, with read: NodesRead?, at now: Duration) -> Snapshot {
        var snapshot = survey.snapshot
        snapshot.switchover = read?.switchover
        snapshot.isSwitchoverLate = isLate(read?.switchover, survey.isRequestOver, at: now)
        snapshot.isExposed = read?.isExposed ?? false
        if let master = snapshot.record?.address, snapshot.answersMaster(master) { answered(master, in: snapshot) }
        if let master = snapshot.record?.address, snapshot.isProven(master),
            case .master(let history) = snapshot.answer(of: master)
        {
            lastWord = (master, history)
        }
        snapshot.lastWord = lastWord.flatMap { $0.master == snapshot.record?.address ? $0.history : nil }
        snapshot.masterHadLease = leased != nil && leased == snapshot.record?.address
        return snapshot
    }

    /// A master has answered, or was recorded, which it is only right behind an answer.
    mutating func answered(_ master: Address, in snapshot: Snapshot) {
        leased = snapshot.isLeased(master) ? master : nil
    }

    /// For how long each condition has held.
    mutating func endured(by snapshot: Snapshot, at now: Duration) -> [Condition: Duration] {
        // Who could not be asked may have been otherwise meanwhile.
        endurance.note(snapshot.unasked.isEmpty ? snapshot.conditions : [], at: now)
    }

    mutating func keep(_ snapshot: Snapshot) { self.snapshot = snapshot }

    /// A request may be begun until the time that it says, else for a minute from when it was first seen.
    private mutating func isLate(_ request: Switchover?, _ isOver: Bool?, at now: Duration) -> Bool {
        guard let request else {
            self.request = nil
            return false
        }
        if self.request?.id != request.id { self.request = (request.id, now) }
        return isOver ?? self.request.map { now - $0.at >= Self.patience } ?? false
    }
}
