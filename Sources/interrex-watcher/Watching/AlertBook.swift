import Succession

/// Which alerts are raised, and since when: an alert is the same from look to look whatever its text says.
struct AlertBook {
    private struct Entry {
        var alert: Alert
        var began: ContinuousClock.Instant
        var isRaised = false
    }

    /// What a look has changed.
    struct Change {
        /// Raised by this look.
        var raised: [Alert] = []
        /// Raised before, and not so any more; each with how long it was so.
        var over: [(alert: Alert, age: Duration)] = []
    }

    private var entries: [Alert.Identity: Entry] = [:]
    /// What has lasted, in the order of the last plan, each with the time since when.
    private(set) var raised: [Alert] = []
    /// Whether there is something that has not lasted long enough yet.
    var hasPending: Bool { entries.values.contains { !$0.isRaised } }

    /// Takes note of what is wrong at `now`. What has lasted is raised; what is gone is over at once.
    /// - Parameter time: `now`, RFC 3339.
    mutating func note(_ alerts: [Alert], at now: ContinuousClock.Instant, time: @autoclosure () -> String) -> Change {
        var change = Change()
        let present = Set(alerts.map(\.identity))
        for entry in entries.values where entry.isRaised && !present.contains(entry.alert.identity) {
            change.over.append((entry.alert, now - entry.began))
        }
        change.over.sort { $0.alert.title < $1.alert.title }
        entries = entries.filter { present.contains($0.key) }
        raised = []
        for alert in alerts {
            var entry = entries[alert.identity] ?? Entry(alert: alert, began: now)
            let since = entry.alert.since ?? time()
            entry.alert = alert
            entry.alert.since = since
            // Once raised it stays so as long as it is there, whatever it says by then.
            if !entry.isRaised, now - entry.began >= alert.patience {
                entry.isRaised = true
                change.raised.append(entry.alert)
            }
            entries[alert.identity] = entry
            if entry.isRaised { raised.append(entry.alert) }
        }
        return change
    }
}

extension Duration {
    /// `42 s`, `7 min`, `3 h`, `5 d`.
    var inWords: String {
        let seconds = components.seconds
        switch seconds {
        case ..<120: return "\(seconds) s"
        case ..<7_200: return "\(seconds / 60) min"
        case ..<172_800: return "\(seconds / 3_600) h"
        default: return "\(seconds / 86_400) d"
        }
    }
}
