/// Gives a replica that started empty a priority once it is synchronised, where its lease, whose task that is, is gone.
/// Until then Sentinel must not promote it (DESIGN.md 3.2).
struct RaisePriority: Behaviour {
    /// Redis's default; the user's own value is in a file that only the lease could read.
    private static let priority = "100"

    func actions(for snapshot: Snapshot, after events: [Event]) -> [Action] {
        snapshot.unraisedReplicas.filter { snapshot.held(.unraised($0), for: .seconds(10)) }.map {
            .configure($0, parameter: "replica-priority", value: Self.priority)
        }
    }
}

extension Snapshot {
    var unraisedReplicas: [Address] {
        guard let record else { return [] }
        return instances.keys.filter { address in
            guard !isLeased(address), mayBeChanged(address), case .replica(let replication) = answer(of: address) else {
                return false
            }
            return replication.master == record.address && replication.priority == 0 && replication.synchronised
                && replication.isLinked
        }.sorted()
    }
}
