/// Says that this watcher could not ask everybody, because its own machine or process lacks something.
struct OwnLimitAlerts: Behaviour {
    var alerts: [Alert.Kind] { [.ownLimits] }

    func actions(for snapshot: Snapshot, after events: [Event]) -> [Action] {
        guard let shortage = snapshot.shortage else { return [] }
        return [
            .alert(
                Alert(
                    .ownLimits,
                    "this watcher could not ask every server and sentinel, and changes nothing that rests on their silence: "
                        + shortage))
        ]
    }
}

extension Alert.Kind {
    fileprivate static let ownLimits = standingOnAnswers("own-limits")
}
