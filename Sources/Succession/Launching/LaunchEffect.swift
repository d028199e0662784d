import Vocabulary

/// What a driver does for `LauncherMachine`. Each but the last three ends in one event, which the machine is told next;
/// where the connection with ZooKeeper fails meanwhile, that is `LaunchEvent.lost`.
public enum LaunchEffect: Equatable, Sendable {
    /// Opens a session, unless one is open.
    case connect
    /// Lets go of the session, which has failed, and opens another one after a rest.
    case reconnect(after: Duration)
    /// Asks whether the root exists.
    case lookForRoot
    /// Reads `/redis/master`, with a watch.
    case readRecord
    /// Reads the least on which one can follow, `/redis/master` with a watch; nothing where that does not do.
    case glance(withMembers: Bool)
    /// Reads all that there is, `/redis/master` first, with a watch.
    case look
    /// Asks all whom the view names.
    case ask(View)
    /// Registers a candidate of a cold start.
    case stand(Freshness, mayLead: Bool)
    /// Writes down in `/redis/cluster`, at this version, since when nobody has been master.
    case noteMissing(ClusterRecord, version: Int32, since: Int64)
    /// Waits for so long, or until the watch on `/redis/master` fires.
    case wait(Duration)
    case claim(Claim)
    /// Registers our member node where `/redis/master` still has this version; nil: where nothing is recorded, which
    /// can't be checked.
    case join(checking: Int32?)
    /// Becomes the server.
    case start(Start)
    case refuse(Refusal)
    /// Ends with the failure that has just been told of.
    case giveUp
}

/// What a driver tells `LauncherMachine`: what became of its last effect.
public enum LaunchEvent: Equatable, Sendable {
    case began
    /// A session is open, with this timeout negotiated.
    case connected(sessionTimeout: Duration)
    case foundRoot(Bool)
    case readRecord(Record?)
    case glanced(View?)
    case looked(View)
    case answered(View, Answers)
    /// Our node is there: its name ends with the number that ZooKeeper gave it.
    case stood(path: String)
    case noted
    /// The wait is over: whether a watch has ended it.
    case woken(byWatch: Bool)
    /// Our transaction was carried out.
    case done
    /// Somebody else was faster, and nothing of our transaction was carried out.
    case overtaken
    /// ZooKeeper did not answer in time, or the session is over: whatever was asked for, nobody knows.
    /// - Parameter isOurs: whether this machine is the reason, so that another session would not help.
    case lost(isOurs: Bool)
}

/// What is told on the way, for the log.
public enum LaunchNote: Equatable, Sendable {
    case decided(Ruling)
    /// No master can start with the data in the folder: one line, said once.
    case unusableData(String)
    case waits(Reason, Observation, remaining: Duration)
}

/// What comes next: what is told, and what is done.
public struct LaunchStep: Equatable, Sendable {
    public var notes: [LaunchNote] = []
    public var effect: LaunchEffect

    init(_ effect: LaunchEffect, noting notes: [LaunchNote] = []) {
        self.notes = notes
        self.effect = effect
    }
}

/// Why a launch ends without a server: one line, which an exit code of its own goes with.
public enum Refusal: Equatable, Sendable {
    /// There is no usable master, and we must not become one.
    case noMaster(String)
    /// We would become master, and can't with the data that is there.
    case unusableData(String)

    static func timeIsOver(_ observation: Observation, for reason: Reason) -> Refusal {
        .noMaster(
            "no usable master within MASTER_TIMEOUT (\(observation.limit)): \(observation.explained(reason))")
    }
}
