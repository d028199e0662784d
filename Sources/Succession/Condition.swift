/// Something that must have been so for a while before a watcher acts on it.
public enum Condition: Hashable, Sendable {
    /// A majority names this address, it answers master and is ours, and another is recorded.
    case agreed(Address)
    /// The only live master, until a moment ago a replica of the recorded one, which is gone.
    case promoted(Address)
    /// The only live master, with no word of the sentinels against it, while the recorded one is absent, dead or a replica.
    case sole(Address)
    /// Nobody answers master, and no majority of sentinels could ever promote anybody.
    case unmastered
    /// Nobody answers master, whatever the sentinels may do about it.
    case masterless
    /// A sentinel names what is no master, or nobody, while the recorded master answers master.
    case misled(Address)
    /// A replica or sentinel that a sentinel knows has no lease, and nobody of ours is there.
    case gone(Address)
    /// A server of ours is a second master that nobody names, while all is settled.
    case astray(Address)
    /// A server of ours follows a dead address or a replica, whoever is recorded and settled or not: it had all the time
    /// of a failover to be told better.
    case orphaned(Address)
    /// A registered sentinel, whose node is no lease, refuses connections.
    case refusing(Address)
    /// A synchronised replica of ours still has priority 0, and its lease is gone.
    case unraised(Address)
    /// Fewer live members than recorded.
    case fewerMembers
    /// Much was written in a reign that `/redis/cluster` does not reckon with yet.
    case uncounted
    /// A request of this id for another master waits to be begun.
    case requested(String)
    /// One was begun, and nobody has said what became of it.
    case unfinished(String)
}

/// For how long each condition has held. A pure value: the driver tells it the time.
public struct Endurance: Equatable, Sendable {
    /// A break between two passes that is longer than this ends every count: what was so during the break, nobody saw.
    public static let longestBreak = Duration.seconds(30)

    private var since: [Condition: Duration] = [:]
    private var last: Duration?

    public init() {}

    /// Takes note of the conditions that hold at `time`, and returns for how long each has.
    public mutating func note(_ conditions: Set<Condition>, at time: Duration) -> [Condition: Duration] {
        if let last, time - last > Self.longestBreak { since = [:] }
        last = time
        since = since.filter { conditions.contains($0.key) }
        for condition in conditions where since[condition] == nil { since[condition] = time }
        return since.mapValues { time - $0 }
    }
}

extension Snapshot {
    /// Every condition that holds in this snapshot.
    public var conditions: Set<Condition> {
        var result: Set<Condition> = []
        if let agreed { result.insert(.agreed(agreed)) }
        if let promoted { result.insert(.promoted(promoted)) }
        if let soleMaster { result.insert(.sole(soleMaster)) }
        if isUnmastered { result.insert(.unmastered) }
        if isMasterless { result.insert(.masterless) }
        result.formUnion(misledSentinels.map(Condition.misled))
        result.formUnion(goneReplicas.union(gonePeers).map(Condition.gone))
        result.formUnion(astrayMembers.filter(answersMaster).map(Condition.astray))
        result.formUnion(orphans.map(Condition.orphaned))
        result.formUnion(refusingLeftovers.map(Condition.refusing))
        result.formUnion(unraisedReplicas.map(Condition.unraised))
        if hasFewerMembers { result.insert(.fewerMembers) }
        if isUncounted { result.insert(.uncounted) }
        if let switchover, switchover.isNew { result.insert(.requested(switchover.id)) }
        if let switchover, switchover.state == .running { result.insert(.unfinished(switchover.id)) }
        return result
    }
}
