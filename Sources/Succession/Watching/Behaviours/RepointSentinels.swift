import Vocabulary

/// Points sentinels that name no master to the recorded one, all of them together: one by one, the epoch of the others
/// would override each within 0.24 s, as it was measured. Left alone, they would demote the real master 8-10 s later.
/// Who can be told of it has been told by then.
struct RepointSentinels: Behaviour {
    func conditions(in snapshot: Snapshot) -> Set<Condition> { Set(snapshot.misledSentinels.map(Condition.misled)) }

    func actions(for snapshot: Snapshot, after events: [Event]) -> [Action] {
        let misled = snapshot.misledSentinels.filter { snapshot.distrust(of: $0) == nil }
        guard let master = snapshot.record?.address, !misled.isEmpty,
            misled.allSatisfy({ snapshot.held(.misled($0), for: .seconds(3)) })
        else { return [] }
        return [.repoint(misled, to: master)]
    }
}
