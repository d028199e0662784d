/// Says that this watcher could not ask everybody, because its own machine or process lacks something.
struct OwnLimits: Behaviour {
    func actions(for snapshot: Snapshot, after events: [Event]) -> [Action] {
        guard let shortage = snapshot.shortage else { return [] }
        return [
            .alert(
                Alert(
                    "own-limits",
                    "this watcher could not ask every server and sentinel, and changes nothing that rests on their silence: "
                        + shortage))
        ]
    }
}

extension Action {
    /// Whether it may be planned from a look in which somebody could not be asked: it rests on what was answered, not on who
    /// was silent.
    var standsOnAnswers: Bool {
        switch self {
        case .record(let recording): recording.evidence == .agreed || recording.evidence == .early
        case .succeed, .force, .announce, .answer, .alert, .publish: true
        case .switchOver, .promote, .repoint, .reset, .attach, .configure, .remove, .keep: false
        }
    }
}
