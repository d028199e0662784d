/// The words of DESIGN.md 3.1 that depend on who asks.
extension Observation {
    /// Live members but ourselves, each once and in a fixed order. Our own port is free, so a lease at our own address
    /// is of an earlier life; a server that was restarted within the session timeout has two.
    var others: [Address] { liveMembers.filter { $0 != me } }

    func isFresherThanUs(_ member: Address) -> Bool {
        freshness(of: member)?.isFresher(than: data) ?? false
    }

    /// Live members beside which a new master would be one too many, or without their data.
    var successors: [Address] { others.filter { isPromotable($0) || holdsData($0) || isLiveMaster($0) } }

    /// Whether waiting for somebody else's data has had its time: half of the limit, where we hold data ourselves. But
    /// sentinels promote nobody before their `down-after` is over, and an older master must not come back just then.
    var patienceIsOver: Bool { data.isUsable && waited * 2 >= limit && waited >= sentinels.timeToPromote }
}

extension [SentinelReport] {
    /// In which those that answer replace a dead master: after `down-after`, and what an election and a promotion take,
    /// about 2 s (FACTS.md A2), and as much again. Zero where none answers.
    fileprivate var timeToPromote: Duration { opinions.map { $0.details.downAfter + .seconds(5) }.max() ?? .zero }
}
