public import Vocabulary

/// The words of a watcher, each with its one meaning, that several behaviours need.
extension Snapshot {
    /// Every sentinel that has a voice answers and names the recorded master, none has a failover in progress, and the
    /// recorded master answers master. What tells a server to change needs it. Without a sentinel nothing is settled.
    public var isSettled: Bool {
        guard let record, !sentinels.isEmpty else { return false }
        return sentinels.voices.allSatisfy { $0.opinion != nil } && sentinels.nobodyObjects(to: record.address)
            && !anyFailover && mayBeRecorded(record.address)
    }

    public var holdings: Holdings? { cluster?.holdings }

    /// Live members that hold data: whoever else was counted may have more.
    public var presentMembers: Int { liveMembers.count(where: holdsData) }

    public var witnesses: [Witness] { running(liveMembers) }

    /// Live members that answer master and are no strangers.
    var liveMasters: [Address] { liveMembers.filter { isLiveMaster($0) && mayBeRecorded($0) } }

    /// Every server that a sentinel names or knows, once and in a fixed order.
    var knownReplicas: [Address] {
        Set(sentinels.opinions.flatMap(\.details.replicas)).sorted()
    }

    /// Whether a server may be told to change.
    public func mayBeChanged(_ address: Address) -> Bool { isProven(address) }

    /// Whether servers and sentinels may be told to follow this one.
    public func mayBeFollowed(_ master: Address) -> Bool { answersMaster(master) && isProven(master) }
}
