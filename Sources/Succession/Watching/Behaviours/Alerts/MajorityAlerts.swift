import Vocabulary

/// Whether the sentinels together can still decide anything.
struct MajorityAlerts: Behaviour {
    var alerts: [Alert.Kind] { [.noSentinels, .majorityLost, .noQuorum] }

    func actions(for snapshot: Snapshot, after events: [Event]) -> [Action] {
        [snapshot.lostMajority, snapshot.lostQuorum].compactMap(\.self).map(Action.alert)
    }
}

extension Alert.Kind {
    fileprivate static let noSentinels = urgent("no-sentinels")
    fileprivate static let majorityLost = urgent("sentinel-majority-lost")
    fileprivate static let noQuorum = standingOnAnswers("no-quorum", isUrgent: true)
}

extension Snapshot {
    fileprivate var lostMajority: Alert? {
        if sentinels.isEmpty {
            guard record != nil else { return nil }
            return Alert(
                .noSentinels, about: mark.root,
                "no sentinel is registered, so nobody replaces a master that fails; \(lockedOut ?? "start three")")
        }
        guard !reachesMajority else { return nil }
        let silent = Set(sentinels.filter { $0.opinion == nil }.map(\.address))
        return Alert(
            .majorityLost, about: mark.root,
            "only \(sentinels.opinions.count) of \(sentinels.electorate) sentinels answer (silent: \(list(silent)); known "
                + "but gone: \(list(gonePeers))), too few to elect who fails over; start the missing ones again, or check the "
                + "network and SENTINEL_PASSWORD" + (lockedOut.map { "; \($0)" } ?? ""))
    }

    /// Sentinels that may be ours and that can't be asked.
    private var lockedOut: String? {
        let locked = Set(sentinels.unheard.filter { $0.trouble == .withheld }.map(\.address))
        guard !locked.isEmpty else { return nil }
        return
            "at \(list(locked)), where sentinels of ours were, somebody asks for SENTINEL_PASSWORD, which nobody is told who has no "
            + "node and whom no sentinel that has one hears: if they are ours, run interrex renew-lease PID on the host of each"
    }

    fileprivate var lostQuorum: Alert? {
        guard reachesMajority else { return nil }
        let without = sentinels.filter { $0.opinion.map { $0.names != nil && !$0.details.hasQuorum } ?? false }
        guard !without.isEmpty else { return nil }
        let opinions = without.compactMap(\.opinion)
        let needed = opinions.map(\.details.quorum).max() ?? 0
        // A number that came over the network must not overflow.
        let known = min(opinions.map(\.peers).min() ?? 0, .max - 1) + 1
        let remedy =
            gonePeers.isEmpty
            ? "they know and reach enough of each other, or SENTINEL SET lowers the quorum"
            : "those are forgotten or come back"
        return Alert(
            .noQuorum, about: mark.root,
            "\(list(Set(without.map(\.address)))) can't reach a quorum of the sentinels known there "
                + "(\(needed) must agree, \(known) known, gone: \(list(gonePeers))); failover may be impossible until \(remedy)\(untilResumed)"
        )
    }
}
