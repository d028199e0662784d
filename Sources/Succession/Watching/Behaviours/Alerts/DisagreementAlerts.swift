import Vocabulary

/// Says that the sentinels name different masters, or another than ZooKeeper.
struct DisagreementAlerts: Behaviour {
    var alerts: [Alert.Kind] { [.disagreement] }

    func actions(for snapshot: Snapshot, after events: [Event]) -> [Action] { snapshot.disagreements.map(Action.alert) }
}

extension Alert.Kind {
    fileprivate static let disagreement = standingOnAnswers("disagreement")
}

extension Snapshot {
    fileprivate var disagreements: [Alert] {
        let named = Set(sentinels.opinions.compactMap(\.names))
        guard named.count > 1 || (named.first.map { $0 != record?.address } ?? false) else { return [] }
        return [
            Alert(
                .disagreement, about: mark.root,
                "the sentinels name \(list(named)), ZooKeeper "
                    + "\(record.map { "names \($0.address)" } ?? "names nobody")\(untilResumed)")
        ]
    }
}
