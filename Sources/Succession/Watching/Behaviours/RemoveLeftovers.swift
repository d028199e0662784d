import Vocabulary

/// Takes away a registered sentinel that another tool wrote and that is dead: no session ends it.
struct RemoveLeftovers: Behaviour {
    func conditions(in snapshot: Snapshot) -> Set<Condition> { Set(snapshot.refusingLeftovers.map(Condition.refusing)) }

    func actions(for snapshot: Snapshot, after events: [Event]) -> [Action] {
        snapshot.refusingLeftovers.filter { snapshot.held(.refusing($0), for: .seconds(60)) }
            .map { .remove(sentinel: $0) }
    }
}

extension Condition {
    /// A registered sentinel, whose node is no lease, refuses connections.
    static func refusing(_ sentinel: Address) -> Condition { Condition("refusing", of: sentinel) }
}

extension Snapshot {
    /// Only a refusal counts: a silent one may be behind a cut network.
    fileprivate var refusingLeftovers: [Address] {
        leftovers.filter { peers[$0] == .refused }.sorted()
    }
}
