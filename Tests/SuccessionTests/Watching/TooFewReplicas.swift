public import Succession

/// Alerts where too few live members replicate from the recorded master, and says when a sentinel's clock jumped.
public struct TooFewReplicas: Behaviour {
    /// How many are wanted, for example the master's `min-replicas-to-write`.
    public var wanted: Int

    public init(wanted: Int) { self.wanted = wanted }

    public func actions(for snapshot: Snapshot, after events: [Event]) -> [Action] {
        alerts(for: snapshot) + events.compactMap(notice)
    }

    private func alerts(for snapshot: Snapshot) -> [Action] {
        guard let master = snapshot.record?.address, snapshot.answersMaster(master) else { return [] }
        let replicas = snapshot.liveMembers.filter { member in
            snapshot.isOurs(member)
                && snapshot.replication(of: member).map { $0.master == master && $0.isLinked } ?? false
        }
        guard replicas.count < wanted else { return [] }
        let text = "\(replicas.count) of \(wanted) wanted replicas follow \(master); start more"
        return [.alert(Alert("too-few-replicas", text))]
    }

    private func notice(of event: Event) -> Action? {
        guard case .sentinel(let sentinel, name: "+tilt", _) = event else { return nil }
        return .publish(Notice("clock-jumped", "sentinel \(sentinel) distrusts its clock and does nothing for 30 s"))
    }
}
