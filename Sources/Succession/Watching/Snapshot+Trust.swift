public import Vocabulary

/// Who is told how to monitor the master: that bears the servers' password.
///
/// A node with an identity and an answer under its id are no more than whoever may write in ZooKeeper, or has taken a
/// dead one's port, can bring about. The others know better: they never forget a peer.
extension Snapshot {
    /// Why a misled sentinel is told nothing that bears a password.
    public enum Distrust: Equatable, Sendable {
        /// It lets everybody in, and ours don't.
        case open
        /// None of those who would know lists it as a peer, at this address and under its id.
        case unlisted
    }

    /// Nil where it may be told, or where there is no password.
    public func distrust(of sentinel: Address) -> Distrust? {
        guard hasPassword, let record else { return nil }
        let proven = sentinels.filter { $0.isRegistered && $0.isConfirmed && $0.opinion != nil }
        let report = sentinels.confidants.first { $0.address == sentinel && $0.opinion != nil }
        guard let report, let own = report.opinion else { return .unlisted }
        if hasSentinelPassword, !own.details.asksForPassword { return .open }
        let others = proven.filter { $0.address != sentinel }.compactMap(\.opinion)
        let right = others.filter { $0.names == record.address }
        if !right.isEmpty { return right.contains { $0.lists(sentinel, as: own) } ? nil : .unlisted }
        // All have lost it, or there is but one; else they know each other from before.
        let isAlone = others.isEmpty || own.names == nil && others.allSatisfy { $0.names == nil }
        if report.isRegistered, isAlone { return nil }
        return others.contains { $0.lists(sentinel, as: own) } ? nil : .unlisted
    }
}

extension Opinion {
    fileprivate func lists(_ address: Address, as other: Opinion) -> Bool {
        other.id != nil && details.sentinelIDs[address] == other.id
    }
}
