import Vocabulary

/// ZooKeeper's word that we lead and that `/redis/master` is as it was seen, good for a moment.
public struct Fence: Equatable, Sendable {
    /// A process that was stopped between the fence and its command does not send it any more.
    public static let life = Duration.milliseconds(250)

    /// When it was asked for.
    var since: Duration

    var end: Duration { since + Self.life }

    func holds(at now: Duration) -> Bool { now < end }

    /// Whether there is time left to use it.
    func isYoung(at now: Duration) -> Bool { now - since < Self.life / 2 }
}

/// A fence that was asked for.
struct FenceQuestion: Equatable, Sendable {
    enum Answer: Equatable {
        case holds(Fence)
        /// We don't lead any more, or the master is another.
        case lost
        /// It is so, and took too long to hear.
        case slow
    }

    var asked: Duration

    func answer(_ outcome: StepOutcome, at now: Duration) -> Answer {
        guard outcome == .done else { return .lost }
        let fence = Fence(since: asked)
        return fence.holds(at: now) ? .holds(fence) : .slow
    }

    /// Not how long it took: the same trouble is the same line.
    static let slowness = Trouble(
        "ZooKeeper took longer than \(Fence.life) to confirm that this watcher leads, and no server is changed "
            + "on so old a word; check ZooKeeper's load and disks, and the network to it")
}
