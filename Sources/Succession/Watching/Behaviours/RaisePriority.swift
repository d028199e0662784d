import Vocabulary

/// Gives a replica that started empty its priority once it is synchronised, where its lease, whose task that is, is
/// gone. Until then Sentinel must not promote it. A priority of 0 that the user has set stays.
struct RaisePriority: Behaviour {
    func conditions(in snapshot: Snapshot) -> Set<Condition> { Set(snapshot.unraisedReplicas.map(Condition.unraised)) }

    func actions(for snapshot: Snapshot, after events: [Event]) -> [Action] {
        snapshot.unraisedReplicas.filter { snapshot.held(.unraised($0), for: .seconds(10)) }.compactMap { replica in
            snapshot.replication(of: replica)?.awaitedPriority.map {
                .configure(replica, parameter: "replica-priority", value: String($0))
            }
        }
    }
}

extension Condition {
    /// A synchronised replica of ours still has priority 0, and its lease is gone.
    static func unraised(_ replica: Address) -> Condition { Condition("unraised", of: replica) }
}

extension Snapshot {
    fileprivate var unraisedReplicas: [Address] {
        guard let record else { return [] }
        return instances.keys.filter { address in
            guard !isLeased(address), mayBeChanged(address), case .replica(let replication) = answer(of: address) else {
                return false
            }
            return replication.master == record.address && replication.priority == 0
                && replication.awaitedPriority != nil && replication.synchronised && replication.isLinked
        }.sorted()
    }
}
