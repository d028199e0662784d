import Vocabulary

/// Brings home who follows nobody of use, and ends a second master that nobody names.
struct ReattachMembers: Behaviour {
    func conditions(in snapshot: Snapshot) -> Set<Condition> {
        let masters = snapshot.astrayMembers.filter(snapshot.answersMaster)
        return Set(masters.map(Condition.astray)).union(snapshot.orphans.map(Condition.orphaned))
    }

    func actions(for snapshot: Snapshot, after events: [Event]) -> [Action] {
        guard let master = snapshot.record?.address, snapshot.mayBeFollowed(master) else { return [] }
        return snapshot.astrayMembers.filter { member in
            // What clients write to a second master until then is lost: Sentinel lets them for some ten seconds.
            snapshot.answersMaster(member)
                ? snapshot.held(.astray(member), for: .seconds(1)) : snapshot.held(.orphaned(member), for: .seconds(3))
        }.map { .attach($0, to: master) }
    }
}

extension Condition {
    /// A server of ours is a second master that nobody names, while all is settled.
    static func astray(_ member: Address) -> Condition { Condition("astray", of: member) }

    /// A server of ours follows a dead address or a replica, whoever is recorded and settled or not: it had all the
    /// time of a failover to be told better.
    static func orphaned(_ member: Address) -> Condition { Condition("orphaned", of: member) }
}

extension Snapshot {
    /// Servers of this cluster that follow a dead address or a replica, or are a master that neither ZooKeeper nor any
    /// sentinel names, while everything is settled.
    ///
    /// What they hold is lost, so a majority of the electorate must name the recorded master: where only a
    /// minority is registered, the others may have promoted the very server that we see.
    fileprivate var astrayMembers: [Address] {
        guard isSettled, let record, mayBeFollowed(record.address), sentinels.majorityAddress == record.address else {
            return []
        }
        return instances.keys.filter { $0 != record.address && mayBeChanged($0) && isAstray($0) }
            .sorted()
    }

    private func isAstray(_ address: Address) -> Bool {
        switch answer(of: address) {
        case .master: return !sentinels.opinions.contains { $0.names == address }
        case .replica(let replication): return replication.master != record?.address && isOrphan(address)
        default: return false
        }
    }

    /// Servers of this cluster that follow a dead address or a replica.
    fileprivate var orphans: [Address] {
        instances.keys.filter { mayBeChanged($0) && isOrphan($0) }.sorted()
    }

    private func isOrphan(_ address: Address) -> Bool {
        guard let replication = replication(of: address), let followed = replication.master else { return false }
        // What is silent to us is silent to it as well.
        let isCutOff = answer(of: followed) == .silent && !replication.isLinked && !isLeased(followed)
        return isDead(followed) || answersReplica(followed) || isCutOff
    }
}
