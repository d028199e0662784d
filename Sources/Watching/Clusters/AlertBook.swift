import Succession

/// Which alerts are raised, and since when: an alert is the same from look to look whatever its text says.
///
/// A single look proves little: a server may answer two looks of three. So what waits to be raised outlives one look
/// without it, and what is raised is over once it has been gone for a while.
struct AlertBook {
    private struct Entry {
        var alert: Alert
        var began: ContinuousClock.Instant
        /// When it was raised; nil where it has not lasted long enough yet.
        var raised: ContinuousClock.Instant?
        /// Since when it has not been so, and in how many looks; nil where the last look saw it.
        var absence: (since: ContinuousClock.Instant, looks: Int)?

        /// Whether the looks so far leave it open whether it is, or is over.
        var isOpen: Bool { (raised == nil || absence != nil) && alert.callsForLooks }

        func isOver(at now: ContinuousClock.Instant) -> Bool {
            guard let absence, absence.looks >= 2 else { return false }
            return raised == nil || now - absence.since >= min(alert.patience, longestEnd)
        }
    }

    /// After so long without a sign of it every alert is over.
    private static let longestEnd = Duration.seconds(5)

    /// What a look has changed.
    struct Change {
        /// Raised by this look.
        var raised: [Alert] = []
        /// Raised before, and not so any more; each with how long it was so.
        var over: [(alert: Alert, age: Duration)] = []
    }

    private var entries: [Alert.Identity: Entry] = [:]
    /// What has lasted, in the order of the last plan, each with the time since when; what may be over comes last.
    private(set) var raised: [Alert] = []
    /// Whether there is something of which the next looks must tell whether it lasts, or is over.
    var isOpen: Bool { entries.values.contains(where: \.isOpen) }

    /// When the newest of those was raised that somebody may be mending; nil where there is none.
    var newest: ContinuousClock.Instant? {
        entries.values.compactMap { $0.alert.callsForLooks ? $0.raised : nil }.max()
    }

    /// Takes note of what is wrong at `now`. What has lasted is raised.
    /// - Parameters:
    ///   - isWhole: whether everybody was asked: nothing is over for not being seen where nobody could look.
    ///   - time: `now`, RFC 3339.
    mutating func note(
        _ alerts: [Alert], at now: ContinuousClock.Instant, isWhole: Bool = true, time: @autoclosure () -> String
    ) -> Change {
        var change = Change()
        let present = Set(alerts.map(\.identity))
        // What was not raised yet and was not seen may have been gone for all that time.
        if isWhole {
            change.over = end(allBut: present, at: now)
        } else {
            entries = entries.filter { $0.value.raised != nil || present.contains($0.key) }
        }
        raised = []
        for alert in alerts {
            var entry = entries[alert.identity] ?? Entry(alert: alert, began: now)
            let since = entry.alert.since ?? time()
            entry.alert = alert
            entry.alert.since = since
            entry.absence = nil
            // Once raised it stays so as long as it is there, whatever it says by then.
            if entry.raised == nil, now - entry.began >= alert.patience {
                entry.raised = now
                change.raised.append(entry.alert)
            }
            entries[alert.identity] = entry
            if entry.raised != nil { raised.append(entry.alert) }
        }
        raised += entries.values.filter { $0.raised != nil && !present.contains($0.alert.identity) }.map(\.alert)
            .sorted { $0.title < $1.title }
        return change
    }

    /// Takes note of what this look did not see, and returns what is over thereby.
    private mutating func end(
        allBut present: Set<Alert.Identity>, at now: ContinuousClock.Instant
    ) -> [(alert: Alert, age: Duration)] {
        var over: [(alert: Alert, age: Duration)] = []
        for (identity, var entry) in entries where !present.contains(identity) {
            let absence = entry.absence ?? (now, 0)
            entry.absence = (absence.since, absence.looks + 1)
            let isOver = entry.isOver(at: now)
            entries[identity] = isOver ? nil : entry
            if isOver, entry.raised != nil { over.append((entry.alert, absence.since - entry.began)) }
        }
        return over.sorted { $0.alert.title < $1.alert.title }
    }
}
