/// The words of DESIGN.md 6.
extension Snapshot {
    /// Every registered sentinel answers and names the recorded master, none has a failover in progress, and the recorded
    /// master answers master. What tells a server to change needs it. Without a sentinel nothing is settled.
    public var isSettled: Bool {
        guard let record, !sentinels.isEmpty else { return false }
        return sentinels.allSatisfy { $0.opinion?.names == record.address && $0.opinion?.failoverFor == nil }
            && answersMaster(record.address) && isOurs(record.address)
    }

    public var holdings: Holdings? { cluster?.holdings }

    public var missingFor: Duration? { held[.masterless] }

    /// Live members that hold data: whoever else was counted may have more.
    public var presentMembers: Int { liveMembers.count(where: holdsData) }

    /// Whether any sentinel reports a failover, however old: what would start a second one must not rely on our clock.
    var anyFailover: Bool { sentinels.contains { $0.opinion?.failoverFor != nil } }

    /// Whether a majority of the electorate answers.
    public var reachesMajority: Bool { sentinels.isMajority(sentinels.opinions.count) }

    /// Live members that answer master and are no strangers.
    var liveMasters: [Address] { liveMembers.filter { isLiveMaster($0) && isOurs($0) } }

    /// Whether `condition` has held for `limit`.
    public func held(_ condition: Condition, for limit: Duration) -> Bool {
        held[condition].map { $0 >= limit } ?? false
    }

    /// Every server that a sentinel names or knows, once and in a fixed order.
    var knownReplicas: [Address] {
        Set(sentinels.opinions.flatMap(\.details.replicas)).sorted()
    }

    var registeredSentinels: Set<Address> { Set(sentinels.map(\.address)) }

    /// A server of this cluster that may be told to change: it holds a lease under our root or bears our mark, and is no
    /// stranger. A majority's word is not enough: Sentinel itself adopts strangers.
    public func mayBeChanged(_ address: Address) -> Bool {
        !isStranger(address) && (isLeased(address) && instances[address]?.mark != .absent || bearsOurMark(address))
    }

    /// No lease, and nobody there who is ours: refused, silent, or a stranger's.
    func isGone(_ replica: Address) -> Bool {
        guard !isLeased(replica), let instance = instances[replica] else { return false }
        return isStranger(replica) || instance.answer == .refused || instance.answer == .silent
    }
}
