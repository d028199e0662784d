/// Points sentinels that name no master to the recorded one, all of them together: one by one, the epoch of the others
/// would override each within 0.24 s (FACTS.md E). Left alone, they would demote the real master 8-10 s later.
/// Who can be told of it has been told by then.
struct RepointSentinels: Behaviour {
    func actions(for snapshot: Snapshot, after events: [Event]) -> [Action] {
        let misled = snapshot.misledSentinels.filter { snapshot.distrust(of: $0) == nil }
        guard let master = snapshot.record?.address, !misled.isEmpty,
            misled.allSatisfy({ snapshot.held(.misled($0), for: .seconds(3)) })
        else { return [] }
        return [.repoint(misled, to: master)]
    }
}

extension Snapshot {
    /// Sentinels that name something that is no master, a stranger, or nobody, while the recorded master, which is ours,
    /// answers master, no failover is in progress that could still end, and we reach a majority. And those that name another
    /// master though a majority names the recorded one at no lower epoch: equal epochs never reconcile (FACTS.md A2), and
    /// who has no peer hears of no epoch. Only those that may be told how to monitor it.
    var misledSentinels: [Address] {
        guard let record, mayBeFollowed(record.address), reachesMajority,
            sentinels.voices.compactMap(\.opinion).allSatisfy({ $0.failoverFor == nil || isStuck($0) })
        else { return [] }
        let misled = sentinels.confidants.filter { report in
            guard let opinion = report.opinion, opinion.names != record.address else { return false }
            guard let named = opinion.names else { return true }
            return isStranger(named) || !answersMaster(named) || isOutvoted(opinion)
        }
        return Set(misled.map(\.address)).sorted()
    }

    /// Whether this sentinel's failover never ends: it has promoted who is gone, and waits for the return (sentinel.c,
    /// `sentinelFailoverDetectEnd`). Until then it names the dead one, and sends it every replica that it finds. Others
    /// end that by a switch to another master, unless that one is the master whom this sentinel was about to replace.
    func isStuck(_ opinion: Opinion) -> Bool {
        guard let time = opinion.failoverFor, let named = opinion.names, isStranger(named) || !answersMaster(named)
        else {
            return false
        }
        return isOutvoted(opinion) || time > opinion.longestFailover
    }

    /// Whether a majority names the recorded master at no lower epoch than the one of this opinion.
    private func isOutvoted(_ opinion: Opinion) -> Bool {
        guard let record, sentinels.majorityAddress == record.address, let epoch = epoch(under: record.address) else {
            return false
        }
        return opinion.epoch <= epoch
    }
}
