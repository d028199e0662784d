/// The words of DESIGN.md 6.
extension Snapshot {
    /// Every sentinel that has a voice answers and names the recorded master, none has a failover in progress, and the recorded
    /// master answers master. What tells a server to change needs it. Without a sentinel nothing is settled.
    public var isSettled: Bool {
        guard let record, !sentinels.isEmpty else { return false }
        return sentinels.voices.allSatisfy { $0.opinion != nil } && sentinels.nobodyObjects(to: record.address)
            && !anyFailover && mayBeRecorded(record.address)
    }

    public var holdings: Holdings? { cluster?.holdings }

    public var missingFor: Duration? { held[.masterless] }

    /// Live members that hold data: whoever else was counted may have more.
    public var presentMembers: Int { liveMembers.count(where: holdsData) }

    public var witnesses: [Witness] { running(liveMembers) }

    /// Whether any sentinel reports a failover, however old: what would start a second one must not rely on our clock.
    var anyFailover: Bool { sentinels.voices.contains { $0.opinion?.failoverFor != nil } }

    /// Whether a majority of the electorate answers.
    public var reachesMajority: Bool { sentinels.isMajority(sentinels.opinions.count) }

    /// Live members that answer master and are no strangers.
    var liveMasters: [Address] { liveMembers.filter { isLiveMaster($0) && mayBeRecorded($0) } }

    /// Whether `condition` has held for `limit`.
    public func held(_ condition: Condition, for limit: Duration) -> Bool {
        held[condition].map { $0 >= limit } ?? false
    }

    /// Every server that a sentinel names or knows, once and in a fixed order.
    var knownReplicas: [Address] {
        Set(sentinels.opinions.flatMap(\.details.replicas)).sorted()
    }

    /// The id that a sentinel gave in this look; nil where it gave none.
    public func id(of sentinel: Address) -> String? {
        sentinels.first { $0.address == sentinel && $0.opinion != nil }?.opinion?.id
    }

    var registeredSentinels: Set<Address> { Set(sentinels.filter(\.isRegistered).map(\.address)) }

    var believedSentinels: Set<Address> { Set(sentinels.map(\.address)) }

    /// Whether a server may be told to change.
    public func mayBeChanged(_ address: Address) -> Bool { isProven(address) }

    /// Whether servers and sentinels may be told to follow this one.
    public func mayBeFollowed(_ master: Address) -> Bool { answersMaster(master) && isProven(master) }

    /// No lease, and nobody there who is ours: refused, silent, or a stranger's.
    func isGone(_ replica: Address) -> Bool {
        guard !isLeased(replica), let instance = instances[replica] else { return false }
        return isStranger(replica) || instance.answer == .refused || instance.answer == .silent
    }
}
