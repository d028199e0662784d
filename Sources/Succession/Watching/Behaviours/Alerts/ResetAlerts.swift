import Vocabulary

/// Says which sentinels know somebody who is gone and can't safely be made to forget.
struct ResetAlerts: Behaviour {
    var alerts: [Alert.Kind] { [.unsafeReset] }

    func actions(for snapshot: Snapshot, after events: [Event]) -> [Action] { snapshot.resetAlerts.map(Action.alert) }
}

extension Alert.Kind {
    fileprivate static let unsafeReset: Self = "unsafe-reset"
}

extension Snapshot {
    fileprivate var resetAlerts: [Alert] {
        unforgettable.map { sentinel in
            Alert(
                .unsafeReset, about: sentinel.description,
                "sentinel \(sentinel) knows servers that are gone, but a reset is not safe: there would be no quorum "
                    + "without it, or those that are silent may be a majority elsewhere; start more sentinels, "
                    + "then it is reset\(untilResumed)")
        }
    }
}
